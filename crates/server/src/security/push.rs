//! What a push leaves in its own transaction: a state, and for an image the job that indexes it.
//!
//! So nothing that was acknowledged is without a state, and nobody has to ask for it.

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    jobs::{self, JobKind},
    security::{self, PushState},
};

use super::{contents::Contents, events::VULNERABILITY_FOUND, summarize};
use crate::{engine::Engine, indexing, limits::TELL_FAILURES};

/// Below the priority of everybody who waits for an answer. Above it counts when it was pushed: the newest goes first.
const PRIORITY: i64 = -10_000_000_000;

/// Notes what is pushed, in the transaction of the push, after its row. `new_in` is the repository, by number, that did not have it
/// before: where its findings are known from elsewhere, it is told of them too.
///
/// # Errors
/// Those of the database; [`StoreError::Stale`] where the row is not there.
pub(crate) fn note_push(
    tx: &mut Transaction<'_>,
    digest: &Digest,
    new_in: Option<i64>,
) -> Result<(), StoreError> {
    let body =
        security::manifest_body(tx, digest)?.ok_or(StoreError::Stale("the manifest that is pushed"))?;
    let was_known = security::is_queued(tx, digest)?;
    note(tx, digest, &Contents::parse(digest, &body), false)?;
    let Some(repository) = new_in.filter(|_| was_known) else { return Ok(()) };
    if !security::wanting(tx, repository, VULNERABILITY_FOUND, TELL_FAILURES)?.is_empty() {
        security::note_untold(tx, repository, digest)?;
        // One that is under way is made anew: it may have looked already who is to be told.
        jobs::submit(tx, &summarize::job(digest, summarize::OF_REPORTS))?;
    }
    Ok(())
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
    engine.bell.ring(JobKind::Summarize);
    engine.bell.ring(JobKind::Tell);
}
