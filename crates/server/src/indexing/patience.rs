//! How a request waits for its manifest: it looks less and less often, and not for ever where nobody indexes.

use std::time::{Duration, Instant};

use limpid_store::{
    StoreError,
    presence::{self, Purpose},
};

use super::IndexFailure;
use crate::{
    configuration::Role,
    engine::Engine,
    fault,
    limits::{GONE_AFTER_LEASES, INDEXER_WAIT, LONGEST_WAIT_POLL, WAIT_POLL, WAIT_POLL_SHARE},
};

/// The patience of one request.
pub(super) struct Patience {
    begun: Instant,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now() }
    }

    /// How long until it is looked again whether another node has finished the manifest.
    pub(super) fn pause(&self) -> Duration {
        pause_after(self.begun.elapsed())
    }

    /// Whether to go on waiting. Blocks.
    ///
    /// # Errors
    /// [`IndexFailure::NoIndexer`] where it has waited for a while and no process is there that indexes.
    pub(super) fn check(&self, engine: &Engine) -> Result<(), IndexFailure> {
        if self.begun.elapsed() < INDEXER_WAIT || has_indexer(engine)? {
            Ok(())
        } else {
            Err(IndexFailure::NoIndexer)
        }
    }
}

/// Whether a process is there that indexes. Blocks.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn has_indexer(engine: &Engine) -> Result<bool, StoreError> {
    if engine.configuration.roles.contains(&Role::Indexer) {
        return Ok(true);
    }
    let lately = fault::lease() * GONE_AFTER_LEASES;
    engine.database.read(|tx| presence::is_any_seen(tx, Purpose::IndexState, lately))
}

/// The longer it took, the less a little more matters.
fn pause_after(waited: Duration) -> Duration {
    (waited / WAIT_POLL_SHARE).clamp(WAIT_POLL, LONGEST_WAIT_POLL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_looks_less_and_less_often() {
        let pauses = [0, 4, 8, 24, 40, 4_000].map(|seconds| pause_after(Duration::from_secs(seconds)));
        assert_eq!(pauses.map(|pause| pause.as_millis()), [500, 500, 1_000, 3_000, 5_000, 5_000]);
    }
}
