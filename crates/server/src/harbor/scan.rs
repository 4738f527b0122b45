//! Taking a scan on: it is stored with its job, and answered at once.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use limpid_store::{
    StoreError,
    harbor::{self, Scan, ScanState},
    jobs::{self, JobKind, NewJob},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{media_types, refusal::Refusal, request::ScanRequest, work::Payload};
use crate::{
    engine::Engine,
    face::work,
    http::{ApiError, Json},
};

/// `POST scan`.
pub(super) async fn accept(
    State(engine): State<Arc<Engine>>,
    body: Result<Json<Value>, ApiError>,
) -> Result<Response, Refusal> {
    let Json(body) = body?;
    let request = ScanRequest::of(&body)?;
    let id = work(&engine, move |engine| take_on(engine, &request)).await?;
    let answer = axum::Json(json!({ "id": id }));
    Ok((StatusCode::ACCEPTED, [(CONTENT_TYPE, media_types::SCAN_RESPONSE)], answer).into_response())
}

/// Stores a scan. Its identifier is chance: whoever has the key of this face reads the reports of what it asked for with
/// credentials that a registry took, and no others.
fn take_on(engine: &Engine, request: &ScanRequest) -> Result<Uuid, ApiError> {
    let id = Uuid::new_v4();
    let artifact = request.artifact.clone();
    let scan = Scan { id, artifact, state: ScanState::Waiting, age: Duration::ZERO };
    let job = NewJob {
        kind: JobKind::HarborScan,
        key: id.to_string(),
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: Payload::encode(request)?,
        delay: Duration::ZERO,
    };
    engine.database.write::<_, StoreError>(|tx| {
        harbor::add(tx, &scan)?;
        jobs::submit(tx, &job)
    })?;
    engine.bell.ring(JobKind::HarborScan);
    Ok(id)
}
