//! The job of kind summarize: judges a pushed image, keeps its counts, and tells of findings that were not known.
//!
//! What is told is stored in the transaction of what is known, so each finding is told once to everybody who wants it, whether it
//! is new because the image is, or the advisory data, or what reads it.

use std::time::Duration;

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    jobs::{self, ClaimedJob, JobKind, NewJob},
    security,
};

use super::{events, summary};
use crate::{
    engine::{Engine, Held},
    limits::FIRST_RETRY,
    matching::{self, MatchError},
    workers::Unfinished,
};

/// The image is new, or its report is: before those whose advisory data changed.
pub(super) const OF_REPORTS: i64 = 100;

/// Has a pushed image judged whose report is being stored, in the same transaction. Nothing for others.
///
/// # Errors
/// Those of the database.
pub(crate) fn note_indexed(tx: &mut Transaction<'_>, digest: &Digest) -> Result<(), StoreError> {
    if !security::is_queued(tx, digest)? {
        return Ok(());
    }
    jobs::submit(tx, &job(digest, OF_REPORTS)).map(drop)
}

pub(super) fn job(digest: &Digest, priority: i64) -> NewJob {
    NewJob {
        kind: JobKind::Summarize,
        key: digest.to_string(),
        lane: String::new(),
        requires: String::new(),
        priority,
        payload: Vec::new(),
        delay: Duration::ZERO,
    }
}

/// Does the job.
pub(crate) fn summarize_job(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let digest: Digest = job.key.parse().map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    // First, so that what is judged is never older than what it says.
    let circumstances = matching::circumstances(engine)?;
    let Some(judged) = matching::judged_now(engine, &digest, None)? else {
        return Ok(engine.database.write(|tx| held.finish(tx, job))?);
    };
    let summary = summary::stored(&digest, &judged, circumstances, engine.now())?;
    engine.database.write(|tx| {
        let before = security::load_summary(tx, &digest)?;
        if security::save_summary(tx, &summary)? {
            events::tell_findings(
                engine,
                tx,
                &digest,
                &judged.report,
                before.map(|before| before.known).as_ref(),
            )?;
        }
        held.finish(tx, job)
    })?;
    engine.bell.ring(JobKind::Tell);
    Ok(())
}

impl From<MatchError> for Unfinished {
    fn from(error: MatchError) -> Self {
        match error {
            MatchError::Store(error) => error.into(),
            MatchError::Catalog(failure) => failure.into(),
            MatchError::Unwritable(_) => Self::Later(error.to_string(), FIRST_RETRY),
        }
    }
}
