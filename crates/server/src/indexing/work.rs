//! The job of kind index: from layers to a stored report.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    jobs::{ClaimedJob, JobKind},
    reports::{self, Attempt, AttemptState},
};

use super::{
    IndexFailure,
    layers::{Layers, Origin},
    payload::Payload,
    report,
    submit::is_current,
};
use crate::{
    engine::{Engine, Held},
    fault,
    limits::{FIRST_RETRY, LAST_RETRY, UNFINISHED_ATTEMPTS},
    security,
    workers::Unfinished,
};

/// Does the job, and stores its report or its failure with its end.
pub(crate) fn index_job(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let manifest: Digest = job.key.parse().map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    let state = engine.own_index_state();
    let (current, before, origin) = engine.database.read(|tx| {
        let current = is_current(tx, &manifest, state)?;
        Ok::<_, StoreError>((current, reports::attempt(tx, &manifest)?, Origin::of(tx, &manifest)?))
    })?;
    if current {
        engine.database.write(|tx| held.finish(tx, job))?;
        engine.waiters.tell(&manifest, None);
        return Ok(());
    }
    if is_given_up(engine, job, held, &manifest, before.as_ref())? {
        engine.waiters.tell(&manifest, None);
        return Ok(());
    }
    if job.attempt > 1 {
        engine.database.write(|tx| note_begun(engine, tx, &manifest))?;
    }
    fault::point("index: claimed");
    let begun = Instant::now();
    let made = guarded(|| {
        let layers = Payload::decode(&job.payload)?;
        let evidence = Layers { engine, held, origin }.packs(&layers)?;
        report::make(engine, &manifest, &layers, evidence, Vec::new())
    });
    fault::point("index: report made");
    let good = match made {
        Ok(made) => {
            let prepared = reports::prepare(&made.stored, &made.packages)?;
            let is_known = engine.database.write(|tx| {
                let is_known = reports::save_prepared(tx, &prepared)?;
                security::note_indexed(tx, &manifest)?;
                held.finish(tx, job).map(|()| is_known)
            })?;
            engine.bell.ring(JobKind::Summarize);
            engine.metrics.indexed(true, begun.elapsed());
            is_known.then(|| Arc::new(made.good()))
        }
        // Nothing is wrong with the manifest: another process goes on.
        Err(IndexFailure::ShuttingDown) => return Err(Unfinished::GivenBack),
        Err(IndexFailure::Store(error)) => return Err(error.into()),
        Err(failure) => {
            tracing::warn!(%manifest, "not indexed: {failure}");
            engine.metrics.indexed(false, begun.elapsed());
            store_failure(engine, job, held, &manifest, &failure)?;
            None
        }
    };
    fault::point("index: stored");
    engine.waiters.tell(&manifest, good);
    Ok(())
}

/// A fault of Limpid in the middle of the work is a failure as any other: it is told, and tried again later and later.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, IndexFailure>) -> Result<T, IndexFailure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_panic| {
        Err(IndexFailure::Internal("a fault of Limpid ended the work; see the log".to_owned()))
    })
}

/// Whether the job was begun often and came to no end, which counts as a failure: perhaps it is what is read that kills the
/// process, and that must not happen at once after every start.
///
/// `before` is what became of the last attempt.
pub(super) fn is_given_up(
    engine: &Engine,
    job: &ClaimedJob,
    held: &Held,
    manifest: &Digest,
    before: Option<&Attempt>,
) -> Result<bool, StoreError> {
    let failures = before.map_or(0, |before| before.failures);
    let unfinished = job.attempt.saturating_sub(1).saturating_sub(failures);
    if unfinished < UNFINISHED_ATTEMPTS {
        return Ok(false);
    }
    let why = format!("it was begun {unfinished} times and never came to an end; see the log");
    tracing::error!(%manifest, "not indexed: {why}");
    note_failure(engine, job, held, manifest, &IndexFailure::Internal(why), job.attempt)?;
    Ok(true)
}

/// Notes that an attempt after a failed one has begun: whoever submits the manifest now waits for it.
fn note_begun(engine: &Engine, tx: &mut Transaction<'_>, manifest: &Digest) -> Result<(), StoreError> {
    let Some(before) = reports::attempt(tx, manifest)? else { return Ok(()) };
    let (state, error) = (AttemptState::Waiting, String::new());
    let attempt = Attempt { state, error, at: engine.now(), next_at: None, ..before };
    reports::record_attempt(tx, manifest, &attempt)
}

/// Notes a failure, and that the job is begun again later.
pub(super) fn store_failure(
    engine: &Engine,
    job: &ClaimedJob,
    held: &Held,
    manifest: &Digest,
    failure: &IndexFailure,
) -> Result<(), StoreError> {
    note_failure(engine, job, held, manifest, failure, 0)
}

/// As [`store_failure`], as one of at least so many.
fn note_failure(
    engine: &Engine,
    job: &ClaimedJob,
    held: &Held,
    manifest: &Digest,
    failure: &IndexFailure,
    least: u64,
) -> Result<(), StoreError> {
    let now = engine.now();
    engine.database.write(|tx| {
        let before = reports::attempt(tx, manifest)?;
        let failures = before.map_or(0, |before| before.failures).saturating_add(1).max(least);
        let delay = delay(failures);
        let next_at = chrono::TimeDelta::from_std(delay).ok().map(|delay| now + delay);
        let error = failure.stored();
        let attempt = Attempt { state: AttemptState::Failed, error, failures, at: now, next_at };
        reports::record_attempt(tx, manifest, &attempt)?;
        held.retry(tx, job, &failure.to_string(), delay)
    })
}

/// The pause after so many failures.
fn delay(failures: u64) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    FIRST_RETRY.saturating_mul(2_u32.saturating_pow(doublings)).min(LAST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = [1, 2, 3, 9, 10, 11, 1_000_000].map(delay).map(|pause| pause.as_secs());
        assert_eq!(pauses, [30, 60, 120, 7_680, 15_360, 21_600, 21_600]);
    }
}
