//! Errors in the form of the distribution specification: `{"errors": [{"code", "message", "detail"}]}`.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use limpid_core::Digest;
use limpid_store::{BlobError, StoreError};
use serde_json::{Value, json};

use crate::{http::ApiError, limits::RETRY_SECONDS};

/// An answer that reports an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct RegistryError {
    status: StatusCode,
    code: &'static str,
    message: String,
    detail: Value,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl RegistryError {
    /// An error with a code of the specification.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), detail: Value::Null, headers: Vec::new() }
    }

    fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    fn unknown(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn name_invalid() -> Self {
        Self::bad("NAME_INVALID", "that is no name of a repository")
    }

    pub(crate) fn name_unknown() -> Self {
        Self::unknown("NAME_UNKNOWN", "there is no such repository")
    }

    pub(crate) fn tag_invalid() -> Self {
        Self::bad("MANIFEST_INVALID", "that is neither a tag nor a digest")
    }

    pub(crate) fn digest_invalid(message: impl Into<String>) -> Self {
        Self::bad("DIGEST_INVALID", message)
    }

    pub(crate) fn manifest_invalid(message: impl Into<String>) -> Self {
        Self::bad("MANIFEST_INVALID", message)
    }

    pub(crate) fn manifest_unknown(reference: &str) -> Self {
        Self::unknown("MANIFEST_UNKNOWN", "the repository has no such manifest")
            .detail(json!({ "reference": reference }))
    }

    pub(crate) fn manifest_blob_unknown(missing: &[Digest]) -> Self {
        let first = missing.first().map(ToString::to_string).unwrap_or_default();
        Self::bad(
            "MANIFEST_BLOB_UNKNOWN",
            format!("the repository does not have {first}, which the manifest names"),
        )
        .detail(json!({ "digests": missing }))
    }

    pub(crate) fn blob_unknown(digest: &Digest) -> Self {
        Self::unknown("BLOB_UNKNOWN", "the repository has no such blob").detail(json!({ "digest": digest }))
    }

    pub(crate) fn upload_unknown() -> Self {
        Self::unknown("BLOB_UPLOAD_UNKNOWN", "there is no such upload")
    }

    pub(crate) fn upload_invalid(message: impl Into<String>) -> Self {
        Self::bad("BLOB_UPLOAD_INVALID", message)
    }

    pub(crate) fn size_invalid(message: impl Into<String>) -> Self {
        Self::bad("SIZE_INVALID", message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message)
    }

    pub(crate) fn broken_off(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "BLOB_UPLOAD_INVALID", message)
    }

    pub(crate) fn page_invalid() -> Self {
        Self::bad("PAGINATION_NUMBER_INVALID", "n: a number from 0 on is expected")
    }

    fn unavailable() -> Self {
        let message = "the service cannot tell now; try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
            .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
    }

    fn internal(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", message)
    }

    /// Whether there is no such thing.
    pub(crate) fn is_unknown(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    pub(crate) fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// What the database says may name its address, so it stands in the log alone.
impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Stale(_) => {
                tracing::warn!("a request is not answered: {error}");
                Self::unavailable()
            }
            StoreError::Damaged(_)
            | StoreError::NewerSchema { .. }
            | StoreError::Unusable(_)
            | StoreError::Statement(_) => {
                tracing::error!("a request is not answered: {error}");
                Self::internal("the state of the service cannot be used; its log says why")
            }
        }
    }
}

impl From<BlobError> for RegistryError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Store(error) => error.into(),
            BlobError::Unavailable(_) => {
                tracing::error!("a request is not answered: {error}");
                Self::unavailable()
            }
            BlobError::Missing(_) | BlobError::Damaged(_) | BlobError::Unusable(_) => {
                tracing::error!("a request is not answered: {error}");
                Self::internal("the bytes of the blob cannot be read; push it again")
            }
        }
    }
}

impl From<ApiError> for RegistryError {
    fn from(error: ApiError) -> Self {
        Self::new(error.status(), "UNKNOWN", error.to_string())
    }
}

/// What a client of another face is told.
impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        let told = Self::new(error.status, error.message);
        if error.status == StatusCode::SERVICE_UNAVAILABLE { told.retry_after(RETRY_SECONDS) } else { told }
    }
}

impl IntoResponse for RegistryError {
    fn into_response(self) -> Response {
        let body =
            json!({ "errors": [{ "code": self.code, "message": self.message, "detail": self.detail }] });
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}
