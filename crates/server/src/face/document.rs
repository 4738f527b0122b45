//! Documents as answers: a body with its type, its `ETag`, and how long it may be believed.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    http::{ApiError, conditional},
    matching::Finished,
};

/// Keep it if you like, but ask whether it still holds before you show it: a catalog may change at any moment, and
/// asking costs next to nothing.
const ASK_AGAIN: &str = "no-cache";

/// An answer with a body.
#[derive(Debug)]
pub(crate) struct Document {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Document {
    /// Bytes of a type.
    pub(crate) fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN)),
            (VARY, HeaderValue::from_static("Accept")),
        ]);
        Self { status: StatusCode::OK, headers, body: body.into() }
    }

    /// A value as JSON, under the name of a type that is JSON.
    pub(crate) fn json<T: Serialize>(media_type: &'static str, value: &T) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value)
            .map_err(|error| ApiError::internal(format!("the answer cannot be written: {error}")))?;
        Ok(Self::new(media_type, body))
    }

    /// An answer that is remembered, in the encoding that it has.
    pub(crate) fn finished(media_type: &'static str, finished: &Finished) -> Self {
        let mut document = Self::new(media_type, finished.body.clone());
        document.headers.append(VARY, ACCEPT_ENCODING.into());
        if let Some(encoding) = finished.encoding.header() {
            document.headers.insert(CONTENT_ENCODING, encoding);
        }
        document
    }

    /// No body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        let headers = HeaderMap::from_iter([
            (CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN)),
            (VARY, HeaderValue::from_static("Accept")),
        ]);
        Self { status, headers, body: Bytes::new() }
    }

    /// With another status than 200.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With a header more.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Result<Self, ApiError> {
        self.headers.append(name, header_value(value)?);
        Ok(self)
    }

    /// With an `ETag`, given without quotes.
    pub(crate) fn tagged(mut self, etag: &str) -> Result<Self, ApiError> {
        self.headers.insert(ETAG, conditional::etag(etag)?);
        Ok(self)
    }

    /// With an `ETag` that promises the same meaning, not the same bytes.
    pub(crate) fn tagged_weakly(self, etag: &str) -> Result<Self, ApiError> {
        self.with(ETAG, &format!("W/\"{etag}\""))
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The answer, or 304 without a body where the client has just this already.
    pub(crate) fn unless_known(self, request: &HeaderMap) -> Response {
        let known = self.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(opaque);
        if known.is_some_and(|etag| conditional::is_known(request, etag)) {
            let without_body = Self { status: StatusCode::NOT_MODIFIED, body: Bytes::new(), ..self };
            let mut response = without_body.into_response();
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_ENCODING);
            return response;
        }
        self.into_response()
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// 304 where the client has the document of this `ETag`.
pub(crate) fn not_modified(request: &HeaderMap, etag: &str) -> Result<Option<Response>, ApiError> {
    if !conditional::is_known(request, etag) {
        return Ok(None);
    }
    Document::empty(StatusCode::NOT_MODIFIED).tagged(etag).map(|answer| Some(answer.into_response()))
}

/// What stands between the quotes.
fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"')
}

fn header_value(value: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(value)
        .map_err(|error| ApiError::internal(format!("a header cannot be written: {error}")))
}
