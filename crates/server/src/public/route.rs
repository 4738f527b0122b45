//! A route: which requests it is for, what they do, to what, and who answers them.

use std::{future::Future, pin::Pin};

use axum::{http::Method, response::Response};

use super::Call;
use crate::accounts::Action;

/// An answer that is being made.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests that were let through.
pub(crate) type Handler = fn(Call) -> Answer;

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    /// The methods. `HEAD` is named where it is answered.
    pub(crate) methods: &'static [Method],
    /// The path: `{word}` stands for one part of it, `{word..}` for one or more.
    pub(crate) path: &'static str,
    /// What is done.
    pub(crate) action: Action,
    /// To what.
    pub(crate) target: Target,
    /// In whose form refusals are told.
    pub(crate) face: Face,
    /// Who answers.
    pub(crate) handler: Handler,
}

/// To what something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The service as a whole.
    Service,
    /// The namespace that the part `namespace` of the path names.
    Namespace,
    /// The repository that the part `name` of the path names.
    Repository,
}

/// Whose clients ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// Clients of registries: errors of the distribution specification.
    Registry,
    /// Programs: errors in JSON.
    Api,
    /// People: pages; who is not signed in is sent to do so.
    Page,
}
