//! Asking for what was pushed to be indexed again: what failed at once, and what is indexed anew. The last good report stays.

use axum::http::{Method, StatusCode};
use limpid_core::Digest;
use limpid_store::{StoreError, security};
use serde_json::json;

use super::{status::status_in, watch};
use crate::{
    accounts::Action,
    engine::Engine,
    face::{Document, digest, work},
    http::ApiError,
    public::{Call, Face, Route, Target},
};

/// `POST /api/v1/repository/{name..}/manifest/{digest}/rescan`.
pub(super) const ROUTE: Route = Route {
    methods: &[Method::POST],
    path: "/api/v1/repository/{name..}/manifest/{digest}/rescan",
    action: Action::RequestIndex,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { super::answered(answer(call).await) }),
};

async fn answer(call: Call) -> Result<Document, ApiError> {
    let digest = digest(call.captures.get("digest"))?;
    let repository = super::repository_of(&call);
    work(&call.engine, move |engine| {
        super::held_by(engine, &repository, &digest)?;
        request(engine, &digest)?;
        let status = engine.database.read(|tx| status_in(tx, &digest, 0))?;
        let body = json!({ "digest": digest, "state": status });
        Ok::<_, ApiError>(Document::json("application/json", &body)?.status(StatusCode::ACCEPTED))
    })
    .await
}

/// Has something indexed again; of an index, each of its images. Blocks.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn request(engine: &Engine, digest: &Digest) -> Result<(), StoreError> {
    watch::again(engine, digest, true)?;
    for child in engine.database.read(|tx| security::children(tx, digest))? {
        watch::again(engine, &child.digest, true)?;
    }
    Ok(())
}
