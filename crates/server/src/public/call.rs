//! A request that was let through, with what its handler needs.

use std::sync::Arc;

use axum::extract::Request;

use super::pattern::Captures;
use crate::{accounts::Principal, engine::Engine};

/// A request that was let through.
pub(crate) struct Call {
    /// The engine.
    pub(crate) engine: Arc<Engine>,
    /// Who asks.
    pub(crate) principal: Principal,
    /// What the words of the route's path stand for.
    pub(crate) captures: Captures,
    /// The request; its body is not limited yet.
    pub(crate) request: Request,
}
