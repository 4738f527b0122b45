//! The registry: `/v2/` of the OCI distribution specification.
//!
//! What is acknowledged is durable; nobody reads a blob but through a repository that has it.

use crate::public::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];
