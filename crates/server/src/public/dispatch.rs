//! The one way in: the table is asked for the route, the accounts for who asks and whether they may, the route for the answer.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Call, Face, Route, TABLE, Target, denial, pattern};
use crate::{
    accounts::{self, Decision, Object, Principal},
    configuration::Role,
    engine::Engine,
    http::blocking,
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
    let Some((route, captures)) = found else { return unknown(&engine, &request, &matching) };
    let head = request_head(&request);
    let object = object(route, captures.get("namespace"), captures.get("name"));
    let (route, captures) = (*route, captures.clone());
    let asked = Arc::clone(&engine);
    let decided = blocking(move || decide(&asked, route, &head, &object)).await;
    let mut response = match decided {
        Ok(Ok((principal, Decision::Allowed))) => {
            (route.handler)(Call { engine, principal, captures, request }).await
        }
        Ok(Ok((principal, decision))) if route.face == Face::Page => {
            pages::refused(&engine, decision, &principal, &request)
        }
        Ok(Ok((_, decision))) => denial::denied(route.face, decision, &engine, &request),
        Ok(Err(error)) => denial::failed(route.face, &error.to_string()),
        Err(error) => error.into_response(),
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

/// A path that nobody has, or not with that method.
fn unknown(engine: &Engine, request: &Request, matching: &[(&Route, pattern::Captures)]) -> Response {
    let Some((first, _)) = matching.first() else {
        let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let is_browser = accept.is_some_and(|kinds| kinds.contains("text/html"));
        return if is_browser { pages::unknown(engine, request) } else { denial::not_found() };
    };
    let methods = matching.iter().flat_map(|(route, _)| route.methods.iter().map(axum::http::Method::as_str));
    let mut response =
        denial::of(first.face, StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "no such method");
    if let Ok(allow) = HeaderValue::from_str(&methods.collect::<Vec<_>>().join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
