//! Quay's API: the report of a manifest, tags with their security, notifications of a repository.
//!
//! It translates; what it tells is decided by `security`.

use crate::public::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];
