//! The description of what is served here, for programs.

use axum::{http::HeaderMap, response::Response};
use limpid_core::Digest;

use super::media_types;
use crate::{
    face::{Document, openapi},
    http::{ApiError, negotiation::negotiate},
};

/// OpenAPI 3.1. Written by hand, because Clair's API is given; a test holds it to the routes.
pub(super) const YAML: &str = include_str!("openapi.yaml");

/// `GET /openapi/v1`.
pub(super) async fn document(headers: HeaderMap) -> Result<Response, ApiError> {
    let media_type = negotiate(&headers, media_types::OPENAPI)?;
    let body = if media_types::OPENAPI_JSON.contains(&media_type) {
        openapi::json(YAML)?
    } else {
        YAML.as_bytes().to_vec()
    };
    let etag = Digest::of(&body);
    Ok(Document::new(media_type, body).tagged(etag.hex())?.unless_known(&headers))
}
