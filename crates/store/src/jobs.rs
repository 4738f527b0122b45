//! Jobs: work that survives whoever does it.
//!
//! A job is claimed with a lease and a fencing number. What a worker stores, it stores in one transaction with the end of
//! its job, which fails where the lease is in other hands; so every job has its effect once, however often it is begun.

use std::{cmp::Reverse, time::Duration};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::statements as sql;
use crate::{
    StoreError, Transaction,
    database::{Row, Value, at_most, microseconds},
    limits, text,
};

mod names;
mod statements;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// Read the layers of a manifest and make its index report.
    Index,
    /// Make the index report of a manifest anew from evidence.
    Reindex,
    /// Bring the catalog up to date.
    Update,
    /// Find out what an update operation changes for whom.
    MatchChanges,
    /// Tell one target of one notification.
    Deliver,
    /// Judge a pushed image, keep its counts, and find out what is new in it.
    Summarize,
    /// Tell somebody who wants to know about a repository of one event.
    Tell,
    /// Remove what nobody needs any more.
    CollectGarbage,
    /// Fetch the manifest of an image that Harbor wants scanned, and submit it.
    HarborScan,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits, perhaps until [`Job::run_at`].
    Queued,
    /// A worker has it.
    Running,
    /// It is done.
    Done,
    /// It was given up.
    Failed,
}

/// A job to submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What is to be done.
    pub kind: JobKind,
    /// What it is done to; two jobs of one kind and key are one job.
    pub key: String,
    /// Workers take the jobs of one lane only: a dead target of deliveries holds up no other. Empty for most kinds.
    pub lane: String,
    /// Which index state the worker must be in; empty where that is all the same.
    pub requires: String,
    /// Higher goes first.
    pub priority: i64,
    /// What the worker needs to know. Forgotten when the job ends, because it may carry tokens.
    pub payload: Vec<u8>,
    /// How long to wait before it is begun.
    pub delay: Duration,
}

/// A job, as people see it: without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its identifier.
    pub id: Uuid,
    /// What is to be done.
    pub kind: JobKind,
    /// What it is done to.
    pub key: String,
    /// See [`NewJob::lane`].
    pub lane: String,
    /// How far it is.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u64,
    /// Who has it, or had it last.
    pub worker: String,
    /// Why the last attempt failed; empty where none did.
    pub error: String,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When it may be begun.
    pub run_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A job that a worker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Its identifier.
    pub id: Uuid,
    /// What is to be done.
    pub kind: JobKind,
    /// What it is done to.
    pub key: String,
    /// See [`NewJob::lane`].
    pub lane: String,
    /// What the worker needs to know.
    pub payload: Vec<u8>,
    /// The number of this attempt, from 1.
    pub attempt: u64,
    /// Larger than that of every claim before.
    pub fence: i64,
}

/// Submits a job. Where one of that kind and key waits already, it takes the new payload and the higher priority, and need
/// not wait longer than the new one; one that is being worked on is begun again after its end, with the new payload; one
/// that has ended is begun anew, its attempts counted from 0. Returns its identifier.
///
/// # Errors
/// Those of the database.
pub fn submit(tx: &mut Transaction<'_>, job: &NewJob) -> Result<Uuid, StoreError> {
    let identity = [job.kind.name().into(), job.key.as_str().into()];
    let row = |id: Uuid| -> [Value; 6] {
        let (lane, requires) = (job.lane.as_str().into(), job.requires.as_str().into());
        let payload = job.payload.clone().into();
        [id.into(), lane, requires, job.priority.into(), payload, microseconds(job.delay)]
    };
    for _ in 0..limits::ROW_ATTEMPTS {
        let new: Vec<Value> = row(Uuid::now_v7()).into_iter().chain(identity.clone()).collect();
        if let Some(row) = tx.query_optional(sql::INSERT, &new)? {
            return row.get(0);
        }
        // It may be removed as garbage before it is locked.
        let Some(known) = tx.query_optional(sql::LOCK, &identity)? else { continue };
        let (id, waits) = (known.get(0)?, known.get(1)?);
        tx.execute(if waits { sql::SUBMIT_WAITING } else { sql::SUBMIT_ANEW }, &row(id))?;
        return Ok(id);
    }
    Err(StoreError::Unavailable("the job is being removed again and again".to_owned()))
}

/// As [`submit`], but leaves a job alone that is being worked on. Whether it was submitted. The job's row is locked from
/// then on.
///
/// # Errors
/// Those of the database.
pub fn submit_unless_running(tx: &mut Transaction<'_>, job: &NewJob) -> Result<bool, StoreError> {
    let identity = [job.kind.name().into(), job.key.as_str().into()];
    let runs = tx.query_optional(sql::LOCK_RUNNING, &identity)?.is_some();
    if !runs {
        submit(tx, job)?;
    }
    Ok(!runs)
}

/// Claims the next job of one of these kinds in this lane for a worker that is in this index state: the highest priority,
/// then the oldest. Running jobs whose lease ran out count as waiting.
///
/// # Errors
/// Those of the database.
pub fn claim(
    tx: &mut Transaction<'_>,
    kinds: &[JobKind],
    lane: &str,
    index_state: &str,
    worker: &str,
    lease: Duration,
) -> Result<Option<ClaimedJob>, StoreError> {
    for kind in ranked(tx, kinds, lane, index_state)? {
        let next =
            tx.query_optional(sql::LOCK_NEXT, &[kind.name().into(), lane.into(), index_state.into()])?;
        // Others may have locked all that there are of this kind.
        let Some(next) = next else { continue };
        let id: Uuid = next.get(0)?;
        let row = tx.query_one(sql::CLAIM, &[id.into(), worker.into(), microseconds(lease)])?;
        return Ok(Some(ClaimedJob {
            id,
            kind,
            key: row.get(0)?,
            lane: row.get(1)?,
            payload: row.get(2)?,
            attempt: row.get(3)?,
            fence: row.get(4)?,
        }));
    }
    Ok(None)
}

/// Those of the kinds that have a job to be begun, the one with the next job first. Each kind is looked for by itself, so
/// that the index gives its next job at once however many wait.
fn ranked(
    tx: &mut Transaction<'_>,
    kinds: &[JobKind],
    lane: &str,
    index_state: &str,
) -> Result<Vec<JobKind>, StoreError> {
    if let [kind] = kinds {
        return Ok(vec![*kind]);
    }
    let mut next = Vec::new();
    for kind in kinds {
        let row = tx.query_optional(sql::NEXT, &[kind.name().into(), lane.into(), index_state.into()])?;
        if let Some(row) = row {
            let (id, priority, created_at): (Uuid, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            next.push((Reverse(priority), created_at, id, *kind));
        }
    }
    next.sort_unstable();
    Ok(next.into_iter().map(|(_, _, _, kind)| kind).collect())
}

/// Holds a job for so long from now.
///
/// # Errors
/// [`StoreError::Stale`] where it is in other hands.
pub fn renew(tx: &mut Transaction<'_>, job: &ClaimedJob, lease: Duration) -> Result<(), StoreError> {
    held(tx, sql::RENEW, job, [microseconds(lease)])
}

/// Runs a statement that changes a job only as long as it is held.
fn held<const MORE: usize>(
    tx: &mut Transaction<'_>,
    statement: &'static str,
    job: &ClaimedJob,
    more: [Value; MORE],
) -> Result<(), StoreError> {
    let parameters: Vec<Value> = [job.id.into(), job.fence.into()].into_iter().chain(more).collect();
    match tx.execute(statement, &parameters)? {
        0 => Err(StoreError::Stale("the job")),
        _ => Ok(()),
    }
}

/// Ends a job. What is stored in the same transaction is stored only if the job was still held.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn finish(tx: &mut Transaction<'_>, job: &ClaimedJob) -> Result<(), StoreError> {
    held(tx, sql::END, job, [JobState::Done.name().into(), "".into()])
}

/// Gives a job back to be begun again after a while.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn retry(
    tx: &mut Transaction<'_>,
    job: &ClaimedJob,
    error: &str,
    delay: Duration,
) -> Result<(), StoreError> {
    held(tx, sql::RETRY, job, [text::error(error).into(), microseconds(delay)])
}

/// Gives a job up.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn fail(tx: &mut Transaction<'_>, job: &ClaimedJob, error: &str) -> Result<(), StoreError> {
    held(tx, sql::END, job, [JobState::Failed.name().into(), text::error(error).into()])
}

/// Gives back, without counting the attempt, every job that this worker holds: it is about to end.
///
/// # Errors
/// Those of the database.
pub fn release(tx: &mut Transaction<'_>, worker: &str) -> Result<u64, StoreError> {
    tx.execute(sql::RELEASE, &[worker.into()])
}

/// Gives back every job that this worker holds, the attempt counted: it was killed.
///
/// # Errors
/// Those of the database.
pub fn abandon(tx: &mut Transaction<'_>, worker: &str) -> Result<u64, StoreError> {
    tx.execute(sql::ABANDON, &[worker.into()])
}

/// Hands jobs that wait for a worker in another index state to those in this one: the service is in it by now, and nobody else
/// may come any more. Returns how many.
///
/// # Errors
/// Those of the database.
pub fn require(tx: &mut Transaction<'_>, index_state: &str) -> Result<u64, StoreError> {
    tx.execute(sql::REQUIRE, &[index_state.into()])
}

/// Whether [`require`] would change anything.
///
/// # Errors
/// Those of the database.
pub fn any_requires_another(tx: &mut Transaction<'_>, index_state: &str) -> Result<bool, StoreError> {
    Ok(tx.query_optional(sql::REQUIRING_ANOTHER, &[index_state.into()])?.is_some())
}

/// The job of this kind and key.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, kind: JobKind, key: &str) -> Result<Option<Job>, StoreError> {
    tx.query_optional(sql::FIND, &[kind.name().into(), key.into()])?.as_ref().map(job).transpose()
}

fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.get(0)?,
        kind: JobKind::of(&row.get::<String>(1)?)?,
        key: row.get(2)?,
        lane: row.get(3)?,
        state: JobState::of(&row.get::<String>(4)?)?,
        attempts: row.get(5)?,
        worker: row.get(6)?,
        error: row.get(7)?,
        created_at: row.get(8)?,
        run_at: row.get(9)?,
        finished_at: row.get_optional(10)?,
    })
}

/// Up to `most` jobs, those that changed last first; of one kind and one state where these are given.
///
/// # Errors
/// Those of the database.
pub fn list(
    tx: &mut Transaction<'_>,
    kind: Option<JobKind>,
    state: Option<JobState>,
    most: u64,
) -> Result<Vec<Job>, StoreError> {
    let parameters = [kind.map(JobKind::name).into(), state.map(JobState::name).into(), at_most(most)];
    tx.query(sql::LIST, &parameters)?.iter().map(job).collect()
}

/// How many jobs of this kind wait for a worker or have one. Those that failed and wait for their time do not count.
///
/// # Errors
/// Those of the database.
pub fn due(tx: &mut Transaction<'_>, kind: JobKind) -> Result<u64, StoreError> {
    tx.query_one(sql::DUE, &[kind.name().into()])?.get(0)
}

/// How many jobs there are of each kind and state.
///
/// # Errors
/// Those of the database.
pub fn counts(tx: &mut Transaction<'_>) -> Result<Vec<(JobKind, JobState, u64)>, StoreError> {
    let count = |row: &Row| {
        let (kind, state): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((JobKind::of(&kind)?, JobState::of(&state)?, row.get(2)?))
    };
    tx.query(sql::COUNTS, &[])?.iter().map(count).collect()
}
