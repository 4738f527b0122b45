//! Re-indexing by itself: reports of another index state are made again from evidence, the oldest first.
//!
//! No layer is fetched for it unless this state wants more of layers than what was kept. Where such a layer cannot be had
//! any more, the report is made from what was kept, says so in a blind spot, and is not complete: the next time that the
//! manifest is submitted, its layers are read again.

use std::time::Duration;

use limpid_core::{BlindSpot, Digest, Reason};
use limpid_store::{
    StoreError,
    jobs::{self, ClaimedJob, JobKind, NewJob},
    manifests, reports,
};

use super::{
    IndexFailure, SubmittedLayer,
    evidence::{self, Known},
    layers::{Layers, Origin},
    payload::without_headers,
    report::{self, Made},
    submit::is_current,
    work::{guarded, is_given_up, store_failure},
};
use crate::{
    engine::{Engine, Held},
    fault,
    limits::{LAST_RETRY, REINDEX_BATCH},
    security,
    workers::Unfinished,
};

/// What was found of stale reports.
pub(crate) enum Stale {
    /// None waits.
    None,
    /// Some wait for a worker, and there may be more.
    Queued,
}

/// Makes jobs of the stale reports that are oldest, unless jobs enough wait already. Jobs that wait for a program of another
/// state than the service is in are handed to those of this one.
pub(crate) fn submit_stale(engine: &Engine) -> Result<Stale, StoreError> {
    let state = engine.own_index_state().clone();
    engine.succeed()?;
    // A program of yesterday's state, that still runs beside a newer one, leaves the reports alone.
    if super::index_state(engine)? != state {
        return Ok(Stale::None);
    }
    if engine.database.read(|tx| jobs::any_requires_another(tx, state.as_str()))? {
        let handed = engine.database.write(|tx| jobs::require(tx, state.as_str()))?;
        tracing::info!(jobs = handed, "jobs that waited for another program are done by this one");
        engine.bell.ring(JobKind::Index);
        engine.bell.ring(JobKind::Reindex);
    }
    if engine.database.read(|tx| jobs::due(tx, JobKind::Reindex))? > REINDEX_BATCH / 2 {
        return Ok(Stale::Queued);
    }
    let stale = engine.database.read(|tx| reports::stale(tx, &state, REINDEX_BATCH))?;
    if stale.is_empty() {
        return Ok(Stale::None);
    }
    engine.database.write(|tx| {
        for manifest in &stale {
            jobs::submit(tx, &reindex_job(manifest, &state, Duration::ZERO))?;
        }
        Ok::<_, StoreError>(())
    })?;
    engine.bell.ring(JobKind::Reindex);
    Ok(Stale::Queued)
}

fn reindex_job(manifest: &Digest, state: &Digest, delay: Duration) -> NewJob {
    NewJob {
        kind: JobKind::Reindex,
        key: manifest.to_string(),
        lane: String::new(),
        requires: state.to_string(),
        priority: 0,
        payload: Vec::new(),
        delay,
    }
}

/// Does the job, and stores its report or its failure with its end. A failure takes no good report away.
pub(crate) fn reindex(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let manifest: Digest = job.key.parse().map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    let state = engine.own_index_state();
    let (known, current, before, origin) = engine.database.read(|tx| {
        let known = manifests::find(tx, &manifest)?;
        let current = is_current(tx, &manifest, state)?;
        Ok::<_, StoreError>((known, current, reports::attempt(tx, &manifest)?, Origin::of(tx, &manifest)?))
    })?;
    // Deleted meanwhile, or submitted again and indexed.
    let Some(known) = known.filter(|_| !current) else {
        return Ok(engine.database.write(|tx| held.finish(tx, job))?);
    };
    if is_given_up(engine, job, held, &manifest, before.as_ref())? {
        return Ok(());
    }
    let layers = Layers { engine, held, origin };
    match guarded(|| made(&layers, &manifest, &without_headers(&known))) {
        Ok(made) => {
            fault::point("re-index: made");
            let prepared = reports::prepare(&made.stored, &made.packages)?;
            engine.database.write(|tx| {
                reports::save_prepared(tx, &prepared)?;
                security::note_indexed(tx, &manifest)?;
                held.finish(tx, job)?;
                if !made.stored.is_complete {
                    // What could not be had today may be had tomorrow, without anybody's asking.
                    jobs::submit(tx, &reindex_job(&manifest, state, LAST_RETRY))?;
                }
                Ok::<_, StoreError>(())
            })?;
            fault::point("re-index: stored");
            engine.bell.ring(JobKind::Summarize);
            engine.metrics.reindexed(true);
        }
        Err(IndexFailure::ShuttingDown) => return Err(Unfinished::GivenBack),
        Err(IndexFailure::Store(error)) => return Err(error.into()),
        Err(failure) => {
            tracing::warn!(%manifest, "not indexed anew: {failure}");
            engine.metrics.reindexed(false);
            store_failure(engine, job, held, &manifest, &failure)?;
        }
    }
    engine.waiters.tell(&manifest, None);
    Ok(())
}

fn made(reader: &Layers<'_>, manifest: &Digest, layers: &[SubmittedLayer]) -> Result<Made, IndexFailure> {
    let engine = reader.engine;
    let mut evidence: Vec<Known> = Vec::with_capacity(layers.len());
    let mut lost = Vec::new();
    for layer in layers {
        let known = match evidence::find(engine, &layer.digest)? {
            Some(known) => known,
            None => again(reader, layer, &mut lost)?,
        };
        evidence.push(known);
    }
    report::make(engine, manifest, layers, evidence, lost)
}

/// The evidence of a layer that is not known as it is read today.
fn again(
    reader: &Layers<'_>,
    layer: &SubmittedLayer,
    lost: &mut Vec<BlindSpot>,
) -> Result<Known, IndexFailure> {
    let failure = match reader.packs(std::slice::from_ref(layer)) {
        Ok(evidence) => {
            let missing = || IndexFailure::Internal(format!("layer {} was not read", layer.digest));
            return evidence.into_iter().next().ok_or_else(missing);
        }
        Err(failure @ (IndexFailure::ShuttingDown | IndexFailure::Store(_))) => return Err(failure),
        Err(failure) => failure,
    };
    let Some(older) = evidence::find_any(reader.engine, &layer.digest)? else { return Err(failure) };
    let why = if older.is_cut_short {
        "is not all of it, because reading took too long"
    } else {
        "was read by an earlier version, which looked for less"
    };
    let detail =
        format!("what is kept {why}, and it cannot be fetched again ({failure}); submit the manifest again");
    lost.push(BlindSpot::new(Reason::LayerUnsupported, layer.digest.to_string(), detail));
    Ok(older)
}
