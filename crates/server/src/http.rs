//! HTTP: listeners with limits, who may ask, what both faces share.
//!
//! Nothing that a client does holds this service: every wait for a client ends, and every amount that it sends is bounded.
//! What went wrong is answered in the form that Clair's clients know ([`ApiError`]).

use std::{net::SocketAddr, sync::Arc};

use axum::Router;

use crate::{configuration::Auth, introspection::Metrics};

pub mod auth;
pub mod blocking;
pub mod compression;
pub mod conditional;
mod connection;
pub mod error;
pub mod json;
pub mod limit;
pub mod listener;
pub mod negotiation;
pub mod observe;
mod pulse;
mod stream;
pub mod tls;

pub use blocking::blocking;
pub use error::ApiError;
pub use json::Json;
pub use listener::{Limits, serve};
pub use tls::ServerTls;

/// Who sent a request: an extension of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// What a router is wrapped in.
#[derive(Debug, Clone, Copy)]
pub struct Wrapping<'a> {
    /// The name of the face in metrics.
    pub face: &'static str,
    /// Who may ask; `None`: anybody.
    pub auth: Option<&'a Auth>,
    /// Paths that anybody may ask for all the same.
    pub exempt: &'static [&'static str],
    /// Where requests are counted.
    pub metrics: &'a Arc<Metrics>,
}

/// Wraps the routes of a face in what all faces share: answers to unknown paths and methods, compression, authentication,
/// metrics, and the log. To be called last, because routes that are added later are not wrapped.
pub fn wrap(routes: Router, wrapping: Wrapping<'_>) -> Router {
    let routes = routes.fallback(error::unknown_path).method_not_allowed_fallback(error::method_not_allowed);
    let mut routes = compression::compress(routes);
    if let Some(auth) = wrapping.auth {
        routes = auth::authenticate(routes, auth.clone(), wrapping.exempt);
    }
    let routes = observe::survive(routes);
    let routes = crate::introspection::measure(routes, Arc::clone(wrapping.metrics), wrapping.face);
    observe::observe(routes)
}
