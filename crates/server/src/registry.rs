//! The registry: `/v2/` of the OCI distribution specification.
//!
//! What is acknowledged is durable; nobody reads a blob but through a repository that has it.

use crate::public::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];

/// A manifest that is being pushed.
#[derive(Debug, Clone)]
pub(crate) struct PushedManifest {
    /// The repository, by number.
    pub(crate) repository: i64,
    /// Its digest.
    pub(crate) digest: limpid_core::Digest,
}
