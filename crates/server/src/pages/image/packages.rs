//! `GET …/packages`: what is installed, with what was found in it, the worst first.

use std::{cmp::Reverse, collections::BTreeMap};

use askama::Template;
use chrono::{DateTime, Utc};
use limpid_core::{IndexedPackage, Report, Severity, words::number};

use super::{
    head::{Head, Tab},
    place::{Found, Place},
};
use crate::{
    face::work,
    http::ApiError,
    limits::PAGE_ROWS,
    pages::{
        answer::{Reply, page},
        form::{Form, query_of},
        frame::Frame,
        image::findings::WaitingPage,
        paging::{Pager, skipped},
        parts::Counts,
        query,
        seen::Seen,
    },
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "image/packages.html")]
pub(in crate::pages) struct PackagesPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) head: Head,
    pub(in crate::pages) text: String,
    pub(in crate::pages) only_found: bool,
    pub(in crate::pages) rows: Vec<PackageRow>,
    pub(in crate::pages) pager: Pager,
}

/// A package.
#[derive(Debug, Clone)]
pub(in crate::pages) struct PackageRow {
    pub(in crate::pages) name: String,
    pub(in crate::pages) version: String,
    pub(in crate::pages) kind: String,
    pub(in crate::pages) source: String,
    /// What it is judged under; `None`: by nobody.
    pub(in crate::pages) namespace: Option<String>,
    pub(in crate::pages) layer: Option<usize>,
    pub(in crate::pages) path: String,
    pub(in crate::pages) purl: String,
    /// What was found, where anything was.
    pub(in crate::pages) found: Option<FoundCell>,
}

/// What was found in a package.
#[derive(Debug, Clone)]
pub(in crate::pages) struct FoundCell {
    pub(in crate::pages) counts: Counts,
    /// What is left after an upgrade.
    pub(in crate::pages) left: String,
    pub(in crate::pages) address: String,
}

/// See the module.
pub(in crate::pages) async fn packages(call: Call, frame: Frame) -> Reply {
    let form = query(&call);
    form.page()?;
    let place = Place::of(&call);
    work(&call.engine, move |engine| {
        let found = place.find(engine)?;
        let now = engine.now();
        match found.judged(engine)? {
            Ok(seen) => page(&made(frame, &found, &seen, &form, now)?),
            Err(standing) => {
                let head = Head::waiting(&found, &standing, now);
                page(&WaitingPage { frame: head.framed(frame, ""), head })
            }
        }
    })
    .await
}

/// The page, made of its parts.
pub(in crate::pages) fn made(
    frame: Frame,
    found: &Found,
    seen: &Seen,
    form: &Form,
    now: DateTime<Utc>,
) -> Result<PackagesPage, ApiError> {
    let head = Head::judged(found, seen, Tab::Packages, now);
    let (text, only_found, at) = (form.get("q").trim().to_owned(), form.has("found"), form.page()?);
    let known = by_package(&seen.report);
    let key = |package: &IndexedPackage| (package.purl.clone(), package.path.clone());
    let wanted = text.to_lowercase();
    let mut chosen: Vec<(&IndexedPackage, Option<&BySeverity>)> = seen
        .index
        .packages
        .iter()
        .map(|package| (package, known.get(&key(package))))
        .filter(|(package, of)| {
            let name = &package.package.name;
            (!only_found || of.is_some())
                && (name.to_lowercase().contains(&wanted)
                    || package.package.source_name().to_lowercase().contains(&wanted)
                    || package.package.version.to_lowercase().contains(&wanted))
        })
        .collect();
    chosen.sort_by_cached_key(|(package, of)| {
        let counts =
            Severity::WORST_FIRST.map(|severity| of.and_then(|of| of.get(&severity)).map_or(0, |one| one.0));
        (Reverse(counts), package.package.name.clone())
    });
    let flag = if only_found { "1" } else { "" };
    let path = head.path.clone();
    let address = |page: u64| {
        let page = page.to_string();
        format!("{path}/packages{}", query_of([("q", text.as_str()), ("found", flag), ("page", &page)]))
    };
    let pager = Pager::new(chosen.len() as u64, PAGE_ROWS, at, "package", address);
    let skip = usize::try_from(skipped(at, PAGE_ROWS)).unwrap_or(usize::MAX);
    let most = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let rows =
        chosen.iter().skip(skip).take(most).map(|(package, of)| row(&seen.report, &head.path, package, *of));
    Ok(PackagesPage {
        rows: rows.collect(),
        frame: head.framed(frame, "Packages"),
        pager,
        text,
        only_found,
        head,
    })
}

type PackageKey = (String, String);

/// How many findings stand, and how many of them have no fix.
type BySeverity = BTreeMap<Severity, (u64, u64)>;

/// For each package, by severity: how many findings stand, and how many of them have no fix.
fn by_package(report: &Report) -> BTreeMap<PackageKey, BySeverity> {
    let mut known: BTreeMap<PackageKey, BySeverity> = BTreeMap::new();
    for finding in report.standing() {
        let key = (finding.package.purl.clone(), finding.package.path.clone().unwrap_or_default());
        let (all, left) = known.entry(key).or_default().entry(finding.severity).or_default();
        *all += 1;
        *left += u64::from(finding.fixed_in.is_none());
    }
    known
}

fn row(report: &Report, path: &str, indexed: &IndexedPackage, of: Option<&BySeverity>) -> PackageRow {
    let package = &indexed.package;
    let place = |layer| report.image.layers.iter().position(|own| own == layer).map(|place| place + 1);
    let found = of.map(|of| FoundCell {
        counts: Counts::of(|severity| of.get(&severity).map_or(0, |(all, _)| *all)),
        left: match of.values().map(|(_, left)| left).sum() {
            0 => "none".to_owned(),
            left => number(left),
        },
        address: format!("{path}{}#findings", query_of([("package", package.name.as_str())])),
    });
    PackageRow {
        name: package.name.clone(),
        version: package.version.clone(),
        kind: package.kind.clone(),
        source: package
            .source
            .as_ref()
            .map(|source| source.name.clone())
            .filter(|name| *name != package.name)
            .unwrap_or_default(),
        namespace: indexed.namespace.clone(),
        layer: indexed.layer.as_ref().and_then(place),
        path: indexed.path.clone(),
        purl: indexed.purl.clone(),
        found,
    }
}
