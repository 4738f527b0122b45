//! Submitting a manifest, and waiting for its report.

use std::sync::Arc;

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction, index_states,
    jobs::{self, JobKind, NewJob},
    manifests::{self, Manifest},
    reports::{self, Attempt, AttemptState},
};
use uuid::Uuid;

use super::{
    GoodReport, IndexFailure, Submission, index_state_in,
    patience::Patience,
    payload::{self, Payload, manifest},
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
pub async fn index(engine: &Arc<Engine>, submission: Submission) -> Result<Arc<GoodReport>, IndexFailure> {
    let waiter = engine.waiters.join(&submission.manifest).ok_or(IndexFailure::Busy)?;
    let manifest = submission.manifest.clone();
    let submitted = Arc::clone(engine);
    let enqueued = run(move || enqueue(&submitted, &submission, Told::AtTheEnd)).await?;
    if enqueued == Enqueued::Begun {
        engine.bell.ring(JobKind::Index);
    }
    wait(engine, waiter, manifest, enqueued == Enqueued::Known).await
}

/// Waits for the end. `looks`: whether it may have come already.
async fn wait(
    engine: &Arc<Engine>,
    mut waiter: Waiter,
    manifest: Digest,
    mut looks: bool,
) -> Result<Arc<GoodReport>, IndexFailure> {
    let mut ending = engine.bell.ending();
    let patience = Arc::new(Patience::new());
    loop {
        if looks {
            let looking = Arc::clone(engine);
            let digest = manifest.clone();
            let patient = Arc::clone(&patience);
            let look = move || match outcome(&looking, &digest)? {
                Some(good) => Ok(Some(good)),
                None => patient.check(&looking).map(|()| None),
            };
            if let Some(good) = run(look).await? {
                return Ok(Arc::new(good));
            }
        }
        looks = true;
        if *ending.borrow_and_update() {
            return Err(IndexFailure::ShuttingDown);
        }
        tokio::select! {
            told = waiter.told() => {
                if let Some(good) = told {
                    return Ok(good);
                }
            }
            () = tokio::time::sleep(patience.pause()) => {}
            _ = ending.changed() => {}
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
    if enqueue(engine, submission, Told::AtOnce)? == Enqueued::Begun {
        engine.bell.ring(JobKind::Index);
    }
    let job = engine.database.read(|tx| {
        let state = index_state_in(engine, tx)?;
        if is_current(tx, &submission.manifest, &state)? {
            return Ok::<_, StoreError>(None);
        }
        jobs::find(tx, JobKind::Index, submission.manifest.as_str())
    })?;
    Ok(job.map(|job| job.id))
}

/// When somebody is told of a submission.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Now: it has to last from now on.
    AtOnce,
    /// With the report or the failure, which is stored after it and makes it last.
    AtTheEnd,
}

/// What came of a submission.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Enqueued {
    /// There is work to do now.
    Begun,
    /// It is being worked on.
    Running,
    /// There is a complete report of today's state.
    Known,
}

fn enqueue(engine: &Engine, submission: &Submission, told: Told) -> Result<Enqueued, IndexFailure> {
    let (state, known) = engine.database.read(|tx| {
        let state = index_state_in(engine, tx)?;
        let known = is_current(tx, &submission.manifest, &state)?;
        Ok::<_, StoreError>((state, known))
    })?;
    if known {
        return Ok(Enqueued::Known);
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
    let submit = |tx: &mut Transaction<'_>| put(engine, tx, submission, &job, &state);
    let submitted = match told {
        Told::AtOnce => engine.database.write(submit),
        Told::AtTheEnd => engine.database.write_soon(submit),
    };
    submitted.or_else(|taken_back| match taken_back {
        TakenBack::HasReport => Ok(Enqueued::Known),
        TakenBack::OtherLayers => Err(IndexFailure::Invalid(format!(
            "manifest {} is known with other layers; one digest is one list of layers",
            submission.manifest
        ))),
        TakenBack::Store(error) => Err(error.into()),
    })
}

fn put(
    engine: &Engine,
    tx: &mut Transaction<'_>,
    submission: &Submission,
    job: &NewJob,
    state: &Digest,
) -> Result<Enqueued, TakenBack> {
    manifests::put(tx, &manifest(submission)).map_err(TakenBack::of_manifest)?;
    // One that is being worked on is not begun again: its report, or its failure, answers this request too.
    if !jobs::submit_unless_running(tx, job)? {
        return Ok(Enqueued::Running);
    }
    // The row of the job is ours until this ends, so whoever finished it before has stored its report by now.
    if is_current(tx, &submission.manifest, state)? {
        return Err(TakenBack::HasReport);
    }
    let before = reports::attempt(tx, &submission.manifest)?;
    let failures = before.map_or(0, |before| before.failures);
    reports::record_attempt(tx, &submission.manifest, &waiting(engine, failures))?;
    Ok(Enqueued::Begun)
}

/// Stores a manifest that is being pushed, with the job that indexes it, in the transaction of the push. Its layers are those of
/// its bytes; addresses are only those of layers that the registry need not have. Of jobs that wait, the one with the highest
/// priority is taken. Nothing is to be done where there is a complete report of today's state, unless it `is_wanted_anew`.
///
/// # Errors
/// Those of the database.
pub(crate) fn enqueue_pushed(
    tx: &mut Transaction<'_>,
    manifest: &Manifest,
    priority: i64,
    is_wanted_anew: bool,
) -> Result<(), StoreError> {
    manifests::put_proven(tx, manifest)?;
    let state = index_states::current(tx)?;
    if is_wanted_anew {
        // It stays, and is not the last word.
        reports::want_anew(tx, &manifest.digest)?;
    } else if let Some(state) = &state
        && is_current(tx, &manifest.digest, state)?
    {
        return Ok(());
    }
    let submission =
        Submission { manifest: manifest.digest.clone(), layers: payload::without_headers(manifest) };
    let payload =
        Payload::encode(&submission).map_err(|failure| StoreError::Statement(failure.to_string()))?;
    let job = NewJob {
        kind: JobKind::Index,
        key: manifest.digest.to_string(),
        lane: String::new(),
        requires: state.map_or(String::new(), |state| state.to_string()),
        priority,
        payload,
        delay: std::time::Duration::ZERO,
    };
    if !jobs::submit_unless_running(tx, &job)? {
        return Ok(());
    }
    let before = reports::attempt(tx, &manifest.digest)?;
    let failures = before.map_or(0, |before| before.failures);
    let state = AttemptState::Waiting;
    let attempt = Attempt { state, error: String::new(), failures, at: tx.now()?, next_at: None };
    reports::record_attempt(tx, &manifest.digest, &attempt)
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

/// What became of a submission; `None` where it is not finished. Blocks.
///
/// # Errors
/// The failure of the last attempt, where there is no report of today.
pub(crate) fn outcome(engine: &Engine, manifest: &Digest) -> Result<Option<GoodReport>, IndexFailure> {
    let (attempt, stored) = engine.database.read(|tx| {
        let state = index_state_in(engine, tx)?;
        let attempt = reports::attempt(tx, manifest)?;
        // A report of today counts, whatever became of an attempt to make one of another state.
        let is_there = is_current(tx, manifest, &state)?
            || attempt.as_ref().is_some_and(|attempt| attempt.state == AttemptState::Finished);
        let stored = if is_there { reports::load(tx, manifest)? } else { None };
        Ok::<_, StoreError>((attempt, stored))
    })?;
    let attempt =
        attempt.ok_or_else(|| IndexFailure::Layer("the manifest was deleted meanwhile".to_owned()))?;
    if let Some(stored) = stored {
        return Ok(Some(GoodReport::of(stored)?));
    }
    match attempt.state {
        AttemptState::Waiting => Ok(None),
        AttemptState::Failed => Err(IndexFailure::parse(&attempt.error)),
        AttemptState::Finished => {
            Err(IndexFailure::Internal(format!("{manifest} was indexed, but there is no report")))
        }
    }
}
