//! The one way in: the table is asked for the route, the accounts for who asks and whether they may, the route for the answer.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{Call, Face, Route, TABLE, Target, denial, pattern};
use crate::{
    accounts::{self, Decision, Object, Principal},
    configuration::Role,
    engine::Engine,
    http::{ApiError, blocking},
    limits::RETRY_SECONDS,
    pages,
};

/// Answers a request.
pub(super) async fn dispatch(engine: Arc<Engine>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let matching: Vec<_> = TABLE
        .iter()
        .flat_map(|face| face.iter())
        .filter(|route| is_served(&engine, route.face))
        .filter_map(|route| Some((route, pattern::matches(route.path, &path)?)))
        .collect();
    let found = matching.iter().find(|(route, _)| route.methods.contains(request.method()));
    let Some((route, captures)) = found else { return unknown(&engine, request, &matching).await };
    let head = request_head(&request);
    let object = object(route, captures.get("namespace"), captures.get("name"));
    let (route, captures) = (*route, captures.clone());
    let asked = Arc::clone(&engine);
    let decided = blocking(move || decide(&asked, route, &head, &object)).await;
    let mut response = match decided {
        Ok(Ok((principal, Decision::Allowed))) => {
            (route.handler)(Call { engine, principal, captures, request }).await
        }
        Ok(Ok((Principal::Waiting(pause), _refused))) => denial::later(route.face, pause),
        Ok(Ok((principal, decision))) if route.face == Face::Page => {
            pages::refused(&engine, decision, &principal, &request)
        }
        Ok(Ok((_, decision))) => denial::denied(route.face, decision, &engine, &request),
        Ok(Err(error)) => {
            failed(&engine, route.face, &request, &error.to_string(), StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(error) => failed(&engine, route.face, &request, &error.to_string(), error.status()),
    };
    if route.face == Face::Registry {
        // How clients know a registry from anything else, also where they are refused.
        response.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    }
    response
}

const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// Whether this process has the role that a face needs.
fn is_served(engine: &Engine, face: Face) -> bool {
    let roles = &engine.configuration.roles;
    match face {
        Face::Registry => roles.contains(&Role::Registry),
        Face::Page => roles.contains(&Role::Ui),
        Face::Api => true,
    }
}

/// What authentication may look at.
fn request_head(request: &Request) -> axum::http::request::Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.method = request.method().clone();
    parts.uri = request.uri().clone();
    parts.headers = request.headers().clone();
    if let Some(peer) = request.extensions().get::<crate::http::Peer>() {
        parts.extensions.insert(*peer);
    }
    parts
}

fn object(route: &Route, namespace: &str, name: &str) -> Object {
    match route.target {
        Target::Service => Object::Service,
        Target::Namespace => Object::Namespace(namespace.to_owned()),
        Target::Repository => Object::Repository(name.to_owned()),
    }
}

fn decide(
    engine: &Engine,
    route: &Route,
    head: &axum::http::request::Parts,
    object: &Object,
) -> Result<(Principal, Decision), limpid_store::StoreError> {
    accounts::admit(engine, head, route.action, object)
}

/// A request of which it could not be told who sends it, in the form of the face. Whoever has a browser sees a page.
fn failed(engine: &Engine, face: Face, request: &Request, why: &str, status: StatusCode) -> Response {
    if face != Face::Page {
        return denial::failed(face, status, why);
    }
    tracing::error!("{why}");
    let error = ApiError::new(status, denial::UNDECIDED).retry_after(RETRY_SECONDS);
    pages::failed(engine, &Principal::Anonymous, request, &error)
}

/// A path that nobody has, or not with that method.
async fn unknown(
    engine: &Arc<Engine>,
    request: Request,
    matching: &[(&Route, pattern::Captures)],
) -> Response {
    let Some((first, _)) = matching.first() else {
        let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let is_browser = accept.is_some_and(|kinds| kinds.contains("text/html"));
        let is_shown = is_browser && is_served(engine, Face::Page);
        if !is_shown {
            return denial::not_found();
        }
        let visitor = visitor(engine, request_head(&request)).await;
        return pages::unknown(engine, &visitor, &request);
    };
    let methods = matching.iter().flat_map(|(route, _)| route.methods.iter().map(axum::http::Method::as_str));
    let mut response = match first.face {
        Face::Page => {
            let error = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, NO_SUCH_METHOD);
            let visitor = visitor(engine, request_head(&request)).await;
            pages::failed(engine, &visitor, &request, &error)
        }
        Face::Api | Face::Registry => {
            denial::of(first.face, StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", NO_SUCH_METHOD)
        }
    };
    if let Ok(allow) = HeaderValue::from_str(&methods.collect::<Vec<_>>().join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

const NO_SUCH_METHOD: &str = "no such method";

/// Who looks at a page that says what went wrong: its frame is theirs. Where that cannot be told, nobody does.
async fn visitor(engine: &Arc<Engine>, head: axum::http::request::Parts) -> Principal {
    let engine = Arc::clone(engine);
    let known = blocking(move || accounts::authenticate(&engine, &head)).await;
    match known {
        Ok(Ok(principal)) => principal,
        Ok(Err(error)) => {
            tracing::warn!("who looks at a page is not known: {error}");
            Principal::Anonymous
        }
        Err(_ends) => Principal::Anonymous,
    }
}
