//! Index reports: submitting manifests, reading and deleting what was found in them.
//!
//! The `ETag` of a report is the index state that it was made in, which is not always the one of today: so Quay sees which
//! of its images want to be indexed anew.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, StatusCode,
        header::{IF_NONE_MATCH, LINK, LOCATION},
    },
    response::{IntoResponse, Response},
};
use limpid_core::{Digest, IndexReport, clair};
use limpid_store::{
    StoreError,
    reports::{self, StoredReport},
};

use super::media_types;
use crate::{
    engine::Engine,
    face::{Document, digest, submission::Manifest, with_verdict, work},
    http::{ApiError, Json, conditional, negotiation::negotiate},
    indexing::{self, GoodReport, Indexed},
    matching::CountedBlindSpots,
};

/// `POST index_report`: 201 with the report, 412 where the client has it.
pub(super) async fn submit(
    State(engine): State<Arc<Engine>>,
    headers: HeaderMap,
    Json(manifest): Json<Manifest>,
) -> Result<Response, ApiError> {
    let submission = manifest.submission()?;
    let manifest = submission.manifest.clone();
    if headers.contains_key(IF_NONE_MATCH) {
        let asked = manifest.clone();
        let state = work(&engine, move |engine| current(engine, &asked)).await?;
        if let Some(state) = state.filter(|state| conditional::is_known(&headers, state.as_str())) {
            let answer = with_links(Document::empty(StatusCode::PRECONDITION_FAILED), &manifest)?;
            return Ok(answer.tagged(state.as_str())?.into_response());
        }
    }
    let good = indexing::index(&engine, submission).await?;
    let tag = tag(&good.stored);
    // Clair does not look at `Accept` here, and the work is done: who accepts nothing of this gets JSON all the same.
    let media_type = negotiate(&headers, media_types::INDEX_REPORT).unwrap_or(media_types::JSON);
    let document = work(&engine, move |_| finished(media_type, &manifest, &good.report)).await?;
    Ok(document.status(StatusCode::CREATED).tagged(&tag)?.into_response())
}

/// The index state of today, if there is a complete report of it: then indexing anew would change nothing.
fn current(engine: &Engine, manifest: &Digest) -> Result<Option<Digest>, StoreError> {
    let (state, head) = engine.database.read::<_, StoreError>(|tx| {
        Ok((indexing::index_state_in(engine, tx)?, reports::load_head(tx, manifest)?))
    })?;
    Ok(head.filter(|head| head.is_complete && head.index_state == state).map(|_head| state))
}

fn finished(media_type: &'static str, manifest: &Digest, report: &IndexReport) -> Result<Document, ApiError> {
    let document = Document::json(media_type, &clair::index_report(report))?;
    let document = with_links(document, manifest)?.with(LOCATION, &address(manifest))?;
    with_verdict(document, manifest, None, &CountedBlindSpots::of(&report.blind_spots))
}

fn address(manifest: &Digest) -> String {
    format!("/indexer/api/v1/index_report/{manifest}")
}

/// With Clair's links, and its names for them, to what is known of a manifest.
fn with_links(document: Document, manifest: &Digest) -> Result<Document, ApiError> {
    const RELATIONS: &str = "https://projectquay.io/clair/v1";
    document.with(LINK, &format!("<{}>; rel=\"{RELATIONS}/index_report\"", address(manifest)))?.with(
        LINK,
        &format!(
            "</matcher/api/v1/vulnerability_report/{manifest}>; rel=\"{RELATIONS}/vulnerability_report\""
        ),
    )
}

/// `GET index_report/{digest}`.
pub(super) async fn find(
    State(engine): State<Arc<Engine>>,
    Path(manifest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let manifest = digest(&manifest)?;
    let media_type = negotiate(&headers, media_types::INDEX_REPORT)?;
    let document = work(&engine, move |engine| {
        let indexed = indexing::find(engine, &manifest)?;
        let indexed = indexed.ok_or_else(|| ApiError::not_found("index report not found"))?;
        known(media_type, &manifest, &indexed)
    })
    .await?;
    Ok(document.unless_known(&headers))
}

fn known(media_type: &'static str, manifest: &Digest, indexed: &Indexed) -> Result<Document, ApiError> {
    let Some(GoodReport { stored, report }) = &indexed.report else {
        // Without an ETag: what it says may be another thing a moment later.
        return Document::json(
            media_type,
            &clair::unfinished_index_report(manifest, unfinished(manifest, indexed)?),
        );
    };
    let document = finished(media_type, manifest, report)?;
    document.tagged(&tag(stored))
}

/// The index state that a report was made in. One that lacks something is not the report that this state makes.
fn tag(stored: &StoredReport) -> String {
    let suffix = if stored.is_complete { "" } else { "-incomplete" };
    format!("{}{suffix}", stored.index_state)
}

fn unfinished<'a>(manifest: &Digest, indexed: &'a Indexed) -> Result<clair::Unfinished<'a>, ApiError> {
    match indexed.attempt.state {
        reports::AttemptState::Waiting => Ok(clair::Unfinished::Waiting),
        reports::AttemptState::Failed => Ok(clair::Unfinished::Failed(&indexed.attempt.error)),
        reports::AttemptState::Finished => {
            Err(ApiError::internal(format!("{manifest} was indexed, but its report is gone")))
        }
    }
}

/// `DELETE index_report/{digest}`: 204, also where there was nothing.
pub(super) async fn delete_one(
    State(engine): State<Arc<Engine>>,
    Path(manifest): Path<String>,
) -> Result<StatusCode, ApiError> {
    let manifest = digest(&manifest)?;
    work(&engine, move |engine| indexing::delete(engine, &[manifest])).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE index_report`: the list of those that were there. Never `null`, which Clair sends where there were none.
pub(super) async fn delete_many(
    State(engine): State<Arc<Engine>>,
    Json(manifests): Json<Vec<Digest>>,
) -> Result<Response, ApiError> {
    let deleted = work(&engine, move |engine| indexing::delete(engine, &manifests)).await?;
    Document::json(media_types::JSON, &deleted).map(IntoResponse::into_response)
}
