//! The security of what was pushed: queued with the push, indexed, judged, and told, by digest.
//!
//! Its state is a value with a reason, never an empty success.

use limpid_core::Digest;
use limpid_store::{StoreError, Transaction};

use crate::{engine::Engine, public::Route, registry::PushedManifest};

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];

/// Notes what is pushed, in the transaction of the push, after its row.
///
/// # Errors
/// Those of the database.
pub(crate) fn note_push(_tx: &mut Transaction<'_>, pushed: &PushedManifest) -> Result<(), StoreError> {
    tracing::debug!(repository = pushed.repository, digest = %pushed.digest, "pushed");
    Ok(())
}

/// Wakes whoever indexes, after a push was committed.
pub(crate) fn pushed(_engine: &Engine, digest: &Digest) {
    tracing::debug!(%digest, "stored");
}
