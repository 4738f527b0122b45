//! The job of kind collect garbage: removes what nobody needs any more, and comes again.

use limpid_store::{
    StoreError, accounts, garbage,
    jobs::{self, ClaimedJob, JobKind, JobState, NewJob},
    registry,
};

use crate::{
    engine::{Engine, Held},
    indexing,
    limits::{GARBAGE_PERIOD, REGISTRY_GRACE},
    security, updating,
    workers::Unfinished,
};

const KEY: &str = "all";

fn job(delay: std::time::Duration) -> NewJob {
    NewJob {
        kind: JobKind::CollectGarbage,
        key: KEY.to_owned(),
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: Vec::new(),
        delay,
    }
}

/// Makes sure that the job that comes again is there. Whether it was not.
pub(crate) fn ensure_scheduled(engine: &Engine) -> Result<bool, StoreError> {
    let waits = |known: Option<jobs::Job>| {
        known.is_some_and(|job| matches!(job.state, JobState::Queued | JobState::Running))
    };
    if waits(engine.database.read(|tx| jobs::find(tx, JobKind::CollectGarbage, KEY))?) {
        return Ok(false);
    }
    engine.database.write(|tx| jobs::submit_unless_running(tx, &job(GARBAGE_PERIOD)))
}

/// Does the job.
pub(crate) fn collect_job(engine: &Engine, claimed: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    // To a program of yesterday's state, that still runs beside a newer one, the evidence that is needed today is old.
    if indexing::index_state(engine)? == *engine.own_index_state() {
        collect_rows(engine)?;
        security::collect(engine)?;
    }
    collect_registry(engine)?;
    collect_blobs(engine)?;
    updating::restore_lost(engine)?;
    engine.database.write(|tx| {
        held.finish(tx, claimed)?;
        jobs::submit(tx, &job(GARBAGE_PERIOD))
    })?;
    Ok(())
}

fn collect_rows(engine: &Engine) -> Result<(), StoreError> {
    loop {
        let rows = engine.database.write(|tx| garbage::collect(tx, &engine.reading_revision))?;
        let of_accounts = engine.database.write(accounts::collect_garbage)?;
        let is_all = rows == garbage::Collected::default() && of_accounts == accounts::Collected::default();
        if is_all || engine.bell.ends() {
            return Ok(());
        }
        tracing::info!(?rows, ?of_accounts, "collected");
    }
}

fn collect_registry(engine: &Engine) -> Result<(), StoreError> {
    loop {
        let rows = engine.database.write(|tx| registry::collect_garbage(tx, REGISTRY_GRACE))?;
        if rows == registry::Collected::default() || engine.bell.ends() {
            return Ok(());
        }
        tracing::info!(?rows, "collected");
    }
}

fn collect_blobs(engine: &Engine) -> Result<(), Unfinished> {
    loop {
        let collected = engine.blobs.collect_garbage();
        let (blobs, more) =
            collected.map_err(|error| Unfinished::Later(error.to_string(), GARBAGE_PERIOD))?;
        if blobs > 0 {
            tracing::info!(blobs, "collected");
        }
        if !more || engine.bell.ends() {
            return Ok(());
        }
    }
}
