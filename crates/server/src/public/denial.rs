//! Refusals, in the form of whoever asks.

use std::time::Duration;

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::Face;
use crate::{accounts::Decision, engine::Engine, http::ApiError};

/// Tells that something may not be done.
pub(super) fn denied(face: Face, decision: Decision, engine: &Engine, request: &Request) -> Response {
    let (status, code, message) = match decision {
        Decision::SignIn => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required"),
        Decision::Forbidden => (StatusCode::FORBIDDEN, "DENIED", "you may not do that"),
        Decision::Allowed | Decision::Hidden => {
            (StatusCode::NOT_FOUND, "NAME_UNKNOWN", "there is nothing here")
        }
    };
    let mut response = of(face, status, code, message);
    if decision == Decision::SignIn {
        let challenge = crate::accounts::challenge(engine, request);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// Tells that nobody looks at a password before a time is over.
pub(crate) fn later(face: Face, pause: Duration) -> Response {
    let message = "too many attempts to sign in; try again later";
    let mut response = of(face, StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", message);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(crate::accounts::seconds(pause)));
    response
}

/// Tells that it could not be decided.
pub(super) fn failed(face: Face, status: StatusCode, why: &str) -> Response {
    tracing::error!("{why}");
    of(face, status, "UNAVAILABLE", UNDECIDED)
}

/// What a client is told of a request that could not be decided.
pub(super) const UNDECIDED: &str = "the service cannot tell now; try again later";

/// Nothing is at this path.
pub(super) fn not_found() -> Response {
    ApiError::not_found("there is nothing at this path").into_response()
}

/// An error in the form of a face.
pub(crate) fn of(face: Face, status: StatusCode, code: &str, message: &str) -> Response {
    match face {
        Face::Registry => {
            let body = json!({ "errors": [{ "code": code, "message": message, "detail": null }] });
            (status, axum::Json(body)).into_response()
        }
        Face::Api | Face::Page => ApiError::new(status, message).into_response(),
    }
}
