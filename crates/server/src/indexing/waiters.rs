//! Requests that wait for a manifest: told at once when this process has finished it, and bounded in number.
//!
//! Whoever finishes a manifest hands its report to those who wait for it, so that nobody reads again what was just written.
//! It is told after it was stored, and who waits has joined before he looks or submits: so nothing is missed, apart from what
//! other processes do.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use limpid_core::Digest;
use tokio::sync::watch;

use super::GoodReport;
use crate::limits::WAITING_REQUESTS;

/// What those who wait are told: the report, or nothing where they are to look by themselves.
type Told = Option<Arc<GoodReport>>;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Waiters(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    requests: usize,
    manifests: HashMap<Digest, watch::Sender<Told>>,
}

/// A request that waits.
pub(super) struct Waiter {
    waiting: Arc<Mutex<Waiting>>,
    manifest: Digest,
    told: watch::Receiver<Told>,
}

impl Waiters {
    /// One more request that waits for this manifest; `None` where there are too many.
    pub(super) fn join(&self, manifest: &Digest) -> Option<Waiter> {
        let mut waiting = lock(&self.0);
        if waiting.requests >= WAITING_REQUESTS {
            return None;
        }
        waiting.requests += 1;
        let told = waiting.manifests.entry(manifest.clone()).or_default().subscribe();
        Some(Waiter { waiting: Arc::clone(&self.0), manifest: manifest.clone(), told })
    }

    /// Tells everybody who waits for this manifest, if anybody does.
    pub(super) fn tell(&self, manifest: &Digest, report: Told) {
        if let Some(told) = lock(&self.0).manifests.get(manifest) {
            told.send_replace(report);
        }
    }
}

impl Waiter {
    /// Returns when this process has finished the manifest after this joined, with what it made.
    pub(super) async fn told(&mut self) -> Told {
        match self.told.changed().await {
            Ok(()) => self.told.borrow_and_update().clone(),
            // Nobody tells any more: there is no such time while this waits, and looking does no harm.
            Err(_closed) => None,
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut waiting = lock(&self.waiting);
        waiting.requests -= 1;
        // This one's own is still there.
        if waiting.manifests.get(&self.manifest).is_some_and(|told| told.receiver_count() <= 1) {
            waiting.manifests.remove(&self.manifest);
        }
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_is_told_of_his_manifest_and_of_what_ends_after_he_came() {
        let waiters = Waiters::default();
        let [first, second] = [b"1", b"2"].map(|bytes| Digest::of(bytes));
        let mut early = waiters.join(&first).unwrap();
        waiters.tell(&second, None);
        assert!(!early.told.has_changed().unwrap(), "it was another manifest");
        waiters.tell(&first, None);
        let late = waiters.join(&first).unwrap();
        assert!(!late.told.has_changed().unwrap(), "it ended before he came");
        assert_eq!(early.told().await, None);
        drop(early);
        assert!(lock(&waiters.0).manifests.contains_key(&first), "somebody still waits");
        drop(late);
        let left = lock(&waiters.0);
        assert_eq!((left.requests, left.manifests.len()), (0, 0));
    }

    #[test]
    fn there_is_room_for_so_many() {
        let waiters = Waiters::default();
        let manifest = Digest::of(b"1");
        let mut all: Vec<Waiter> = (0..WAITING_REQUESTS).map(|_| waiters.join(&manifest).unwrap()).collect();
        assert!(waiters.join(&manifest).is_none());
        drop(all.pop());
        assert!(waiters.join(&manifest).is_some());
    }
}
