//! How far a digest is: told by what was pushed, by its manifest, its job and its report.

use chrono::{DateTime, Utc};
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    jobs::{self, JobKind, JobState},
    reports::{self, Attempt, AttemptState},
    security::{self, PushState},
};
use serde::Serialize;
use serde_json::json;

use super::{Summary, roll_up, summary};
use crate::{
    accounts::Action,
    engine::Engine,
    face::{Document, digest, work},
    http::ApiError,
    indexing::IndexFailure,
    matching::{Decided, MatchError},
    public::{Call, Face, Route, Target},
};

/// How far a digest is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub(crate) enum Status {
    /// It waits for a worker.
    Queued,
    /// A worker has it.
    Indexing,
    /// It is indexed. An index is where each of its images is, or can never be.
    Indexed,
    /// It could not be indexed.
    Failed {
        /// Why.
        reason: String,
        /// When it is tried again by itself.
        next_at: Option<DateTime<Utc>>,
    },
    /// It is nothing that is indexed.
    Unsupported {
        /// Why.
        reason: String,
        /// Whether it is something else than an image that runs: a signature, an SBOM, a chart.
        is_artifact: bool,
    },
    /// It was never pushed.
    Unknown,
}

impl Status {
    /// Its word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Indexing => "indexing",
            Self::Indexed => "indexed",
            Self::Failed { .. } => "failed",
            Self::Unsupported { .. } => "unsupported",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is something else than an image that runs.
    pub(crate) fn is_artifact(&self) -> bool {
        matches!(self, Self::Unsupported { is_artifact: true, .. })
    }
}

/// How far a digest is. Blocks.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn status(engine: &Engine, digest: &Digest) -> Result<Status, StoreError> {
    engine.database.read(|tx| status_in(tx, digest, 0))
}

/// How far a digest is, with its summary. That is looked for first: a report stays once it is there, so who sees a summary never sees
/// it beside “not indexed yet”. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn status_and_summary(
    engine: &Engine,
    decided: Option<&Decided>,
    digest: &Digest,
) -> Result<(Status, Option<Summary>), MatchError> {
    let summary = summary(engine, decided, digest)?;
    Ok((status(engine, digest)?, summary))
}

/// The same as [`status`], for who looks for more in the same moment. `depth` is that of indexes in indexes.
pub(super) fn status_in(
    tx: &mut Transaction<'_>,
    digest: &Digest,
    depth: usize,
) -> Result<Status, StoreError> {
    let unsupported = |reason, is_artifact| Status::Unsupported { reason, is_artifact };
    Ok(match security::find(tx, digest)?.map(|pushed| pushed.state) {
        None => Status::Unknown,
        Some(PushState::Unsupported(reason)) => unsupported(reason, false),
        Some(PushState::Artifact(reason)) => unsupported(reason, true),
        Some(PushState::Index) => roll_up::status(tx, digest, depth)?,
        Some(PushState::Queued) => of_image(tx, digest)?,
    })
}

fn of_image(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Status, StoreError> {
    // A good report stays until a new one is complete; of what keeps it from being made anew it tells itself.
    if reports::load_head(tx, digest)?.is_some() {
        return Ok(Status::Indexed);
    }
    let attempt = reports::attempt(tx, digest)?;
    if let Some(Attempt { state: AttemptState::Failed, error, next_at, .. }) = attempt {
        return Ok(Status::Failed { reason: IndexFailure::parse(&error).to_string(), next_at });
    }
    let job = jobs::find(tx, JobKind::Index, digest.as_str())?;
    let runs = job.is_some_and(|job| job.state == JobState::Running);
    Ok(if runs { Status::Indexing } else { Status::Queued })
}

/// `GET /api/v1/repository/{name..}/manifest/{digest}/status`: how far it is, and the summary.
pub(super) const ROUTE: Route = Route {
    methods: &[axum::http::Method::GET],
    path: "/api/v1/repository/{name..}/manifest/{digest}/status",
    action: Action::ReadReport,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { super::answered(find(call).await) }),
};

async fn find(call: Call) -> Result<Document, ApiError> {
    let digest = digest(call.captures.get("digest"))?;
    let repository = super::repository_of(&call);
    work(&call.engine, move |engine| {
        super::held_by(engine, &repository, &digest)?;
        let decided = Decided::of(engine, &repository)?;
        let (status, summary) = status_and_summary(engine, decided.as_ref(), &digest)?;
        Document::json("application/json", &json!({ "digest": digest, "state": status, "summary": summary }))
    })
    .await
}
