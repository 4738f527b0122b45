//! `GET /compare`: two images, or one image as of two days: what differs, and which input explains it.
//!
//! As of a day an image is judged by the advisory data that was in force then, as far as it is kept; what is no longer kept is a
//! blind spot of that side, as always.

use askama::Template;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use limpid_catalog::Catalog;
use limpid_core::{
    Digest,
    comparison::{Change, Comparison, Side, SideFacts, compare},
    matching::{Advisories as _, Keeper, judge},
    report::build,
    words::number,
};

use super::{
    answer::{Reply, page},
    frame::{Frame, Section},
    image::Place,
    parts::{SeverityMark, VerdictMark, short},
    problem::nothing,
    query,
};
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    face::work,
    http::ApiError,
    limits::COMPARED_ROWS,
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "compare.html")]
pub(super) struct ComparePage {
    pub(super) frame: Frame,
    pub(super) a: Asked,
    pub(super) b: Asked,
    pub(super) result: Option<Differences>,
}

/// A side, as it was asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) image: String,
    pub(super) day: String,
}

/// What differs.
#[derive(Debug, Clone)]
pub(super) struct Differences {
    pub(super) explanation: String,
    pub(super) sides: [SideView; 2],
    pub(super) inputs: Vec<InputRow>,
    pub(super) findings: Vec<FindingChangeRow>,
    pub(super) more_findings: usize,
    pub(super) packages: Vec<PackageChangeRow>,
    pub(super) more_packages: usize,
    pub(super) spots: Vec<SpotChangeRow>,
}

/// A side.
#[derive(Debug, Clone)]
pub(super) struct SideView {
    pub(super) letter: &'static str,
    pub(super) reference: String,
    pub(super) mark: VerdictMark,
    pub(super) findings: String,
    pub(super) packages: String,
    pub(super) spots: String,
    pub(super) day: String,
}

/// An input.
#[derive(Debug, Clone)]
pub(super) struct InputRow {
    pub(super) name: &'static str,
    pub(super) word: &'static str,
    /// That of A: short, and the whole.
    pub(super) a: (String, String),
    pub(super) b: (String, String),
    pub(super) is_same: bool,
}

/// A finding that differs.
#[derive(Debug, Clone)]
pub(super) struct FindingChangeRow {
    pub(super) change: &'static str,
    pub(super) severity: SeverityMark,
    pub(super) id: String,
    pub(super) package: String,
    pub(super) installed: String,
    pub(super) fixed_in: Option<String>,
    pub(super) cause: &'static str,
    pub(super) fields: Vec<String>,
}

/// A package that differs.
#[derive(Debug, Clone)]
pub(super) struct PackageChangeRow {
    pub(super) change: &'static str,
    pub(super) name: String,
    pub(super) a: String,
    pub(super) b: String,
}

/// A blind spot that differs.
#[derive(Debug, Clone)]
pub(super) struct SpotChangeRow {
    pub(super) change: &'static str,
    pub(super) reason: &'static str,
    pub(super) subject: String,
    pub(super) detail: String,
    pub(super) cause: &'static str,
}

/// See the module.
pub(super) async fn show(call: Call, frame: Frame) -> Reply {
    let form = query(&call);
    let asked = |image: &str, day: &str| Asked {
        image: form.get(image).trim().to_owned(),
        day: form.get(day).trim().to_owned(),
    };
    let (a, mut b) = (asked("a", "a-day"), asked("b", "b-day"));
    if b.image.is_empty() && !b.day.is_empty() {
        b.image.clone_from(&a.image);
    }
    let principal = call.principal.clone();
    work(&call.engine, move |engine| {
        let frame = frame.titled(Section::Compare, "Compare");
        if a.image.is_empty() || b.image.is_empty() {
            return page(&ComparePage { frame, a, b, result: None });
        }
        let (left, right) = (side(engine, &principal, &a)?, side(engine, &principal, &b)?);
        let days = [&left, &right].map(|side| side.inputs.as_of.text().unwrap_or_default().to_owned());
        let compared = compare(&left, &right);
        page(&ComparePage { frame, a, b, result: Some(differences(&compared, days)) })
    })
    .await
}

/// `repository:tag`, `repository@digest` or a digest alone.
fn place(text: &str) -> Place {
    if let Some((name, digest)) = text.split_once('@') {
        return Place::Repository(name.to_owned(), digest.to_owned());
    }
    match text.rsplit_once(':') {
        Some(("sha256" | "sha512", _)) => Place::Service(text.to_owned()),
        Some((name, tag)) if !tag.contains('/') => Place::Repository(name.to_owned(), tag.to_owned()),
        Some(_) | None => Place::Repository(text.to_owned(), "latest".to_owned()),
    }
}

fn side(engine: &Engine, principal: &Principal, asked: &Asked) -> Result<Side, ApiError> {
    let place = place(&asked.image);
    let (action, object) = match &place {
        Place::Repository(name, _) => (Action::ReadReport, Object::Repository(name.clone())),
        Place::Service(_) => (Action::ReadService, Object::Service),
    };
    let decided = accounts::decide(engine, principal, action, &object)?;
    if decided != Decision::Allowed {
        return Err(nothing());
    }
    let reference = place.reference();
    let found = place.find(engine)?;
    let seen = found.report(engine)?;
    let mut index = seen.index.clone();
    let mut report = if asked.day.is_empty() {
        seen.report.clone()
    } else {
        let at = end_of(&asked.day)?;
        let catalog = as_of(engine, at)?;
        let day = at.date_naive();
        let judgement = judge(&index, engine.indexer.ecosystems(), &catalog, day);
        let report = build(&index, judgement, &engine.policy, catalog.digest(), day, engine.now());
        match &found.decided {
            Some(decided) => decided.apply(engine, report)?,
            None => report,
        }
    };
    index.image.reference.clone_from(&reference);
    report.image.reference = reference;
    Ok(Side::of(report, Some(index)))
}

/// The last moment of a day.
fn end_of(text: &str) -> Result<DateTime<Utc>, ApiError> {
    let day: NaiveDate = text.parse().map_err(|error| {
        ApiError::bad_request(format!("“{text}” is no day: 2026-01-31 is expected: {error}"))
    })?;
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    Ok(day.and_time(last).and_utc().min(Utc::now()))
}

fn as_of(engine: &Engine, at: DateTime<Utc>) -> Result<Catalog, ApiError> {
    Catalog::open(engine.catalog.store(), engine.indexer.ecosystems(), at)
        .map(|catalog| catalog.kept_by(Keeper::Service))
        .map_err(|error| ApiError::unavailable(format!("the advisory data of then cannot be read: {error}")))
}

/// A digest by its beginning; anything else as it is.
fn shortened(text: Option<&str>) -> (String, String) {
    let whole = text.unwrap_or_default().to_owned();
    let brief = whole.parse::<Digest>().map_or_else(|_other| whole.clone(), |digest| short(&digest));
    (brief, whole)
}

fn change_word(change: Change) -> &'static str {
    match change {
        Change::Added => "only in B",
        Change::Removed => "only in A",
        Change::Changed => "changed",
    }
}

fn differences(compared: &Comparison, days: [String; 2]) -> Differences {
    let [day_a, day_b] = days;
    let input = |(name, input): (&'static str, &limpid_core::comparison::Input)| InputRow {
        name,
        word: match input.same {
            Some(true) => "same",
            Some(false) => "differs",
            None => "not known",
        },
        a: shortened(input.a.as_deref()),
        b: shortened(input.b.as_deref()),
        is_same: input.same == Some(true),
    };
    let packages = compared.packages.as_deref().unwrap_or_default();
    Differences {
        explanation: compared.explanation.clone(),
        sides: [side_view("A", &compared.a, day_a), side_view("B", &compared.b, day_b)],
        inputs: compared.inputs.named().into_iter().map(input).collect(),
        findings: compared.findings.iter().take(COMPARED_ROWS).map(finding_row).collect(),
        more_findings: compared.findings.len().saturating_sub(COMPARED_ROWS),
        packages: packages.iter().take(COMPARED_ROWS).map(package_row).collect(),
        more_packages: packages.len().saturating_sub(COMPARED_ROWS),
        spots: compared.blind_spots.iter().filter_map(spot_row).collect(),
    }
}

fn side_view(letter: &'static str, side: &SideFacts, day: String) -> SideView {
    SideView {
        letter,
        reference: side.reference.clone(),
        mark: VerdictMark::of(side.verdict),
        findings: number(side.findings),
        packages: number(side.packages),
        spots: number(side.blind_spots),
        day,
    }
}

fn finding_row(change: &limpid_core::comparison::FindingChange) -> FindingChangeRow {
    let field = |one: &limpid_core::comparison::FieldChange| {
        let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        format!("{}: {} → {}", one.field.replace('_', " "), text(&one.a), text(&one.b))
    };
    FindingChangeRow {
        change: change_word(change.change),
        severity: SeverityMark(change.severity),
        id: change.id.clone(),
        package: change.package.name.clone(),
        installed: change.package.version.clone(),
        fixed_in: change.fixed_in.clone(),
        cause: change.cause.as_str(),
        fields: change.fields.iter().map(field).collect(),
    }
}

fn package_row(change: &limpid_core::comparison::PackageChange) -> PackageChangeRow {
    let version = |facts: &Option<limpid_core::comparison::PackageFacts>| {
        facts.as_ref().map(|facts| facts.version.clone()).unwrap_or_default()
    };
    PackageChangeRow {
        change: change_word(change.change),
        name: change.name.clone(),
        a: version(&change.a),
        b: version(&change.b),
    }
}

fn spot_row(change: &limpid_core::comparison::BlindSpotChange) -> Option<SpotChangeRow> {
    let spot = change.blind_spot()?;
    Some(SpotChangeRow {
        change: change_word(change.change),
        reason: spot.reason.as_str(),
        subject: spot.subject.clone(),
        detail: spot.detail.clone(),
        cause: change.cause.as_str(),
    })
}
