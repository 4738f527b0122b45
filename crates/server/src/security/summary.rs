//! The counts of a report, for lists: kept with all that they were made of, so that old ones are never shown as today's.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use limpid_core::{Digest, Report, Severity, Verdict};
use limpid_store::{
    StoreError,
    security::{self, Known, PushState, StoredSummary},
};
use serde::{Deserialize, Serialize};

use super::{Status, roll_up};
use crate::{
    engine::Engine,
    http::compression::Encoding,
    matching::{self, Answer, CountedBlindSpots, Decided, Form, Judged, MatchError},
};

/// The counts of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    /// The report in one word. Of an index: the worst of its images.
    pub(crate) verdict: Verdict,
    /// Findings that stand, by severity. All six are there. Of an index: summed.
    pub(crate) findings: BTreeMap<Severity, u64>,
    /// Those of them that have a fix.
    pub(crate) fixable: u64,
    /// Packages.
    pub(crate) packages: u64,
    /// How many blind spots count.
    pub(crate) blind_spots: u64,
    /// For what reasons.
    pub(crate) reasons: BTreeSet<String>,
    /// Whether it is what a report would say now. Where not, a newer one is being made.
    pub(crate) is_current: bool,
    /// When it was made; the oldest of an index.
    pub(crate) made_at: DateTime<Utc>,
    /// The images of an index.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) children: Vec<ChildSummary>,
}

/// An image of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ChildSummary {
    /// Its digest.
    pub(crate) digest: Digest,
    /// Its platform; empty where the index does not say.
    pub(crate) platform: String,
    /// How far it is.
    pub(crate) status: Status,
    /// Its counts, where it is indexed.
    pub(crate) summary: Option<Summary>,
}

/// What of a summary has no column of its own.
#[derive(Serialize, Deserialize)]
struct Body {
    verdict: Verdict,
    findings: BTreeMap<Severity, u64>,
    packages: u64,
    blind_spots: u64,
    reasons: BTreeSet<String>,
}

/// The counts of a report, remembered as all reports are.
const COUNTS: Form = Form {
    name: "summary",
    write: |_index, report| {
        let summary = Summary::of(report, report.observed.generated_at);
        serde_json::to_vec(&(summary.fixable, summary.into_body()))
    },
};

/// The summary of what was pushed; `None` where there is no report of it. One that is not current is told as such, and one that
/// was not made yet is made now, and so is one through what a namespace `decided`: only the report itself is kept of that, as of all
/// that was asked for lately. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn summary(
    engine: &Engine,
    decided: Option<&Decided>,
    digest: &Digest,
) -> Result<Option<Summary>, MatchError> {
    at(engine, decided, digest, 0)
}

pub(super) fn at(
    engine: &Engine,
    decided: Option<&Decided>,
    digest: &Digest,
    depth: usize,
) -> Result<Option<Summary>, MatchError> {
    let (pushed, stored) = engine
        .database
        .read(|tx| Ok::<_, StoreError>((security::find(tx, digest)?, security::load_summary(tx, digest)?)))?;
    match pushed.map(|pushed| pushed.state) {
        None | Some(PushState::Unsupported(_) | PushState::Artifact(_)) => Ok(None),
        Some(PushState::Index) => roll_up::summary(engine, decided, digest, depth),
        Some(PushState::Queued) if decided.is_some() => through(engine, decided, digest),
        Some(PushState::Queued) => match (stored, matching::tag_now(engine, digest, None)?) {
            (_, None) => Ok(None),
            (Some(stored), Some(tag)) => Ok(Some(Summary::read(&stored, stored.made_of == tag)?)),
            (None, Some(_)) => made(engine, None, digest),
        },
    }
}

/// The summary through what a namespace decided.
fn through(
    engine: &Engine,
    decided: Option<&Decided>,
    digest: &Digest,
) -> Result<Option<Summary>, MatchError> {
    match matching::report(engine, digest, COUNTS, Encoding::Plain, decided)? {
        Answer::NotIndexed => Ok(None),
        Answer::NoData => made(engine, decided, digest),
        Answer::Report(_etag, finished) => {
            let (fixable, body): (u64, Body) = serde_json::from_slice(&finished.body)?;
            Ok(Some(Summary::with(body, fixable, true, engine.now())))
        }
    }
}

fn made(engine: &Engine, decided: Option<&Decided>, digest: &Digest) -> Result<Option<Summary>, MatchError> {
    let judged = matching::judged_now(engine, digest, decided)?;
    Ok(judged.map(|judged| Summary::of(&judged.report, engine.now())))
}

impl Summary {
    /// Of nothing at all.
    pub(super) fn none() -> Self {
        Self {
            verdict: Verdict::Clean,
            findings: Severity::WORST_FIRST.into_iter().map(|severity| (severity, 0)).collect(),
            fixable: 0,
            packages: 0,
            blind_spots: 0,
            reasons: BTreeSet::new(),
            is_current: true,
            made_at: DateTime::<Utc>::MAX_UTC,
            children: Vec::new(),
        }
    }

    /// Of a report that was made now.
    pub(super) fn of(report: &Report, now: DateTime<Utc>) -> Self {
        let blind_spots = CountedBlindSpots::of(&report.blind_spots);
        Self {
            verdict: report.verdict,
            findings: report.summary.findings.clone(),
            fixable: report.summary.fixable,
            packages: report.summary.packages,
            blind_spots: blind_spots.number as u64,
            reasons: blind_spots.reasons.into_iter().map(str::to_owned).collect(),
            is_current: true,
            made_at: now,
            children: Vec::new(),
        }
    }

    /// Adds that of an image to that of its index.
    pub(super) fn add(&mut self, other: &Self) {
        self.verdict = roll_up::worse(self.verdict, other.verdict);
        for (severity, count) in &other.findings {
            *self.findings.entry(*severity).or_default() += count;
        }
        self.fixable += other.fixable;
        self.packages += other.packages;
        self.blind_spots += other.blind_spots;
        self.reasons.extend(other.reasons.iter().cloned());
        self.is_current &= other.is_current;
        self.made_at = self.made_at.min(other.made_at);
    }

    /// Adds an image of which nothing is known.
    pub(super) fn add_unknown(&mut self, why: &str) {
        self.verdict = roll_up::worse(self.verdict, Verdict::Unproven);
        self.blind_spots += 1;
        self.reasons.insert(format!("image-{why}"));
    }

    /// The worst severity that was found.
    pub(crate) fn highest(&self) -> Option<Severity> {
        self.findings.iter().rev().find(|(_, count)| **count > 0).map(|(severity, _)| *severity)
    }

    /// How many findings stand.
    pub(crate) fn total(&self) -> u64 {
        self.findings.values().sum()
    }

    fn read(stored: &StoredSummary, is_current: bool) -> Result<Self, MatchError> {
        let body: Body = serde_json::from_str(&stored.body)
            .map_err(|error| StoreError::Damaged(format!("the summary of {}: {error}", stored.digest)))?;
        Ok(Self::with(body, stored.fixable, is_current, stored.made_at))
    }

    fn with(body: Body, fixable: u64, is_current: bool, made_at: DateTime<Utc>) -> Self {
        let Body { verdict, findings, packages, blind_spots, reasons } = body;
        Self {
            verdict,
            findings,
            fixable,
            packages,
            blind_spots,
            reasons,
            is_current,
            made_at,
            children: Vec::new(),
        }
    }

    /// Without what has a column of its own.
    fn into_body(self) -> Body {
        let Self { verdict, findings, packages, blind_spots, reasons, .. } = self;
        Body { verdict, findings, packages, blind_spots, reasons }
    }
}

/// The summary of a report, ready to be kept.
pub(super) fn stored(
    digest: &Digest,
    judged: &Judged,
    circumstances: String,
    now: DateTime<Utc>,
) -> Result<StoredSummary, MatchError> {
    let summary = Summary::of(&judged.report, now);
    let mut known = Known::default();
    for finding in judged.report.standing() {
        known.add(&finding.id, &finding.package.name);
    }
    let highest = summary.highest().map_or(0, |severity| severity as u64 + 1);
    let (verdict, findings, fixable) = (summary.verdict, summary.total(), summary.fixable);
    let body = summary.into_body();
    Ok(StoredSummary {
        digest: digest.clone(),
        made_of: judged.tag.clone(),
        circumstances,
        verdict: verdict.as_str().to_owned(),
        highest,
        findings,
        fixable,
        body: serde_json::to_string(&body)?,
        known,
        made_at: now,
    })
}
