//! What this scanner can do.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{artifact::scanner, media_types};
use crate::{engine::Engine, updating};

/// `GET metadata`. It waits for nothing: Harbor asks for it to see whether the scanner is there.
pub(super) async fn metadata(State(engine): State<Arc<Engine>>) -> Response {
    let body = axum::Json(document(&engine));
    ([(CONTENT_TYPE, media_types::METADATA)], body).into_response()
}

fn document(engine: &Engine) -> Value {
    // Indexes are not among them: Harbor has the images in them scanned one by one. One platform's report for all of them
    // would be a false green.
    let consumed = [media_types::OCI_MANIFEST, media_types::DOCKER_MANIFEST];
    let mut properties = json!({
        "harbor.scanner-adapter/scanner-type": "os-package-vulnerability",
        // A token for one repository and half an hour, rather than the secret of an account.
        "harbor.scanner-adapter/registry-authorization-type": "Bearer",
    });
    let open = updating::known(engine).filter(|open| !open.is_empty);
    if let (Some(open), Some(fields)) = (open, properties.as_object_mut()) {
        let at = open.catalog.as_of().to_rfc3339_opts(SecondsFormat::Secs, true);
        fields.insert("harbor.scanner-adapter/vulnerability-database-updated-at".to_owned(), json!(at));
    }
    json!({
        "scanner": scanner(),
        "capabilities": [
            {
                "type": "vulnerability",
                "consumes_mime_types": consumed,
                "produces_mime_types": [media_types::VULNERABILITIES, media_types::NATIVE, media_types::RAW],
            },
            {
                "type": "sbom",
                "consumes_mime_types": consumed,
                "produces_mime_types": [media_types::SBOM],
                "additional_attributes": { "sbom_media_types": [media_types::SPDX, media_types::CYCLONEDX] },
            },
        ],
        "properties": properties,
    })
}
