//! The threads that do the work: each takes jobs of some kinds, one after the other, until the process ends.
//!
//! A worker that fails gives its job back; one whose job is in other hands by now stores nothing.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use limpid_store::{
    StoreError,
    jobs::{self, ClaimedJob, JobKind},
};

use crate::{
    configuration::Role,
    engine::{Engine, Held},
    fault, garbage, harbor,
    indexing::{self, Stale},
    limits::{
        FIRST_RETRY, JOB_POLL, OUTAGE_PAUSE, REINDEX_POLL, REINDEX_REFILL, SCAN_WORKERS, SCHEDULE_POLL,
        SUMMARY_THREADS, TELL_THREADS,
    },
    notifying, security, updating,
};

/// Why a job is not finished.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// The process ends: another goes on.
    GivenBack,
    /// It failed, and is to be tried again after this pause.
    Later(String, Duration),
    /// It can never succeed: it is given up, and the reason is shown.
    Fault(String),
    /// The state is not available, or the job is in other hands.
    Store(StoreError),
}

impl Unfinished {
    /// The work panicked.
    pub(crate) fn of_a_fault() -> Self {
        Self::Later("a fault of Limpid ended the work; see the log".to_owned(), FIRST_RETRY)
    }
}

/// Starts the threads of the roles that this process has.
///
/// # Errors
/// Where the system gives no threads.
pub(crate) fn start(engine: &Arc<Engine>) -> io::Result<Vec<JoinHandle<()>>> {
    let mut threads = Threads { engine, started: Vec::new() };
    let has = |role| engine.configuration.roles.contains(&role);
    threads.spawn("heartbeat", beat)?;
    if has(Role::Indexer) {
        for number in 0..engine.configuration.indexer.workers.max(1) {
            threads.work(&format!("index {number}"), JobKind::Index, indexing::index_job)?;
            threads.spawn(&format!("re-index {number}"), reindex)?;
        }
        for number in 0..SCAN_WORKERS {
            threads.work(&format!("scan {number}"), JobKind::HarborScan, harbor::scan_job)?;
        }
        threads.spawn("stale reports", watch_stale)?;
    }
    if has(Role::Matcher) {
        for number in 0..SUMMARY_THREADS {
            threads.work(&format!("summarize {number}"), JobKind::Summarize, security::summarize_job)?;
        }
        threads.spawn("summaries", security::watch)?;
    }
    if has(Role::Updater) {
        threads.spawn("schedule", schedule)?;
        threads.work("update", JobKind::Update, updating::update_job)?;
        threads.work("garbage", JobKind::CollectGarbage, |engine, job, held| {
            garbage::collect_job(engine, job, held)
        })?;
    }
    if has(Role::Notifier) {
        threads.work("changes", JobKind::MatchChanges, notifying::match_changes)?;
        for number in 0..TELL_THREADS {
            threads.work(&format!("tell {number}"), JobKind::Tell, security::tell_job)?;
        }
        for target in notifying::lanes(engine) {
            let target = target.clone();
            threads.spawn(&format!("deliver to {}", target.name), move |engine| {
                work(engine, JobKind::Deliver, &target.name, |engine, job, held| {
                    notifying::deliver_job(engine, job, held, &target)
                });
            })?;
        }
    }
    Ok(threads.started)
}

struct Threads<'a> {
    engine: &'a Arc<Engine>,
    started: Vec<JoinHandle<()>>,
}

impl Threads<'_> {
    fn spawn(&mut self, name: &str, run: impl FnOnce(&Engine) + Send + 'static) -> io::Result<()> {
        let engine = Arc::clone(self.engine);
        self.started.push(thread::Builder::new().name(name.to_owned()).spawn(move || run(&engine))?);
        Ok(())
    }

    fn work(
        &mut self,
        name: &str,
        kind: JobKind,
        process: impl Fn(&Engine, &ClaimedJob, &Held) -> Result<(), Unfinished> + Send + 'static,
    ) -> io::Result<()> {
        self.spawn(name, move |engine| work(engine, kind, "", process))
    }
}

/// Takes jobs until the process ends.
fn work(
    engine: &Engine,
    kind: JobKind,
    lane: &str,
    process: impl Fn(&Engine, &ClaimedJob, &Held) -> Result<(), Unfinished>,
) {
    let mut outage = String::new();
    while !engine.bell.ends() {
        let rings = engine.bell.rings(kind);
        let taken = next(engine, kind, lane);
        note_outage(&mut outage, &taken);
        match taken {
            Ok(Some(job)) => do_job(engine, &job, &process),
            Ok(None) => {
                engine.bell.wait(kind, rings, JOB_POLL);
            }
            Err(_noted) => {
                engine.bell.pause(OUTAGE_PAUSE);
            }
        }
    }
}

/// Says what is wrong once, not at each try: an outage may last, and other lines matter too.
fn note_outage<T>(said: &mut String, taken: &Result<T, StoreError>) {
    match taken {
        Ok(_) if said.is_empty() => {}
        Ok(_) => {
            tracing::info!("jobs are taken again");
            said.clear();
        }
        Err(error) => {
            let error = error.to_string();
            if *said != error {
                tracing::warn!("no jobs can be taken: {error}");
                *said = error;
            }
        }
    }
}

/// A claim that is lost with the power is a job that nobody has begun.
fn next(engine: &Engine, kind: JobKind, lane: &str) -> Result<Option<ClaimedJob>, StoreError> {
    let state = engine.own_index_state().as_str();
    engine.database.write_soon(|tx| jobs::claim(tx, &[kind], lane, state, &engine.node.name, fault::lease()))
}

fn do_job(
    engine: &Engine,
    job: &ClaimedJob,
    process: &impl Fn(&Engine, &ClaimedJob, &Held) -> Result<(), Unfinished>,
) {
    let held = engine.heartbeat.job(job);
    let done = catch_unwind(AssertUnwindSafe(|| process(engine, job, &held)));
    let done = done.unwrap_or_else(|_panic| Err(Unfinished::of_a_fault()));
    let Err(unfinished) = done else { return };
    let (kind, key) = (job.kind.name(), job.key.as_str());
    let noted = match unfinished {
        Unfinished::GivenBack => engine.database.write(|tx| held.retry(tx, job, "", Duration::ZERO)),
        Unfinished::Later(why, delay) => {
            tracing::warn!(kind, key, "to be tried again: {why}");
            engine.database.write(|tx| held.retry(tx, job, &why, delay))
        }
        Unfinished::Fault(why) => {
            tracing::error!(kind, key, "given up: {why}");
            engine.database.write(|tx| held.fail(tx, job, &why))
        }
        Unfinished::Store(StoreError::Stale(what)) => {
            tracing::warn!(kind, key, "not stored, because {what} is in other hands by now");
            return;
        }
        Unfinished::Store(error) => {
            tracing::warn!(kind, key, "to be tried again: {error}");
            engine.bell.pause(OUTAGE_PAUSE);
            engine.database.write(|tx| held.retry(tx, job, &error.to_string(), OUTAGE_PAUSE))
        }
    };
    if let Err(error) = noted {
        // Its lease runs out, and it is begun again.
        tracing::warn!(kind, key, "that it is not finished could not be noted: {error}");
    }
}

fn beat(engine: &Engine) {
    while engine.bell.pause(fault::beat()) {
        engine.heartbeat.beat(&engine.database);
        if let Err(error) = engine.note_presence() {
            tracing::warn!("that this process is there cannot be noted: {error}");
        }
    }
}

/// Makes jobs of stale reports, some at a time.
fn watch_stale(engine: &Engine) {
    loop {
        let pause = match indexing::submit_stale(engine) {
            Ok(Stale::Queued) => REINDEX_REFILL,
            Ok(Stale::None) => REINDEX_POLL,
            Err(error) => {
                tracing::warn!("stale reports cannot be looked for: {error}");
                REINDEX_POLL
            }
        };
        if !engine.bell.pause(pause) {
            return;
        }
    }
}

/// Makes stale reports anew: one of the threads that together keep the pace that the configuration allows.
fn reindex(engine: &Engine) {
    let indexer = &engine.configuration.indexer;
    let threads = u32::try_from(indexer.workers.max(1)).unwrap_or(u32::MAX);
    let pace = Duration::from_secs(1).saturating_mul(threads) / indexer.reindex_per_second.max(1);
    let pace = &pace;
    work(engine, JobKind::Reindex, "", move |engine, job, held| {
        let begun = Instant::now();
        let done = indexing::reindex(engine, job, held);
        if let Some(rest) = pace.checked_sub(begun.elapsed()) {
            engine.bell.pause(rest);
        }
        done
    });
}

/// Makes sure, again and again, that what comes again by itself is there: a process that does not ask upstream by itself may
/// have ended it.
fn schedule(engine: &Engine) {
    let mut outage = String::new();
    loop {
        let scheduled =
            if engine.configuration.updater.on { updating::ensure_scheduled(engine) } else { Ok(false) };
        let scheduled = scheduled.and_then(|new| Ok(garbage::ensure_scheduled(engine)? || new));
        match scheduled {
            Ok(new) => {
                outage.clear();
                if new {
                    engine.bell.ring(JobKind::Update);
                    engine.bell.ring(JobKind::CollectGarbage);
                }
            }
            Err(error) if outage == error.to_string() => {}
            Err(error) => {
                outage = error.to_string();
                tracing::warn!("recurring jobs cannot be submitted: {outage}");
            }
        }
        if !engine.bell.pause(SCHEDULE_POLL) {
            return;
        }
    }
}
