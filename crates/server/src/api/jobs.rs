//! Jobs: what is waiting, what is being done, what failed and why.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use limpid_store::{
    StoreError,
    jobs::{self, Job, JobKind, JobState},
};
use serde::Serialize;
use uuid::Uuid;

use super::JSON;
use crate::{
    engine::Engine,
    face::{Document, Query, work},
    http::ApiError,
    limits,
};

/// Every kind.
pub(crate) const KINDS: [JobKind; 9] = JobKind::ALL;
/// Every state.
pub(crate) const STATES: [JobState; 4] =
    [JobState::Queued, JobState::Running, JobState::Done, JobState::Failed];

/// The word of a kind.
pub(crate) fn kind_word(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Index => "index",
        JobKind::Reindex => "reindex",
        JobKind::Update => "update",
        JobKind::MatchChanges => "match-changes",
        JobKind::Deliver => "deliver",
        JobKind::Summarize => "summarize",
        JobKind::Tell => "tell",
        JobKind::CollectGarbage => "collect-garbage",
        JobKind::HarborScan => "harbor-scan",
    }
}

/// The word of a state.
pub(crate) fn state_word(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Done => "done",
        JobState::Failed => "failed",
    }
}

/// Where a job is to be looked up.
pub(super) fn address(kind: JobKind, key: &str) -> String {
    format!("/api/v1/jobs/{}/{key}", kind_word(kind))
}

#[derive(Serialize)]
struct Shown {
    id: Uuid,
    kind: &'static str,
    key: String,
    lane: String,
    state: &'static str,
    attempts: u64,
    worker: String,
    error: String,
    created_at: DateTime<Utc>,
    run_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<Job> for Shown {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: kind_word(job.kind),
            key: job.key,
            lane: job.lane,
            state: state_word(job.state),
            attempts: job.attempts,
            worker: job.worker,
            error: job.error,
            created_at: job.created_at,
            run_at: job.run_at,
            finished_at: job.finished_at,
        }
    }
}

/// How many jobs there are of a kind in a state.
#[derive(Serialize)]
pub(super) struct Count {
    kind: &'static str,
    state: &'static str,
    jobs: u64,
}

/// See [`Count`].
pub(super) fn counts(counts: Vec<(JobKind, JobState, u64)>) -> Vec<Count> {
    let count = |(kind, state, jobs)| Count { kind: kind_word(kind), state: state_word(state), jobs };
    counts.into_iter().map(count).collect()
}

#[derive(Serialize)]
struct List {
    jobs: Vec<Shown>,
    counts: Vec<Count>,
}

/// `GET jobs`: those that changed last, first.
pub(super) async fn list(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = Query::of(query.as_deref());
    let kind = query.get("kind").map(kind_of).transpose()?;
    let state = query.get("state").map(state_of).transpose()?;
    let most = query.size("limit", limits::LIST, limits::MOST_LIST)?;
    let read = move |engine: &Engine| {
        engine
            .database
            .read::<_, StoreError>(|tx| Ok((jobs::list(tx, kind, state, most)?, jobs::counts(tx)?)))
    };
    let (found, counted) = work(&engine, read).await?;
    let list = List { jobs: found.into_iter().map(Shown::from).collect(), counts: counts(counted) };
    Ok(Document::json(JSON, &list)?.into_response())
}

/// `GET jobs/{kind}/{key}`.
pub(super) async fn find(
    State(engine): State<Arc<Engine>>,
    Path((kind, key)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind)?;
    let job = work(&engine, move |engine| {
        let found = engine.database.read::<_, StoreError>(|tx| jobs::find(tx, kind, &key))?;
        found.ok_or_else(|| {
            ApiError::not_found(format!("there is no job of kind {} for {key}", kind_word(kind)))
        })
    })
    .await?;
    Ok(Document::json(JSON, &Shown::from(job))?.into_response())
}

fn kind_of(word: &str) -> Result<JobKind, ApiError> {
    let found = KINDS.into_iter().find(|&kind| kind_word(kind) == word);
    found.ok_or_else(|| not_one_of("kind", word, &KINDS.map(kind_word)))
}

fn state_of(word: &str) -> Result<JobState, ApiError> {
    let found = STATES.into_iter().find(|&state| state_word(state) == word);
    found.ok_or_else(|| not_one_of("state", word, &STATES.map(state_word)))
}

fn not_one_of(name: &str, word: &str, words: &[&str]) -> ApiError {
    ApiError::bad_request(format!("{name}: “{word}” is none of {}", words.join(", ")))
}
