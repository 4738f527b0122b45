//! The job of kind update: asks upstream, publishes what is new as it comes in, and comes again.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use limpid_catalog::{
    Mirror, Outcome, Selection, Store, SystemClock, UpdateReport, Updater,
    update::{Progress, UpdateError},
};
use limpid_store::{
    StoreError,
    jobs::{self, ClaimedJob, Job, JobKind, JobState, NewJob},
};
use uuid::Uuid;

use super::{UpdateFailure, change::with_catalog, publish::Publisher};
use crate::{
    engine::{Engine, Held},
    fault,
    limits::{CATALOG_WAIT, UPDATE_RETRY},
    workers::Unfinished,
};

/// The key of the job that comes again by itself.
const RECURRING: &str = "all";

/// Payload of a job that came again by itself.
const BY_ITSELF: &[u8] = b"by itself";

/// Payload of a job that somebody asked for.
const ASKED: &[u8] = b"asked";

/// How long new data waits for more before it is published: a run over hundreds of feeds must not be lost as a whole.
const PUBLISH_AFTER: Duration = Duration::from_secs(5);

/// Asks for an update of these feeds soon, by whichever node has the role. Returns the job. Blocks.
///
/// # Errors
/// [`UpdateFailure::Refused`] where something else than prefixes is asked for, and [`UpdateFailure::Store`].
pub fn trigger(engine: &Engine, selection: &Selection) -> Result<Uuid, UpdateFailure> {
    let prefixes = match selection {
        Selection::All | Selection::Everything => Vec::new(),
        Selection::Prefixes(prefixes) => prefixes.clone(),
        Selection::Namespaces(_) => {
            return Err(UpdateFailure::Refused("an update is asked for by prefixes of feeds".to_owned()));
        }
    };
    let id = engine.database.write(|tx| jobs::submit(tx, &job(&prefixes, Duration::ZERO, ASKED)))?;
    engine.bell.ring(JobKind::Update);
    Ok(id)
}

/// Makes sure that the job that comes again is there, and not later than the configuration says. Whether it was not.
pub(crate) fn ensure_scheduled(engine: &Engine) -> Result<bool, StoreError> {
    let period = engine.configuration.updater.period;
    let known = engine.database.read(|tx| jobs::find(tx, JobKind::Update, RECURRING))?;
    if known.is_some_and(|job| is_timely(&job, engine.now(), period)) {
        return Ok(false);
    }
    engine.database.write(|tx| {
        let known = jobs::find(tx, JobKind::Update, RECURRING)?;
        let delay = match known {
            Some(job) if is_timely(&job, engine.now(), period) => return Ok(false),
            Some(job) if job.state == JobState::Queued => period,
            Some(_) | None => Duration::ZERO,
        };
        jobs::submit_unless_running(tx, &job(&[], delay, BY_ITSELF))
    })
}

/// Whether the job that comes again is worked on, or waits for no longer than it may.
fn is_timely(known: &Job, now: DateTime<Utc>, period: Duration) -> bool {
    match known.state {
        JobState::Running => true,
        // A tenth more, as always, and another for clocks that differ.
        JobState::Queued => {
            let most = chrono::TimeDelta::from_std(period + period / 5).unwrap_or(chrono::TimeDelta::MAX);
            known.run_at - now <= most
        }
        JobState::Done | JobState::Failed => false,
    }
}

fn job(prefixes: &[String], delay: Duration, why: &[u8]) -> NewJob {
    let key = if prefixes.is_empty() { RECURRING.to_owned() } else { prefixes.join(" ") };
    NewJob {
        kind: JobKind::Update,
        key,
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: why.to_vec(),
        delay,
    }
}

/// Does the job.
pub(crate) fn update_job(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let configuration = &engine.configuration.updater;
    if job.payload == BY_ITSELF && !configuration.on {
        // It was left by a process that was to ask upstream. This one is not, unless a person wants it. Where others are
        // that do, they find the job gone, and submit it anew.
        return finish(engine, job, held, None);
    }
    let selection = match job.key.as_str() {
        RECURRING if configuration.feeds.is_empty() && configuration.nvd => Selection::Everything,
        RECURRING if configuration.feeds.is_empty() => Selection::All,
        RECURRING => Selection::Prefixes(configuration.feeds.clone()),
        prefixes => Selection::Prefixes(prefixes.split(' ').map(str::to_owned).collect()),
    };
    let updated =
        with_catalog(engine, CATALOG_WAIT, |store, publisher| update(engine, store, publisher, &selection));
    let is_recurring = job.key == RECURRING && configuration.on;
    match updated {
        Ok(Some(report)) => {
            let delay = if is_whole(&report) {
                later(configuration.period)
            } else {
                UPDATE_RETRY.min(configuration.period)
            };
            finish(engine, job, held, is_recurring.then_some(delay))
        }
        Ok(None) => Err(Unfinished::Later("another node changes the advisory data".to_owned(), CATALOG_WAIT)),
        Err(UpdateFailure::Store(error)) => Err(error.into()),
        // A prefix that no feed has stays wrong however often it is tried. But the update that comes again by itself must not
        // end for ever because upstream, or a mirror, lacks today what the configuration names.
        Err(UpdateFailure::NotFound(why)) if !is_recurring => Err(Unfinished::Fault(why)),
        Err(failure) => Err(Unfinished::Later(failure.to_string(), UPDATE_RETRY.min(configuration.period))),
    }
}

fn update(
    engine: &Engine,
    store: &Store,
    publisher: &Publisher<'_>,
    selection: &Selection,
) -> Result<UpdateReport, UpdateFailure> {
    let mirror = engine.configuration.updater.mirror.as_deref();
    let mirror = mirror.map(|mirror| {
        let Ok(mirror) = mirror.parse::<Mirror>();
        mirror
    });
    let updater = Updater::new(store.clone(), mirror, Arc::new(SystemClock));
    let progress = Publishing { engine, store, publisher, last: Mutex::new(Instant::now()) };
    let report = updater.update(engine.indexer.ecosystems(), selection, None, &progress);
    let report = report.map_err(|error| match error {
        UpdateError::State(error) => error.into(),
        UpdateError::UnknownFeed(feed) => UpdateFailure::NotFound(format!("there is no feed {feed}")),
    })?;
    for (ecosystem, discovery) in &report.discoveries {
        if let Err(why) = discovery {
            tracing::warn!("{ecosystem}: which feeds upstream has is not known: {why}");
        }
    }
    Ok(report)
}

/// Whether nothing failed. What is in quarantine waits for a person, not for a retry.
fn is_whole(report: &UpdateReport) -> bool {
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
    !report.feeds.values().any(failed) && report.discoveries.values().all(Result::is_ok)
}

/// The period and up to a tenth more, so that many services do not ask upstream at the same time.
fn later(period: Duration) -> Duration {
    let random = RandomState::new().hash_one(period);
    let tenth = u64::try_from(period.as_millis() / 10).unwrap_or(u64::MAX).max(1);
    period + Duration::from_millis(random % tenth)
}

fn finish(
    engine: &Engine,
    claimed: &ClaimedJob,
    held: &Held,
    again: Option<Duration>,
) -> Result<(), Unfinished> {
    engine.database.write(|tx| {
        held.finish(tx, claimed)?;
        if let Some(delay) = again {
            jobs::submit(tx, &job(&[], delay, BY_ITSELF))?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

/// Counts what comes in, and publishes it now and then.
struct Publishing<'a> {
    engine: &'a Engine,
    store: &'a Store,
    publisher: &'a Publisher<'a>,
    last: Mutex<Instant>,
}

impl Progress for Publishing<'_> {
    fn feed_finished(&self, feed: &str, outcome: &Outcome) {
        fault::point("update: feed in force here");
        self.engine.metrics.feed_updated(feed, outcome);
        match outcome {
            Outcome::Updated { records, .. } => tracing::info!("{feed}: {records} records"),
            Outcome::Quarantined { why } => tracing::warn!("{feed} is quarantined: {why}"),
            Outcome::Failed { error } => tracing::warn!("{feed} failed: {error}"),
            Outcome::Unchanged | Outcome::Absent => {}
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= PUBLISH_AFTER {
            *last = Instant::now();
            // Tried again with the next feed and at the end, where a failure is told.
            if let Err(error) = self.publisher.publish(self.store) {
                tracing::warn!("what is new is not published yet: {error}");
            }
        }
    }
}
