//! The description of this API, for programs.

use axum::{http::HeaderMap, response::Response};
use limpid_core::Digest;

use super::JSON;
use crate::{
    face::{Document, openapi},
    http::ApiError,
};

/// OpenAPI 3.1, written by hand as Clair's is; a test holds it to the routes.
pub(super) const YAML: &str = include_str!("openapi.yaml");

/// `GET openapi.json`.
pub(super) async fn document(headers: HeaderMap) -> Result<Response, ApiError> {
    let body = openapi::json(YAML)?;
    let etag = Digest::of(&body);
    Ok(Document::new(JSON, body).tagged(etag.hex())?.unless_known(&headers))
}
