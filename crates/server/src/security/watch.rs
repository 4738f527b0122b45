//! Keeps what is known of pushed images current: summaries of other advisory data are made again, and images that somebody
//! deleted beside the registry are indexed again.

use std::time::Instant;

use limpid_core::Digest;
use limpid_store::{
    StoreError,
    jobs::{self, JobKind},
    manifests, security,
};

use super::{contents::Contents, push, summarize};
use crate::{
    engine::Engine,
    indexing,
    limits::{GARBAGE_PERIOD, LOST_POLL, SUMMARY_BATCH, SUMMARY_POLL},
    matching::{self, MatchError},
};

/// Looks again and again, until the process ends.
pub(crate) fn watch(engine: &Engine) {
    let mut done = String::new();
    let mut outage = String::new();
    let mut looked: Option<Instant> = None;
    loop {
        if looked.is_none_or(|looked| looked.elapsed() > LOST_POLL) {
            match find_lost(engine) {
                Ok(()) => looked = Some(Instant::now()),
                Err(error) => tracing::warn!("images that are lost cannot be looked for: {error}"),
            }
        }
        match look(engine, &mut done) {
            Ok(()) => outage.clear(),
            Err(error) if outage == error.to_string() => {}
            Err(error) => {
                outage = error.to_string();
                tracing::warn!("stale summaries cannot be looked for: {outage}");
            }
        }
        if !engine.bell.pause(SUMMARY_POLL) {
            return;
        }
    }
}

/// Makes jobs of what is stale. `done` are the circumstances in which nothing was left.
fn look(engine: &Engine, done: &mut String) -> Result<(), MatchError> {
    // A program of yesterday's state, that still runs beside a newer one, would undo what that one does.
    if indexing::index_state(engine)? != *engine.own_index_state() {
        return Ok(());
    }
    if engine.database.read(|tx| jobs::due(tx, JobKind::Summarize))? > SUMMARY_BATCH / 2 {
        return Ok(());
    }
    let circumstances = matching::circumstances(engine)?;
    if *done == circumstances {
        return Ok(());
    }
    let stale = engine.database.read(|tx| security::stale_summaries(tx, &circumstances, SUMMARY_BATCH))?;
    if stale.is_empty() && engine.database.read(|tx| jobs::due(tx, JobKind::Summarize))? == 0 {
        *done = circumstances;
        return Ok(());
    }
    engine.database.write(|tx| {
        for digest in &stale {
            jobs::submit(tx, &summarize::job(digest, 0))?;
        }
        Ok::<_, StoreError>(())
    })?;
    engine.bell.ring(JobKind::Summarize);
    Ok(())
}

fn find_lost(engine: &Engine) -> Result<(), StoreError> {
    for digest in engine.database.read(|tx| security::lost(tx, SUMMARY_BATCH))? {
        again(engine, &digest, false)?;
    }
    Ok(())
}

/// Has those of these that were pushed as images indexed again: whoever deleted them did so beside the registry. Blocks.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn index_again(engine: &Engine, deleted: &[Digest]) -> Result<(), StoreError> {
    for digest in deleted {
        if engine.database.read(|tx| security::is_queued(tx, digest))? {
            again(engine, digest, false)?;
        }
    }
    Ok(())
}

/// Has what was pushed indexed again, from the bytes of its manifest. Whether it is there. Blocks.
pub(super) fn again(engine: &Engine, digest: &Digest, is_wanted_anew: bool) -> Result<bool, StoreError> {
    let found = engine.database.write(|tx| {
        let Some(body) = security::manifest_body(tx, digest)? else { return Ok::<_, StoreError>(false) };
        push::note(tx, digest, &Contents::parse(digest, &body), is_wanted_anew)?;
        Ok(true)
    })?;
    engine.bell.ring(JobKind::Index);
    Ok(found)
}

/// Forgets what no repository has any more, with the reports that were made of it. What a client of Clair's API submitted as well
/// stays. Blocks.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn collect(engine: &Engine) -> Result<(), StoreError> {
    loop {
        let removed = engine.database.write(|tx| {
            let removed = security::remove_unused(tx, GARBAGE_PERIOD, SUMMARY_BATCH)?;
            let mut ours = Vec::new();
            for digest in &removed {
                let known = manifests::find(tx, digest)?;
                if known.is_some_and(|known| known.layers.iter().all(|layer| layer.uri.is_empty())) {
                    ours.push(digest.clone());
                }
            }
            manifests::delete(tx, &ours)?;
            Ok::<_, StoreError>(removed.len())
        })?;
        if removed == 0 || engine.bell.ends() {
            return Ok(());
        }
        tracing::info!(removed, "what was pushed and is gone is forgotten");
    }
}
