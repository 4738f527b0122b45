//! Requests that wait for a manifest: told at once when this process has finished it, and bounded in number.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use limpid_core::Digest;
use tokio::sync::broadcast;

use crate::limits::WAITING_REQUESTS;

/// Manifests that are finished while nobody listens; who lags behind looks by himself.
const REMEMBERED: usize = 1024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Waiters {
    waiting: Arc<AtomicUsize>,
    finished: broadcast::Sender<Digest>,
}

/// A request that waits.
pub(super) struct Waiter {
    waiting: Arc<AtomicUsize>,
    pub(super) finished: broadcast::Receiver<Digest>,
}

impl Default for Waiters {
    fn default() -> Self {
        Self { waiting: Arc::default(), finished: broadcast::Sender::new(REMEMBERED) }
    }
}

impl Waiters {
    /// One more request that waits; `None` where there are too many.
    pub(super) fn join(&self) -> Option<Waiter> {
        let waiting = Arc::clone(&self.waiting);
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let waiter = Waiter { waiting, finished: self.finished.subscribe() };
        (before < WAITING_REQUESTS).then_some(waiter)
    }

    /// Tells everybody who waits for this manifest, if anybody does.
    pub(super) fn tell(&self, manifest: &Digest) {
        drop(self.finished.send(manifest.clone()));
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
