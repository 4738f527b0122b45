//! The public listener: registry, accounts, Quay's API, pages.
//!
//! One table of routes: each says what it does to what. Nobody reaches a handler that [`accounts::authorize`] did not let
//! through, and a path that is not in the table does not exist.

mod call;
pub(crate) mod denial;
mod dispatch;
mod pattern;
mod route;

use std::sync::Arc;

use axum::Router;

pub(crate) use self::{
    call::Call,
    route::{Answer, Face, Handler, Route, Target},
};
use crate::{accounts, engine::Engine, http, pages, quay, registry, security};

/// Every route of the public listener, a face after the other. Of two that match, the first has the request.
pub(crate) const TABLE: &[&[Route]] =
    &[registry::ROUTES, accounts::ROUTES, security::ROUTES, quay::ROUTES, pages::ROUTES];

/// The routes of the public listener.
pub(crate) fn router(engine: Arc<Engine>) -> Router {
    let metrics = Arc::clone(&engine.metrics);
    let routes = Router::new().fallback(move |request| dispatch::dispatch(Arc::clone(&engine), request));
    let routes = http::observe::survive(routes);
    http::observe::observe(crate::introspection::measure(routes, metrics, "public"))
}
