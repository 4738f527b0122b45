//! What is kept of each request in the log, and what becomes of one whose handler panics.
//!
//! The log has the method, the path, the status and the time; never headers, queries or bodies, because those carry
//! secrets.

use std::{any::Any, time::Instant};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use uuid::Uuid;

use super::{ApiError, Peer};

/// The header that tells a client under which id its request stands in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes a panic of a handler an answer with status 500.
pub fn survive(routes: Router) -> Router {
    routes.layer(CatchPanicLayer::custom(panicked))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer wants it so")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    tracing::error!(panic = text, "a request ends with a panic");
    ApiError::internal("internal error").into_response()
}

/// Gives each request an id and a span in the log, and each answer the headers that all have.
pub fn observe(routes: Router) -> Router {
    routes.layer(middleware::from_fn(around))
}

async fn around(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = Uuid::now_v7();
    let peer = request.extensions().get::<Peer>().map(|peer| tracing::field::display(peer.0));
    let span = tracing::info_span!(
        "request",
        %id,
        method = %request.method(),
        path = request.uri().path(),
        peer,
    );
    async move {
        let mut response = next.run(request).await;
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
            headers.insert(REQUEST_ID, id);
        }
        // As a number of 64 bits: one of 128 would be a text in JSON.
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
        response
    }
    .instrument(span)
    .await
}
