//! Who may use the API: those who have the pre-shared key, as with Clair's `auth.psk`.
//!
//! A refusal says nothing, not even why: the reason stands in the log.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use chrono::Utc;

use crate::configuration::Auth;

mod token;

pub use token::{INTRASERVICE, Refusal, is_same, sign, verify};

/// Lets requests to these routes through that carry a valid token, and all to the paths that are exempt. Others are
/// answered with 401 and nothing else.
pub fn authenticate(routes: Router, auth: Auth, exempt: &'static [&'static str]) -> Router {
    let auth = Arc::new(auth);
    let layer = middleware::from_fn(move |request: Request, next: Next| {
        let auth = Arc::clone(&auth);
        async move {
            if exempt.contains(&request.uri().path()) {
                return next.run(request).await;
            }
            match check(&auth, request.headers()) {
                Ok(()) => next.run(request).await,
                Err(refusal) => refused(&refusal),
            }
        }
    });
    routes.layer(layer)
}

fn check(auth: &Auth, headers: &HeaderMap) -> Result<(), Refusal> {
    verify(auth, bearer(headers)?, Utc::now())
}

fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::NoToken) };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        Some(_) | None => Err(Refusal::NoToken),
    }
}

fn refused(refusal: &Refusal) -> Response {
    tracing::debug!(reason = %refusal, "not authenticated");
    StatusCode::UNAUTHORIZED.into_response()
}
