//! Jobs: work that survives whoever does it.
//!
//! A job is claimed with a lease and a fencing number. What a worker stores, it stores in one transaction with the end of
//! its job, which fails where the lease is in other hands; so every job has its effect once, however often it is begun.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Transaction};

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
    /// Remove what nobody needs any more.
    CollectGarbage,
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
pub fn submit(_tx: &mut Transaction<'_>, _job: &NewJob) -> Result<Uuid, StoreError> {
    todo!()
}

/// As [`submit`], but leaves a job alone that is being worked on. Whether it was submitted.
pub fn submit_unless_running(_tx: &mut Transaction<'_>, _job: &NewJob) -> Result<bool, StoreError> {
    todo!()
}

/// Claims the next job of one of these kinds in this lane for a worker that is in this index state: the highest priority,
/// then the oldest. Running jobs whose lease ran out count as waiting.
pub fn claim(
    _tx: &mut Transaction<'_>,
    _kinds: &[JobKind],
    _lane: &str,
    _index_state: &str,
    _worker: &str,
    _lease: Duration,
) -> Result<Option<ClaimedJob>, StoreError> {
    todo!()
}

/// Holds a job for so long from now.
///
/// # Errors
/// [`StoreError::Stale`] where it is in other hands.
pub fn renew(_tx: &mut Transaction<'_>, _job: &ClaimedJob, _lease: Duration) -> Result<(), StoreError> {
    todo!()
}

/// Ends a job. What is stored in the same transaction is stored only if the job was still held.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn finish(_tx: &mut Transaction<'_>, _job: &ClaimedJob) -> Result<(), StoreError> {
    todo!()
}

/// Gives a job back to be begun again after a while.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn retry(
    _tx: &mut Transaction<'_>,
    _job: &ClaimedJob,
    _error: &str,
    _delay: Duration,
) -> Result<(), StoreError> {
    todo!()
}

/// Gives a job up.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn fail(_tx: &mut Transaction<'_>, _job: &ClaimedJob, _error: &str) -> Result<(), StoreError> {
    todo!()
}

/// Gives back, without counting the attempt, every job that this worker holds: it is about to end.
pub fn release(_tx: &mut Transaction<'_>, _worker: &str) -> Result<u64, StoreError> {
    todo!()
}

/// Gives back every job that this worker holds, the attempt counted: it was killed.
pub fn abandon(_tx: &mut Transaction<'_>, _worker: &str) -> Result<u64, StoreError> {
    todo!()
}

/// The job of this kind and key.
pub fn find(_tx: &mut Transaction<'_>, _kind: JobKind, _key: &str) -> Result<Option<Job>, StoreError> {
    todo!()
}

/// Up to `most` jobs, those that changed last first; of one kind and one state where these are given.
pub fn list(
    _tx: &mut Transaction<'_>,
    _kind: Option<JobKind>,
    _state: Option<JobState>,
    _most: u64,
) -> Result<Vec<Job>, StoreError> {
    todo!()
}

/// How many jobs there are of each kind and state.
pub fn counts(_tx: &mut Transaction<'_>) -> Result<Vec<(JobKind, JobState, u64)>, StoreError> {
    todo!()
}
