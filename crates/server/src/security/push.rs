//! What a push leaves in its own transaction: a state, and for an image the job that indexes it.
//!
//! So nothing that was acknowledged is without a state, and nobody has to ask for it.

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    jobs::JobKind,
    security::{self, PushState},
};

use super::contents::Contents;
use crate::{engine::Engine, indexing};

/// Below the priority of everybody who waits for an answer. Above it counts when it was pushed: the newest goes first.
const PRIORITY: i64 = -10_000_000_000;

/// Notes what is pushed, in the transaction of the push, after its row.
///
/// # Errors
/// Those of the database; [`StoreError::Stale`] where the row is not there.
pub(crate) fn note_push(tx: &mut Transaction<'_>, digest: &Digest) -> Result<(), StoreError> {
    let body =
        security::manifest_body(tx, digest)?.ok_or(StoreError::Stale("the manifest that is pushed"))?;
    note(tx, digest, &Contents::parse(digest, &body), false)
}

/// Notes what a digest is. `is_wanted_anew`: also where there is a report of it.
pub(super) fn note(
    tx: &mut Transaction<'_>,
    digest: &Digest,
    contents: &Contents,
    is_wanted_anew: bool,
) -> Result<(), StoreError> {
    match contents {
        Contents::Image(manifest) => {
            security::note(tx, digest, &PushState::Queued)?;
            let priority = PRIORITY.saturating_add(tx.now()?.timestamp());
            indexing::enqueue_pushed(tx, manifest, priority, is_wanted_anew)
        }
        Contents::Index(children) => {
            security::note(tx, digest, &PushState::Index)?;
            security::set_children(tx, digest, children)
        }
        Contents::Other(state) => security::note(tx, digest, state),
    }
}

/// Wakes whoever indexes, after a push was committed.
pub(crate) fn pushed(engine: &Engine) {
    engine.bell.ring(JobKind::Index);
    engine.bell.ring(JobKind::Tell);
}
