//! The API of accounts, under `/api/v1/`, and the token service of the registry.

mod account;
mod audit;
mod namespaces;
mod permissions;
mod robots;
mod session;
mod shown;
mod teams;
mod users;

use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Action, Principal, administration::Failure, oidc, token_service};
use crate::{
    engine::Engine,
    face::work,
    http::{ApiError, limit},
    limits::BODY_BYTES,
    public::{Answer, Call, Face, Handler, Route, Target},
};

/// What a handler answers.
type Reply = Result<Response, ApiError>;

const GET: &[Method] = &[Method::GET];
const POST: &[Method] = &[Method::POST];
const PUT: &[Method] = &[Method::PUT];
const PATCH: &[Method] = &[Method::PATCH];
const DELETE: &[Method] = &[Method::DELETE];

const fn service(methods: &'static [Method], path: &'static str, action: Action, handler: Handler) -> Route {
    Route { methods, path, action, target: Target::Service, face: Face::Api, handler }
}

const fn namespace(
    methods: &'static [Method],
    path: &'static str,
    action: Action,
    handler: Handler,
) -> Route {
    Route { target: Target::Namespace, ..service(methods, path, action, handler) }
}

const fn repository(
    methods: &'static [Method],
    path: &'static str,
    action: Action,
    handler: Handler,
) -> Route {
    Route { target: Target::Repository, ..service(methods, path, action, handler) }
}

use Action::{Administer, ChangeSelf, Enter, Look, Operate, ReadService, ReadSettings};

/// The routes of accounts: sign-in, tokens, users, teams, robots, permissions.
#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route {
        methods: &[Method::GET, Method::POST],
        path: "/v2/auth",
        action: Look,
        target: Target::Service,
        face: Face::Registry,
        handler: |call| Box::pin(token_service::answer(call)),
    },
    service(POST, "/api/v1/session", Look, |call| answered(session::begin(call))),
    service(DELETE, "/api/v1/session", Look, |call| answered(session::end(call))),
    Route { face: Face::Page, ..service(GET, oidc::BEGIN_PATH, Look, |call| answered(oidc::begin(call))) },
    Route { face: Face::Page, ..service(GET, oidc::CALLBACK_PATH, Look, |call| answered(oidc::complete(call))) },
    service(GET, "/api/v1/account", Enter, |call| answered(account::show(call))),
    service(PUT, "/api/v1/account/password", ChangeSelf, |call| answered(account::change_password(call))),
    service(GET, "/api/v1/account/tokens", ChangeSelf, |call| answered(account::tokens(call))),
    service(POST, "/api/v1/account/tokens", ChangeSelf, |call| answered(account::make_token(call))),
    service(DELETE, "/api/v1/account/tokens/{id}", ChangeSelf, |call| answered(account::revoke_token(call))),
    service(GET, "/api/v1/users", ReadService, |call| answered(users::list(call))),
    service(POST, "/api/v1/users", Operate, |call| answered(users::make(call))),
    service(GET, "/api/v1/users/{user}", ReadService, |call| answered(users::show(call))),
    service(PATCH, "/api/v1/users/{user}", Operate, |call| answered(users::change(call))),
    service(DELETE, "/api/v1/users/{user}", Operate, |call| answered(users::remove(call))),
    service(GET, "/api/v1/namespaces", Enter, |call| answered(namespaces::list(call))),
    service(POST, "/api/v1/namespaces", Operate, |call| answered(namespaces::make(call))),
    service(DELETE, "/api/v1/namespaces/{namespace}", Operate, |call| answered(namespaces::remove(call))),
    namespace(GET, "/api/v1/namespaces/{namespace}", ReadSettings, |call| answered(namespaces::show(call))),
    namespace(PATCH, "/api/v1/namespaces/{namespace}", Administer, |call| answered(namespaces::change(call))),
    namespace(GET, "/api/v1/namespaces/{namespace}/teams", ReadSettings, |call| answered(teams::list(call))),
    namespace(POST, "/api/v1/namespaces/{namespace}/teams", Administer, |call| answered(teams::make(call))),
    namespace(DELETE, "/api/v1/namespaces/{namespace}/teams/{team}", Administer, |call| answered(teams::remove(call))),
    namespace(GET, "/api/v1/namespaces/{namespace}/teams/{team}/members", ReadSettings, |call| answered(teams::members(call))),
    namespace(PUT, "/api/v1/namespaces/{namespace}/teams/{team}/members/{user}", Administer, |call| answered(teams::add(call))),
    namespace(DELETE, "/api/v1/namespaces/{namespace}/teams/{team}/members/{user}", Administer, |call| answered(teams::expel(call))),
    namespace(GET, "/api/v1/namespaces/{namespace}/robots", ReadSettings, |call| answered(robots::list(call))),
    namespace(POST, "/api/v1/namespaces/{namespace}/robots", Administer, |call| answered(robots::make(call))),
    namespace(DELETE, "/api/v1/namespaces/{namespace}/robots/{robot}", Administer, |call| answered(robots::remove(call))),
    namespace(GET, "/api/v1/namespaces/{namespace}/robots/{robot}/tokens", ReadSettings, |call| answered(robots::tokens(call))),
    namespace(POST, "/api/v1/namespaces/{namespace}/robots/{robot}/tokens", Administer, |call| answered(robots::make_token(call))),
    namespace(DELETE, "/api/v1/namespaces/{namespace}/robots/{robot}/tokens/{id}", Administer, |call| answered(robots::revoke_token(call))),
    namespace(GET, "/api/v1/namespaces/{namespace}/permissions", ReadSettings, |call| answered(permissions::list(call))),
    namespace(PUT, "/api/v1/namespaces/{namespace}/permissions/users/{user}", Administer, |call| answered(permissions::grant(call))),
    namespace(DELETE, "/api/v1/namespaces/{namespace}/permissions/users/{user}", Administer, |call| answered(permissions::revoke(call))),
    namespace(PUT, "/api/v1/namespaces/{namespace}/permissions/teams/{team}", Administer, |call| answered(permissions::grant(call))),
    namespace(DELETE, "/api/v1/namespaces/{namespace}/permissions/teams/{team}", Administer, |call| answered(permissions::revoke(call))),
    repository(GET, "/api/v1/repositories/{name..}/permissions", ReadSettings, |call| answered(permissions::list(call))),
    repository(PUT, "/api/v1/repositories/{name..}/permissions/users/{user}", Administer, |call| answered(permissions::grant(call))),
    repository(DELETE, "/api/v1/repositories/{name..}/permissions/users/{user}", Administer, |call| answered(permissions::revoke(call))),
    repository(PUT, "/api/v1/repositories/{name..}/permissions/teams/{team}", Administer, |call| answered(permissions::grant(call))),
    repository(DELETE, "/api/v1/repositories/{name..}/permissions/teams/{team}", Administer, |call| answered(permissions::revoke(call))),
    repository(PUT, "/api/v1/repositories/{name..}/visibility", Administer, |call| answered(permissions::set_visibility(call))),
    service(GET, "/api/v1/audit", ReadService, |call| answered(audit::list(call))),
];

fn answered(reply: impl Future<Output = Reply> + Send + 'static) -> Answer {
    Box::pin(async { reply.await.unwrap_or_else(IntoResponse::into_response) })
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let status = match failure {
            Failure::NotFound(_) => StatusCode::NOT_FOUND,
            Failure::Conflict(_) => StatusCode::CONFLICT,
            Failure::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Failure::Store(error) => return error.into(),
        };
        Self::new(status, failure.to_string())
    }
}

/// The JSON of a body. What is wrong is told by its place alone: it may be a password.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let bytes = limit::read_within(request, BODY_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = "the body is not the JSON object that is expected";
        ApiError::bad_request(format!("{what}: line {line}, column {column}"))
    })
}

/// An answer that nobody keeps.
fn show(status: StatusCode, value: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(value).map_err(|error| ApiError::internal(error.to_string()))?;
    let headers = [
        (axum::http::header::CONTENT_TYPE, "application/json"),
        (axum::http::header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status, headers, body).into_response())
}

fn done() -> Reply {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Changes something, and keeps in the audit what was changed.
async fn change<T: Send + 'static>(
    call: Call,
    what: &'static str,
    object: String,
    work_of: impl FnOnce(&Engine, &Principal) -> Result<T, Failure> + Send + 'static,
) -> Result<T, ApiError> {
    let Call { engine, principal, .. } = call;
    work(&engine, move |engine| {
        let done = work_of(engine, &principal)?;
        super::audit::note_change(engine, &principal, what, &object);
        Ok::<_, Failure>(done)
    })
    .await
}

/// Takes the body out of a request, so that the call can go on without it.
async fn take<T: DeserializeOwned>(call: &mut Call) -> Result<T, ApiError> {
    read(std::mem::take(&mut call.request)).await
}
