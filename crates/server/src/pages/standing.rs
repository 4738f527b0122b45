//! Where an image stands: judged, or why not yet.

use chrono::{DateTime, Utc};
use limpid_core::{Digest, Report};
use limpid_store::{
    StoreError,
    jobs::{self, JobKind, JobState},
    reports::{self, AttemptState},
};

use super::parts::VerdictMark;
use crate::{
    engine::Engine,
    indexing::IndexFailure,
    security::{self, Status},
};

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It waits for a worker, perhaps until an instant.
    Queued(Option<DateTime<Utc>>),
    /// A worker reads it.
    Indexing,
    /// The last attempt failed: why, and when it is tried again.
    Failed(String, Option<DateTime<Utc>>),
    /// It is nothing that can be judged: why.
    Unsupported(String),
    /// Nobody ever asked for it.
    Unknown,
}

impl Standing {
    /// In one word.
    pub(super) fn mark(&self) -> VerdictMark {
        match self {
            Self::Queued(_) => VerdictMark::WAITING,
            Self::Indexing => VerdictMark::INDEXING,
            Self::Failed(..) => VerdictMark::FAILED,
            Self::Unsupported(_) => VerdictMark::UNSUPPORTED,
            Self::Unknown => VerdictMark::UNKNOWN,
        }
    }

    /// In a sentence.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Queued(_) => "It waits for a worker. Nothing is known of it yet.".to_owned(),
            Self::Indexing => "A worker reads its layers now. Nothing is known of it yet.".to_owned(),
            Self::Failed(why, _) => format!("It could not be read: {why}. Nothing is known of it."),
            Self::Unsupported(why) => format!("This is nothing that can be judged: {why}."),
            Self::Unknown => "Nobody asked for it to be read. Nothing is known of it.".to_owned(),
        }
    }

    /// Whether it is worth looking again soon.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Queued(_) | Self::Indexing)
    }

    /// When it is tried again.
    pub(super) fn next_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Queued(at) | Self::Failed(_, at) => *at,
            Self::Indexing | Self::Unsupported(_) | Self::Unknown => None,
        }
    }
}

/// Where an image without a report stands. Blocks.
///
/// # Errors
/// Those of the database.
pub(super) fn standing(engine: &Engine, digest: &Digest) -> Result<Standing, StoreError> {
    Ok(match security::status(engine, digest)? {
        // A report that went away between two looks is being made.
        Status::Queued | Status::Indexed => Standing::Queued(None),
        Status::Indexing => Standing::Indexing,
        Status::Failed { reason, next_at } => Standing::Failed(reason, next_at),
        Status::Unsupported { reason, .. } => Standing::Unsupported(reason),
        Status::Unknown => of_scanner(engine, digest)?,
    })
}

/// The same for an image that was not pushed here: a scanner's client submitted it.
fn of_scanner(engine: &Engine, digest: &Digest) -> Result<Standing, StoreError> {
    let (attempt, job) = engine.database.read::<_, StoreError>(|tx| {
        let attempt = reports::attempt(tx, digest)?;
        Ok((attempt, jobs::find(tx, JobKind::Index, digest.as_str())?))
    })?;
    let runs = job.as_ref().is_some_and(|job| job.state == JobState::Running);
    let waits = job.filter(|job| job.state == JobState::Queued).map(|job| job.run_at);
    Ok(match attempt {
        _ if runs => Standing::Indexing,
        Some(attempt) if attempt.state == AttemptState::Failed => {
            Standing::Failed(IndexFailure::parse(&attempt.error).to_string(), attempt.next_at.or(waits))
        }
        Some(_) => Standing::Queued(waits),
        None => Standing::Unknown,
    })
}

/// How many findings of a severity stand in a report.
pub(super) fn count(report: &Report, severity: limpid_core::Severity) -> u64 {
    report.summary.findings.get(&severity).copied().unwrap_or(0)
}
