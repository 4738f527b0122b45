//! The index state: what Quay compares with the `ETag` of each report that it has.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde_json::json;

use super::media_types;
use crate::{
    engine::Engine,
    face::{Document, work},
    http::{ApiError, negotiation::negotiate},
    indexing,
};

/// `GET index_state`.
pub(super) async fn index_state(
    State(engine): State<Arc<Engine>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let media_type = negotiate(&headers, media_types::INDEX_STATE)?;
    let state = work(&engine, indexing::index_state).await?;
    let document = Document::json(media_type, &json!({ "state": state }))?.tagged(state.as_str())?;
    Ok(document.unless_known(&headers))
}
