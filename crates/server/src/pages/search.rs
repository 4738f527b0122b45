//! `GET /search`: which images have this vulnerability.
//!
//! The page says how far the search came, and never that there are no more where that is not known.

use askama::Template;
use limpid_store::listing::ImagePlace;

use super::{
    answer::{Reply, page},
    frame::{Frame, Section},
    image::Place,
    parts::{SeverityMark, short},
    query,
};
use crate::{
    accounts::viewer,
    face::{identifier, turn, work},
    public::Call,
    security::{self, Hit},
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
    /// Other identifiers of it.
    pub(super) also: String,
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
    let frame = frame.titled(Section::Search, "Search");
    if id.is_empty() {
        return page(&SearchPage { frame, id, package, result: None });
    }
    let id = identifier(&id)?;
    let turn = turn(&call.engine).await?;
    work(&call.engine, move |engine| {
        let found = security::search(engine, viewer, &id, &package);
        // Kept as long as the work lasts, also where its client is gone.
        drop(turn);
        let found = found?;
        let also: Vec<&str> = found
            .identifiers
            .iter()
            .map(String::as_str)
            .filter(|own| !own.eq_ignore_ascii_case(&id))
            .collect();
        let result = Outcome {
            words: words(&found.lacks, &package),
            is_partial: !found.lacks.is_empty(),
            also: also.join(", "),
            rows: found.hits.iter().map(row).collect(),
        };
        page(&SearchPage { frame, id, package, result: Some(result) })
    })
    .await
}

/// How far it came.
fn words(lacks: &[String], package: &str) -> String {
    match (lacks, package) {
        ([], "") => {
            "All images that you may see and that have a package which an advisory of it names were judged."
                .to_owned()
        }
        ([], package) => format!("All images that you may see and that have {package} were judged."),
        (lacks, _) => format!(
            "There may be more: {}. Name the package, and only images that have it are judged.",
            lacks.join("; ")
        ),
    }
}

fn row(hit: &Hit) -> HitRow {
    let Hit { digest, places, finding } = hit;
    let place = |(name, tag): &ImagePlace| {
        let reference = if tag.is_empty() { digest.to_string() } else { tag.clone() };
        let place = Place::Repository(name.clone(), reference);
        (if tag.is_empty() { name.clone() } else { place.reference() }, place.path())
    };
    let places: Vec<(String, String)> = if places.is_empty() {
        vec![("not pushed here".to_owned(), Place::Service(digest.to_string()).path())]
    } else {
        places.iter().map(place).collect()
    };
    HitRow {
        places,
        digest: short(digest),
        severity: SeverityMark(finding.severity),
        package: finding.package.name.clone(),
        installed: finding.package.version.clone(),
        fixed_in: finding.fixed_in.clone(),
        suppressed: finding.suppressed.is_some(),
    }
}
