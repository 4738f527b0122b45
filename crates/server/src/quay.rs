//! Quay's API: the report of a manifest, tags with their security, notifications of a repository.
//!
//! It translates; what it tells is decided by `security`. Quay has no word for what was not judged, so each blind spot that counts is
//! a vulnerability of severity Unknown here: a client that knows Quay's fields alone never sees an unproven image as clean.

mod capabilities;
mod features;
mod manifest_security;
mod notifications;
pub(crate) mod severity;
mod tags;

use crate::public::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[
    capabilities::ROUTE,
    manifest_security::ROUTE,
    tags::ROUTE,
    notifications::LIST,
    notifications::CREATE,
    notifications::FIND,
    notifications::RESET,
    notifications::DELETE,
    notifications::TEST,
];
