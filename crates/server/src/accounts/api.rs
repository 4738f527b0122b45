//! The API of accounts, under `/api/v1/`, and the token service of the registry.

mod session;

use axum::{
    http::Method,
    response::{IntoResponse, Response},
};

use super::{Action, token_service};
use crate::{
    http::ApiError,
    public::{Answer, Face, Route, Target},
};

/// What a handler answers.
type Reply = Result<Response, ApiError>;

/// The routes of accounts: sign-in, tokens, users, teams, robots, permissions.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        methods: &[Method::GET, Method::POST],
        path: "/v2/auth",
        action: Action::Look,
        target: Target::Service,
        face: Face::Registry,
        handler: |call| Box::pin(token_service::answer(call)),
    },
    Route {
        methods: &[Method::POST],
        path: "/api/v1/session",
        action: Action::Look,
        target: Target::Service,
        face: Face::Api,
        handler: |call| answered(session::begin(call)),
    },
    Route {
        methods: &[Method::DELETE],
        path: "/api/v1/session",
        action: Action::Look,
        target: Target::Service,
        face: Face::Api,
        handler: |call| answered(session::end(call)),
    },
];

fn answered(reply: impl Future<Output = Reply> + Send + 'static) -> Answer {
    Box::pin(async { reply.await.unwrap_or_else(IntoResponse::into_response) })
}
