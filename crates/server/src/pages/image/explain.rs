//! `GET …/explain?id=CVE-…`: why a vulnerability is, or is not, in the report of an image, in the words of `limpid explain`.
//!
//! An absence that nothing proves does not look like one that is proven.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use limpid_core::{
    explanation::{Answer, Concerned, ExplainedPackage, ExplainedStatement, Explanation, KnownAdvisory},
    words::first_few,
};

use super::{
    findings::{Spot, WaitingPage, spots},
    head::Head,
    place::{Found, Place},
};
use crate::{
    face::{explained, identifier, work},
    http::ApiError,
    pages::{
        answer::{Reply, download, page},
        form::query_of,
        frame::{Frame, Section},
        parts::{DigestMark, SeverityMark, VerdictMark, short},
        query,
    },
    public::Call,
};

/// How many packages, advisories, and statements of a package are told; the JSON has all.
const TOLD: usize = 12;

/// How many names of a list are told.
const NAMED: usize = 3;

/// The page.
#[derive(Template)]
#[template(path = "image/explain.html")]
pub(in crate::pages) struct ExplainPage {
    frame: Frame,
    crumbs: Vec<(String, String)>,
    /// The path of the image's first page.
    path: String,
    reference: String,
    asked: String,
    mark: VerdictMark,
    sentence: String,
    also: String,
    summary: String,
    exploited: Vec<String>,
    json: String,
    proof: Facts,
    packages: Vec<PackagePart>,
    more_packages: usize,
    known: Vec<KnownRow>,
    more_known: usize,
    spots: Vec<Spot>,
}

/// What the answer is a function of.
#[derive(Debug, Clone)]
struct Facts {
    image: DigestMark,
    distributions: Vec<String>,
    as_of: String,
    catalog: DigestMark,
}

/// A package that it is, or could be, in.
#[derive(Debug, Clone)]
struct PackagePart {
    mark: VerdictMark,
    name: String,
    version: String,
    severity: Option<SeverityMark>,
    fixed_in: Option<String>,
    fix_known: Option<String>,
    layer: String,
    path: String,
    source: Option<String>,
    namespace: Option<String>,
    statements: Vec<StatementRow>,
    more_statements: usize,
    /// What comes of them, and who says so.
    so: Option<(String, Option<String>)>,
}

/// What a feed says.
#[derive(Debug, Clone)]
struct StatementRow {
    advisory: String,
    published: String,
    range: String,
    meant: String,
    compared: String,
    feed: String,
    upstream_date: String,
}

/// What a feed knows of it, whatever it says it of.
#[derive(Debug, Clone)]
struct KnownRow {
    id: String,
    packages: String,
    namespaces: String,
    feed: String,
}

/// `GET …/explain`.
pub(in crate::pages) async fn explain(call: Call, frame: Frame) -> Reply {
    let engine = Arc::clone(&call.engine);
    let (found, explanation) = asked(call).await?;
    if let Some(explanation) = explanation {
        return page(&made(frame, &found, &explanation));
    }
    work(&engine, move |engine| match found.judged(engine)? {
        Ok(_since_then) => {
            Err(ApiError::unavailable("the report is being made anew at this moment; ask again"))
        }
        Err(standing) => {
            let head = Head::waiting(&found, &standing, engine.now());
            page(&WaitingPage { frame: head.framed(frame, ""), head })
        }
    })
    .await
}

/// `GET …/explanation.json`: `limpid/explanation/1`.
pub(in crate::pages) async fn explanation(call: Call, _frame: Frame) -> Reply {
    let (found, explanation) = asked(call).await?;
    let explanation = explanation
        .ok_or_else(|| ApiError::not_found("there is no report of this image yet; its page says why"))?;
    let json = serde_json::to_vec(&explanation)
        .map_err(|error| ApiError::internal(format!("the explanation cannot be written: {error}")))?;
    download("application/json", &found.file_name(&format!("{}.json", explanation.asked)), json)
}

/// The image that is asked about, and the answer; `None` where there is no report.
async fn asked(call: Call) -> Result<(Found, Option<Explanation>), ApiError> {
    let id = identifier(query(&call).get("id"))?;
    let place = Place::of(&call);
    // The rest of a request cannot be shared by threads, and nobody needs it.
    let engine = call.engine;
    let found = work(&engine, move |engine| place.find(engine)).await?;
    let explanation = explained(&engine, found.digest.clone(), id, found.decided.clone()).await?;
    Ok((found, explanation))
}

/// The page, made of its parts.
pub(in crate::pages) fn made(frame: Frame, found: &Found, explanation: &Explanation) -> ExplainPage {
    let place = &found.place;
    let (path, reference) = (place.path(), place.reference());
    let section = match place {
        Place::Repository(..) => Section::Repositories,
        Place::Service(_) => Section::Overview,
    };
    let mut crumbs = place.crumbs();
    crumbs.push((reference.clone(), path.clone()));
    let asked = &explanation.asked;
    let is_silent = explanation.packages.iter().all(|one| one.statements.is_empty());
    let advisories = if is_silent { explanation.advisories.as_slice() } else { &[] };
    ExplainPage {
        frame: frame.titled(section, format!("{asked} in {reference}")),
        crumbs,
        json: format!("{path}/explanation.json{}", query_of([("id", asked.as_str())])),
        path,
        reference,
        asked: asked.clone(),
        mark: mark(explanation.answer),
        sentence: explanation.explanation.clone(),
        also: explanation.aliases().into_iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        summary: explanation.summary().unwrap_or_default().to_owned(),
        exploited: explanation.exploitation.in_words(),
        proof: Facts {
            image: DigestMark::of(&explanation.image.digest),
            distributions: explanation.distributions.iter().map(|one| one.name.clone()).collect(),
            as_of: explanation.as_of().to_string(),
            catalog: DigestMark::of(&explanation.proof.catalog),
        },
        packages: explanation.packages.iter().take(TOLD).map(|one| package(explanation, one)).collect(),
        more_packages: explanation.packages.len().saturating_sub(TOLD),
        known: advisories.iter().take(TOLD).map(known).collect(),
        more_known: advisories.len().saturating_sub(TOLD),
        spots: spots(&explanation.blind_spots),
    }
}

/// The answer's word, as the command has it. What is not proven is not green.
fn mark(answer: Answer) -> VerdictMark {
    let class = match answer {
        Answer::Affected => "vulnerable",
        Answer::NotJudged | Answer::UnknownAdvisory => "unproven",
        Answer::Suppressed => "unsupported",
        Answer::Fixed | Answer::NotAffected | Answer::NotListed | Answer::PackageAbsent => "clean",
    };
    VerdictMark { class, word: answer.as_str() }
}

fn package(explanation: &Explanation, concerned: &Concerned) -> PackagePart {
    let package = &concerned.package;
    let decisive = concerned.decisive();
    PackagePart {
        mark: mark(concerned.answer),
        name: package.name.clone(),
        version: package.version.clone(),
        severity: concerned.severity.map(SeverityMark),
        fixed_in: concerned.fixed_in.clone(),
        fix_known: concerned.fix_in_words(),
        layer: layer(package, explanation.image.layers.len()),
        path: package.path.clone(),
        source: concerned.foreign_source().map(|(name, version)| format!("{name} {version}")),
        namespace: package.namespace.clone(),
        more_statements: decisive.len().saturating_sub(TOLD),
        statements: decisive.into_iter().take(TOLD).map(statement).collect(),
        so: concerned.conclusion().map(|(why, by)| (why.to_owned(), by.map(str::to_owned))),
    }
}

/// Which layer it came with.
fn layer(package: &ExplainedPackage, all: usize) -> String {
    match (&package.layer, package.layer_number) {
        (Some(layer), Some(number)) => format!("{} · {number} of {all}", short(layer)),
        (Some(layer), None) => short(layer),
        (None, _) => "not known".to_owned(),
    }
}

fn statement(one: &ExplainedStatement) -> StatementRow {
    StatementRow {
        advisory: one.advisory.clone(),
        published: one.published.clone().unwrap_or_default(),
        range: one.range.clone(),
        meant: format!("{} package {} in {}", one.names, one.package, one.namespace),
        compared: one.why.clone(),
        feed: one.feed.clone(),
        upstream_date: one.upstream_date.clone().unwrap_or_default(),
    }
}

fn known(one: &KnownAdvisory) -> KnownRow {
    let names = |names: &BTreeSet<String>| first_few(&names.iter().collect::<Vec<_>>(), NAMED, "other");
    KnownRow {
        id: one.id.clone(),
        packages: names(&one.packages),
        namespaces: names(&one.namespaces),
        feed: one.feed.clone(),
    }
}
