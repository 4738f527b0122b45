//! Submitting a manifest, and waiting for its report.

use std::sync::Arc;

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    jobs::{self, JobKind, NewJob},
    manifests,
    reports::{self, Attempt, AttemptState},
};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{
    IndexFailure, Indexed, Submission, find, index_state,
    patience::Patience,
    payload::{Payload, manifest},
    waiters::Waiter,
};
use crate::{engine::Engine, http::blocking::blocking};

/// Somebody waits for it: it goes before everything else.
const PRIORITY: i64 = 100;

/// Indexes a manifest, unless there is a complete report of today's state, and waits for the end. Equal submissions at one
/// time are one execution.
///
/// # Errors
/// [`IndexFailure`]. The failure is stored as well, and tried again by itself.
pub async fn index(engine: &Arc<Engine>, submission: Submission) -> Result<Indexed, IndexFailure> {
    let waiter = engine.waiters.join().ok_or(IndexFailure::Busy)?;
    let manifest = submission.manifest.clone();
    let submitted = Arc::clone(engine);
    if run(move || enqueue(&submitted, &submission)).await? {
        engine.bell.ring();
    }
    wait(engine, waiter, manifest).await
}

async fn wait(engine: &Arc<Engine>, mut waiter: Waiter, manifest: Digest) -> Result<Indexed, IndexFailure> {
    let mut ending = engine.bell.ending();
    let patience = Arc::new(Patience::new());
    loop {
        let looking = Arc::clone(engine);
        let digest = manifest.clone();
        let patient = Arc::clone(&patience);
        let look = move || match outcome(&looking, &digest)? {
            Some(indexed) => Ok(Some(indexed)),
            None => patient.check(&looking).map(|()| None),
        };
        if let Some(indexed) = run(look).await? {
            return Ok(indexed);
        }
        if *ending.borrow_and_update() {
            return Err(IndexFailure::ShuttingDown);
        }
        tokio::select! {
            () = told(&mut waiter, &manifest) => {}
            () = tokio::time::sleep(patience.pause()) => {}
            _ = ending.changed() => {}
        }
    }
}

/// Returns when this process has finished the manifest, or when that may have been missed.
async fn told(waiter: &mut Waiter, manifest: &Digest) {
    loop {
        match waiter.finished.recv().await {
            Ok(finished) if finished != *manifest => {}
            Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IndexFailure> + Send + 'static,
) -> Result<T, IndexFailure> {
    blocking(work).await.map_err(|error| IndexFailure::Internal(error.to_string()))?
}

/// Stores a manifest with the job that indexes it, and does not wait for its end. Returns the job; `None` where there is a
/// complete report of today's state. Blocks.
///
/// # Errors
/// [`IndexFailure`], as far as it is known before the layers are read.
pub fn submit(engine: &Engine, submission: &Submission) -> Result<Option<Uuid>, IndexFailure> {
    if enqueue(engine, submission)? {
        engine.bell.ring();
    }
    let state = index_state(engine)?;
    let job = engine.database.read(|tx| {
        if is_current(tx, &submission.manifest, &state)? {
            return Ok(None);
        }
        jobs::find(tx, JobKind::Index, submission.manifest.as_str())
    })?;
    Ok(job.map(|job| job.id))
}

/// Whether there is work to do now.
fn enqueue(engine: &Engine, submission: &Submission) -> Result<bool, IndexFailure> {
    let state = index_state(engine)?;
    let is_known = |tx: &mut Transaction<'_>| is_current(tx, &submission.manifest, &state);
    if engine.database.read(is_known)? {
        return Ok(false);
    }
    let job = NewJob {
        kind: JobKind::Index,
        key: submission.manifest.to_string(),
        lane: String::new(),
        requires: state.to_string(),
        priority: PRIORITY,
        payload: Payload::encode(submission)?,
        delay: std::time::Duration::ZERO,
    };
    let submitted = engine.database.write(|tx| {
        manifests::put(tx, &manifest(submission)).map_err(TakenBack::of_manifest)?;
        // One that is being worked on is not begun again: its report, or its failure, answers this request too.
        if !jobs::submit_unless_running(tx, &job)? {
            return Ok(false);
        }
        // The row of the job is ours until this ends, so whoever finished it before has stored its report by now.
        if is_known(tx)? {
            return Err(TakenBack::HasReport);
        }
        let before = reports::attempt(tx, &submission.manifest)?;
        let failures = before.map_or(0, |before| before.failures);
        reports::record_attempt(tx, &submission.manifest, &waiting(engine, failures))?;
        Ok(true)
    });
    submitted.or_else(|taken_back| match taken_back {
        TakenBack::HasReport => Ok(false),
        TakenBack::OtherLayers => Err(IndexFailure::Invalid(format!(
            "manifest {} is known with other layers; one digest is one list of layers",
            submission.manifest
        ))),
        TakenBack::Store(error) => Err(error.into()),
    })
}

/// Why a submission is taken back.
enum TakenBack {
    /// There is a report by now.
    HasReport,
    /// The manifest is known, and with other layers.
    OtherLayers,
    Store(StoreError),
}

impl TakenBack {
    fn of_manifest(error: StoreError) -> Self {
        if matches!(error, StoreError::Stale(_)) { Self::OtherLayers } else { Self::Store(error) }
    }
}

impl From<StoreError> for TakenBack {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn waiting(engine: &Engine, failures: u64) -> Attempt {
    let state = AttemptState::Waiting;
    Attempt { state, error: String::new(), failures, at: engine.now(), next_at: None }
}

/// Whether there is a complete report of this state, and nothing waits to replace it.
pub(super) fn is_current(
    tx: &mut Transaction<'_>,
    manifest: &Digest,
    state: &Digest,
) -> Result<bool, StoreError> {
    let head = reports::load_head(tx, manifest)?;
    Ok(head.is_some_and(|head| head.is_complete && head.index_state == *state))
}

/// What became of a submission; `None` where it is not finished.
fn outcome(engine: &Engine, manifest: &Digest) -> Result<Option<Indexed>, IndexFailure> {
    let state = index_state(engine)?;
    let (is_current, attempt) = engine.database.read(|tx| {
        Ok::<_, StoreError>((is_current(tx, manifest, &state)?, reports::attempt(tx, manifest)?))
    })?;
    let attempt =
        attempt.ok_or_else(|| IndexFailure::Layer("the manifest was deleted meanwhile".to_owned()))?;
    match attempt.state {
        // A report of today counts, whatever became of an attempt to make one of another state.
        _any if is_current => Ok(find(engine, manifest)?),
        AttemptState::Waiting => Ok(None),
        AttemptState::Failed => Err(IndexFailure::parse(&attempt.error)),
        AttemptState::Finished => Ok(find(engine, manifest)?),
    }
}
