//! Manifests: what is known of them, their reports, and submitting them.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{
        HeaderMap, StatusCode,
        header::{IF_NONE_MATCH, LOCATION},
    },
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use limpid_core::{Digest, Verdict};
use limpid_store::{
    StoreError,
    jobs::JobKind,
    reports::{self, Attempt, AttemptState},
};
use serde::Serialize;
use serde_json::json;

use super::{JSON, jobs};
use crate::{
    engine::Engine,
    face::{
        Document, Query, digest, explained, identifier, not_modified, submission::Manifest, with_verdict,
        work,
    },
    http::{ApiError, Json, compression::Encoding},
    indexing::{self, GoodReport},
    matching::{self, Answer, FULL_REPORT},
};

/// What is known of a manifest.
#[derive(Serialize)]
struct Known {
    manifest: Digest,
    /// The last good index report.
    index_report: Option<Head>,
    /// The last attempt to make one.
    attempt: LastAttempt,
    /// What the vulnerability report says now; `null` where none can be made.
    verdict: Option<Verdict>,
    /// How many blind spots of it count.
    blind_spots: Option<usize>,
    links: Links,
}

#[derive(Serialize)]
struct Head {
    index_state: Digest,
    /// Whether it is of the index state that the service is in.
    is_current: bool,
    is_complete: bool,
    digest: Digest,
    indexed_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct LastAttempt {
    state: &'static str,
    error: String,
    failures: u64,
    at: DateTime<Utc>,
    next_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Links {
    report: String,
    index: String,
}

/// `GET manifests/{digest}`.
pub(super) async fn find(
    State(engine): State<Arc<Engine>>,
    Path(manifest): Path<String>,
) -> Result<Response, ApiError> {
    let manifest = digest(&manifest)?;
    let document = work(&engine, move |engine| known(engine, manifest)).await?;
    Ok(document.into_response())
}

fn known(engine: &Engine, manifest: Digest) -> Result<Document, ApiError> {
    let indexed = indexing::find(engine, &manifest)?.ok_or_else(|| unknown(&manifest))?;
    let state = indexing::index_state(engine)?;
    let head = |GoodReport { stored, .. }: GoodReport| Head {
        is_current: stored.index_state == state,
        index_state: stored.index_state,
        is_complete: stored.is_complete,
        digest: stored.digest,
        indexed_at: stored.indexed_at,
    };
    let outline = matching::outline(engine, &manifest)?;
    let known = Known {
        links: Links {
            report: format!("/api/v1/manifests/{manifest}/report"),
            index: format!("/api/v1/manifests/{manifest}/index"),
        },
        manifest,
        index_report: indexed.report.map(head),
        attempt: attempt(indexed.attempt),
        verdict: outline.as_ref().map(|outline| outline.verdict),
        blind_spots: outline.map(|outline| outline.blind_spots.number),
    };
    Document::json(JSON, &known)
}

fn unknown(manifest: &Digest) -> ApiError {
    ApiError::not_found(format!("{manifest} is not known: submit it first"))
}

fn attempt(attempt: Attempt) -> LastAttempt {
    let state = match attempt.state {
        AttemptState::Waiting => "waiting",
        AttemptState::Finished => "finished",
        AttemptState::Failed => "failed",
    };
    let Attempt { error, failures, at, next_at, .. } = attempt;
    LastAttempt { state, error, failures, at, next_at }
}

/// `GET manifests/{digest}/report`: `limpid/report/1`. Its `ETag` is weak: when things were looked at is not part of it.
pub(super) async fn report(
    State(engine): State<Arc<Engine>>,
    Path(manifest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let manifest = digest(&manifest)?;
    work(&engine, move |engine| {
        if headers.contains_key(IF_NONE_MATCH)
            && let Some(etag) = matching::etag(engine, &manifest)?
            && let Some(response) = not_modified(&headers, &etag)?
        {
            return Ok(response);
        }
        match matching::report(engine, &manifest, FULL_REPORT, Encoding::wanted(&headers), None)? {
            Answer::NotIndexed => Err(not_indexed(&manifest)),
            Answer::NoData => Err(ApiError::unavailable("no advisory data is loaded yet")),
            Answer::Report(etag, finished) => {
                let document = Document::finished(JSON, &finished).tagged_weakly(&etag)?;
                let outline = &finished.outline;
                let document =
                    with_verdict(document, &manifest, Some(outline.verdict), &outline.blind_spots)?;
                Ok(document.unless_known(&headers))
            }
        }
    })
    .await
}

fn not_indexed(manifest: &Digest) -> ApiError {
    ApiError::not_found(format!("there is no index report of {manifest}"))
}

/// `GET manifests/{digest}/explain?id=CVE-…`: `limpid/explanation/1`.
pub(super) async fn explain(
    State(engine): State<Arc<Engine>>,
    Path(manifest): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let manifest = digest(&manifest)?;
    let id = identifier(Query::of(query.as_deref()).get("id").unwrap_or_default())?;
    let explanation = explained(&engine, manifest.clone(), id, None).await?;
    let explanation = explanation.ok_or_else(|| not_indexed(&manifest))?;
    Ok(Document::json(JSON, &explanation)?.into_response())
}

/// `GET manifests/{digest}/index`: `limpid/index/1`, to the byte as it was stored.
pub(super) async fn index(
    State(engine): State<Arc<Engine>>,
    Path(manifest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let manifest = digest(&manifest)?;
    let document = work(&engine, move |engine| {
        let stored = engine.database.read::<_, StoreError>(|tx| reports::load(tx, &manifest))?;
        let stored = stored.ok_or_else(|| not_indexed(&manifest))?;
        Document::new(JSON, stored.json).tagged(stored.digest.hex())
    })
    .await?;
    Ok(document.unless_known(&headers))
}

/// `POST manifests`: 202 with the job, or with `wait=true` the end of it. 200 where there is nothing to be done.
pub(super) async fn submit(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
    Json(manifest): Json<Manifest>,
) -> Result<Response, ApiError> {
    let submission = manifest.submission()?;
    let manifest = submission.manifest.clone();
    let job = if Query::of(query.as_deref()).flag("wait")? {
        drop(indexing::index(&engine, submission).await?);
        None
    } else {
        work(&engine, move |engine| indexing::submit(engine, &submission)).await?
    };
    let Some(job) = job else {
        let document = work(&engine, move |engine| known(engine, manifest)).await?;
        return Ok(document.into_response());
    };
    let address = jobs::address(JobKind::Index, manifest.as_str());
    let body = json!({ "job": job, "manifest": manifest, "links": { "job": address } });
    let document = Document::json(JSON, &body)?.status(StatusCode::ACCEPTED);
    Ok(document.with(LOCATION, &address)?.into_response())
}
