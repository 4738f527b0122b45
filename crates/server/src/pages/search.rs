//! `GET /search`: which images have this vulnerability.
//!
//! With the name of a package the inverted index names the images that have it, and only those are judged. Without it images are
//! judged one after the other, up to a number and for a time; the page says how far it came, and never that there are no more.

use std::time::Instant;

use askama::Template;
use limpid_core::{Digest, Report, words::number};
use limpid_store::{
    StoreError,
    listing::{self, ImagePlace, Viewer},
    packages, reports,
};

use super::{
    answer::{Reply, page},
    frame::{Frame, Section},
    image::Place,
    parts::{SeverityMark, short},
    query,
    seen::seen,
};
use crate::{
    accounts::viewer,
    engine::Engine,
    face::work,
    http::ApiError,
    limits::{CHANGES_BATCH, SEARCH_IMAGES, SEARCH_PLACES, SEARCH_TIME},
    matching::Decided,
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    pub(super) frame: Frame,
    pub(super) id: String,
    pub(super) package: String,
    /// What came out; `None` where nothing was asked.
    pub(super) result: Option<Outcome>,
}

/// What came out.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) rows: Vec<HitRow>,
    /// How far it came.
    pub(super) words: String,
    /// Whether there may be more.
    pub(super) is_partial: bool,
}

/// An image that has it.
#[derive(Debug, Clone)]
pub(super) struct HitRow {
    pub(super) places: Vec<(String, String)>,
    pub(super) digest: String,
    pub(super) severity: SeverityMark,
    pub(super) package: String,
    pub(super) installed: String,
    pub(super) fixed_in: Option<String>,
    pub(super) suppressed: bool,
}

/// See the module.
pub(super) async fn show(call: Call, frame: Frame) -> Reply {
    let form = query(&call);
    let (id, package) = (form.get("id").trim().to_owned(), form.get("package").trim().to_owned());
    let viewer = viewer(&call.principal);
    work(&call.engine, move |engine| {
        let result = if id.is_empty() { None } else { Some(search(engine, viewer, &id, &package)?) };
        page(&SearchPage { frame: frame.titled(Section::Search, "Search"), id, package, result })
    })
    .await
}

/// The images that come into question, and whether that is all of them.
fn candidates(engine: &Engine, package: &str) -> Result<(Vec<Digest>, bool), StoreError> {
    if package.is_empty() {
        let most = SEARCH_IMAGES.saturating_add(1);
        let mut all = engine.database.read(|tx| listing::images(tx, most))?;
        let is_all = (all.len() as u64) < most;
        all.truncate(usize::try_from(SEARCH_IMAGES).unwrap_or(usize::MAX));
        return Ok((all, is_all));
    }
    let numbers: Vec<i64> = engine.database.read(|tx| {
        let keys = packages::in_all_namespaces(tx, package)?;
        Ok::<_, StoreError>(packages::holding(tx, &keys)?.into_iter().collect())
    })?;
    let mut digests = Vec::new();
    for batch in numbers.chunks(CHANGES_BATCH) {
        let stored = engine.database.read(|tx| reports::load_numbered(tx, batch))?;
        digests.extend(stored.into_iter().map(|stored| stored.manifest));
    }
    Ok((digests, true))
}

fn search(engine: &Engine, viewer: Viewer, id: &str, package: &str) -> Result<Outcome, ApiError> {
    let begun = Instant::now();
    let (digests, is_all) = candidates(engine, package)?;
    let (mut rows, mut looked) = (Vec::new(), 0_u64);
    for digest in &digests {
        if begun.elapsed() > SEARCH_TIME {
            break;
        }
        looked += 1;
        // Of what somebody may not see they are told nothing, also not that it was looked at.
        let places = engine.database.read(|tx| listing::places(tx, viewer, digest, SEARCH_PLACES))?;
        if places.is_empty() && !viewer.sees_all {
            continue;
        }
        for (decided, places) in by_decisions(engine, places)? {
            if let Some(seen) = seen(engine, digest, decided.as_ref())? {
                rows.extend(hits(&seen.report, id, package, digest, &places));
            }
        }
    }
    let is_partial = !is_all || looked < digests.len() as u64;
    let images = if viewer.sees_all { number(looked) } else { "the".to_owned() };
    let words = match (is_partial, package.is_empty()) {
        (false, true) => format!("All {} were looked at.", if viewer.sees_all { format!("{images} images that are indexed") } else { "images that you may see".to_owned() }),
        (false, false) => format!("All images that have {package} were looked at."),
        (true, _) => "Not all images were looked at: there may be more. Name the package, and only those that have it are judged.".to_owned(),
    };
    Ok(Outcome { rows, words, is_partial })
}

/// Places of an image by what is decided there: the same image is seen otherwise through another namespace.
fn by_decisions(
    engine: &Engine,
    places: Vec<ImagePlace>,
) -> Result<Vec<(Option<Decided>, Vec<ImagePlace>)>, StoreError> {
    let (mut undecided, mut found) = (Vec::new(), Vec::new());
    let had_none = places.is_empty();
    for place in places {
        match Decided::of(engine, &place.0)? {
            Some(decided) => found.push((Some(decided), vec![place])),
            None => undecided.push(place),
        }
    }
    if had_none || !undecided.is_empty() {
        found.push((None, undecided));
    }
    Ok(found)
}

fn hits(report: &Report, id: &str, package: &str, digest: &Digest, places: &[ImagePlace]) -> Vec<HitRow> {
    let is_it = |name: &String| name.eq_ignore_ascii_case(id);
    let is_of = |one: &limpid_core::report::FindingPackage| {
        package.is_empty() || one.name == package || one.source.as_deref() == Some(package)
    };
    let found = report.findings.iter().filter(|finding| {
        is_of(&finding.package) && (is_it(&finding.id) || finding.aliases.iter().any(is_it))
    });
    let place = |(name, tag): &ImagePlace| {
        let reference = if tag.is_empty() { digest.to_string() } else { tag.clone() };
        let place = Place::Repository(name.clone(), reference);
        (if tag.is_empty() { name.clone() } else { place.reference() }, place.path())
    };
    let places: Vec<(String, String)> = if places.is_empty() {
        let place = Place::Service(digest.to_string());
        vec![("not pushed here".to_owned(), place.path())]
    } else {
        places.iter().map(place).collect()
    };
    let row = |finding: &limpid_core::report::Finding| HitRow {
        places: places.clone(),
        digest: short(digest),
        severity: SeverityMark(finding.severity),
        package: finding.package.name.clone(),
        installed: finding.package.version.clone(),
        fixed_in: finding.fixed_in.clone(),
        suppressed: finding.suppressed.is_some(),
    };
    found.map(row).collect()
}
