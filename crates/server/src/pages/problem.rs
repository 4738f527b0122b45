//! What could not be shown: the page that says so, and what can be done.

use askama::Template;
use axum::{
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    answer::{self, page_with},
    frame::{Frame, Section},
};
use crate::{
    accounts::{Decision, Principal},
    engine::Engine,
    http::ApiError,
};

#[derive(Template)]
#[template(path = "problem.html")]
pub(super) struct Problem {
    pub(super) frame: Frame,
    pub(super) status: u16,
    pub(super) heading: &'static str,
    pub(super) message: String,
    /// Whether signing in could help.
    pub(super) offers_sign_in: bool,
}

/// The page of an error.
pub(super) fn page(frame: Frame, error: &ApiError) -> Response {
    // It is logged, and has its headers, as every other.
    let plain = error.clone().into_response();
    let status = error.status();
    let message = error.to_string();
    let made = made(frame, status, message);
    let mut response = made.unwrap_or_else(|error| error.into_response());
    if let Some(later) = plain.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, later.clone());
    }
    response
}

fn made(frame: Frame, status: StatusCode, message: String) -> answer::Reply {
    let heading = match status {
        StatusCode::NOT_FOUND => "Nothing is here",
        StatusCode::FORBIDDEN => "This is not yours to do",
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::SERVICE_UNAVAILABLE => "Not available just now",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::METHOD_NOT_ALLOWED => "This page cannot do that",
        other if other.is_server_error() => "Something went wrong here",
        _other => "This cannot be done",
    };
    let offers_sign_in = frame.account.is_none()
        && matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED);
    let frame = frame.titled(Section::Nowhere, heading);
    page_with(status, &Problem { frame, status: status.as_u16(), heading, message, offers_sign_in })
}

/// The answer to somebody who may not see a page: who is not signed in is led to do so.
pub(crate) fn refused(
    engine: &Engine,
    decision: Decision,
    principal: &Principal,
    request: &Request,
) -> Response {
    let frame = Frame::for_principal(principal, request.headers(), here(request));
    let response = match decision {
        Decision::SignIn if request.method().is_safe() => {
            answer::lead_to(&frame.sign_in()).unwrap_or_else(IntoResponse::into_response)
        }
        Decision::SignIn => page(frame, &ApiError::new(StatusCode::UNAUTHORIZED, "sign in, and do it again")),
        Decision::Forbidden => {
            page(frame, &ApiError::new(StatusCode::FORBIDDEN, "your account may not do this"))
        }
        Decision::Allowed | Decision::Hidden => page(frame, &nothing()),
    };
    answer::guarded(engine, response)
}

/// The answer to a path that nobody has, for somebody with a browser.
pub(crate) fn unknown(engine: &Engine, principal: &Principal, request: &Request) -> Response {
    failed(engine, principal, request, &nothing())
}

/// The answer to somebody with a browser whose request came to no page.
pub(crate) fn failed(
    engine: &Engine,
    principal: &Principal,
    request: &Request,
    error: &ApiError,
) -> Response {
    let frame = Frame::for_principal(principal, request.headers(), here(request));
    answer::guarded(engine, page(frame, error))
}

/// What is not there, and what is not to be seen, are told in the same words.
pub(super) fn nothing() -> ApiError {
    ApiError::not_found("there is nothing at this address, or nothing that you may see")
}

fn here(request: &Request) -> &str {
    request.uri().path_and_query().map_or("/", |path| path.as_str())
}
