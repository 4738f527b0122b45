//! `GET /jobs`: what is waiting, what is being done, what failed and why, and when it is tried again.

use askama::Template;
use limpid_core::words::number;
use limpid_store::{
    StoreError,
    jobs::{self, Job, JobKind, JobState},
};

use super::{
    answer::{Reply, page},
    form::query_of,
    frame::{Frame, Section},
    parts::Moment,
    query,
};
use crate::{
    api::jobs::{KINDS, STATES, kind_word, state_word},
    face::work,
    http::ApiError,
    limits::LIST,
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "jobs.html")]
pub(super) struct JobsPage {
    pub(super) frame: Frame,
    pub(super) figures: Vec<StateFigure>,
    pub(super) kinds: Vec<(&'static str, bool)>,
    pub(super) states: Vec<(&'static str, bool)>,
    pub(super) rows: Vec<JobRow>,
    pub(super) most: u64,
    pub(super) is_full: bool,
}

/// How many jobs are in a state.
#[derive(Debug, Clone)]
pub(super) struct StateFigure {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) count: String,
    pub(super) address: String,
}

/// A job.
#[derive(Debug, Clone)]
pub(super) struct JobRow {
    pub(super) kind: &'static str,
    pub(super) key: String,
    /// The page of what it is done to, where that is an image.
    pub(super) address: Option<String>,
    pub(super) lane: String,
    pub(super) class: &'static str,
    pub(super) state: &'static str,
    pub(super) attempts: u64,
    pub(super) worker: String,
    pub(super) error: String,
    pub(super) created: Moment,
    pub(super) next: Option<Moment>,
    pub(super) finished: Option<Moment>,
    /// Where to ask for it again.
    pub(super) rescan: Option<String>,
}

fn class(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "waiting",
        JobState::Running => "low",
        JobState::Done => "clean",
        JobState::Failed => "failed",
    }
}

/// See the module.
pub(super) async fn list(call: Call, frame: Frame) -> Reply {
    let form = query(&call);
    let kind = word(form.get("kind"), &KINDS, kind_word, "kind")?;
    let state = word(form.get("state"), &STATES, state_word, "state")?;
    let (found, counts, now) = work(&call.engine, move |engine| {
        let read = engine
            .database
            .read::<_, StoreError>(|tx| Ok((jobs::list(tx, kind, state, LIST)?, jobs::counts(tx)?)))?;
        Ok::<_, StoreError>((read.0, read.1, engine.now()))
    })
    .await?;
    let figure = |state: JobState| {
        let jobs = counts.iter().filter(|(_, own, _)| *own == state).map(|(.., jobs)| jobs).sum();
        StateFigure {
            class: class(state),
            word: state_word(state),
            count: number(jobs),
            address: format!("/jobs{}", query_of([("state", state_word(state))])),
        }
    };
    page(&JobsPage {
        frame: frame.titled(Section::Jobs, "Jobs"),
        figures: [JobState::Queued, JobState::Running, JobState::Failed, JobState::Done].map(figure).to_vec(),
        kinds: KINDS.map(|one| (kind_word(one), Some(one) == kind)).to_vec(),
        states: STATES.map(|one| (state_word(one), Some(one) == state)).to_vec(),
        is_full: found.len() as u64 >= LIST,
        rows: found.into_iter().map(|job| row(job, now)).collect(),
        most: LIST,
    })
}

fn word<T: Copy, const N: usize>(
    asked: &str,
    all: &[T; N],
    word_of: fn(T) -> &'static str,
    name: &str,
) -> Result<Option<T>, ApiError> {
    if asked.is_empty() {
        return Ok(None);
    }
    let found = all.iter().copied().find(|one| word_of(*one) == asked);
    found.map(Some).ok_or_else(|| {
        ApiError::bad_request(format!("{name}: “{asked}” is none of {}", all.map(word_of).join(", ")))
    })
}

fn row(job: Job, now: chrono::DateTime<chrono::Utc>) -> JobRow {
    let is_image = matches!(job.kind, JobKind::Index | JobKind::Reindex);
    let address = is_image.then(|| format!("/manifest/{}", super::link::part(&job.key)));
    let rescan = address.as_ref().filter(|_| matches!(job.state, JobState::Failed | JobState::Queued));
    JobRow {
        kind: kind_word(job.kind),
        rescan: rescan.map(|address| format!("{address}/rescan")),
        address,
        class: class(job.state),
        state: state_word(job.state),
        attempts: job.attempts,
        created: Moment::ago(job.created_at, now),
        next: (job.state == JobState::Queued).then(|| Moment::ahead(job.run_at, now)),
        finished: job.finished_at.map(|at| Moment::ago(at, now)),
        key: job.key,
        lane: job.lane,
        worker: job.worker,
        error: job.error,
    }
}
