//! Keeps what this process holds: jobs and leases are renewed while somebody works under them.
//!
//! Who works under something asks [`Held::is_lost`] now and then and gives up early; what makes it safe is that every
//! write checks the fencing number itself.
//!
//! What ends is told here before the row is: a job that is not to be renewed because it has just ended is not lost.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use limpid_store::{
    Database, StoreError, Transaction,
    jobs::{self, ClaimedJob},
    leases::{self, Lease},
};

use super::Engine;
use crate::fault::lease as lease_time;

/// Something that is held.
#[derive(Debug)]
pub(crate) struct Held {
    what: What,
    lost: AtomicBool,
    /// Whether its end is being stored, or was.
    ends: AtomicBool,
}

#[derive(Debug)]
enum What {
    Job(ClaimedJob),
    Lease(Lease),
}

/// All that this process holds.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat(Mutex<Vec<Weak<Held>>>);

impl Held {
    /// Whether it is in other hands by now: whatever is still done will not be stored.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Ends the job ([`jobs::finish`]).
    pub(crate) fn finish(&self, tx: &mut Transaction<'_>, job: &ClaimedJob) -> Result<(), StoreError> {
        self.end();
        jobs::finish(tx, job)
    }

    /// Gives the job back to be begun again after a while ([`jobs::retry`]).
    pub(crate) fn retry(
        &self,
        tx: &mut Transaction<'_>,
        job: &ClaimedJob,
        error: &str,
        delay: Duration,
    ) -> Result<(), StoreError> {
        self.end();
        jobs::retry(tx, job, error, delay)
    }

    /// Gives the job up ([`jobs::fail`]).
    pub(crate) fn fail(
        &self,
        tx: &mut Transaction<'_>,
        job: &ClaimedJob,
        error: &str,
    ) -> Result<(), StoreError> {
        self.end();
        jobs::fail(tx, job, error)
    }

    /// It is renewed all the same until it is dropped: the end may not be stored at the first try.
    fn end(&self) {
        self.ends.store(true, Ordering::SeqCst);
    }
}

impl Heartbeat {
    /// Renews a job until what is returned is dropped.
    pub(crate) fn job(&self, job: &ClaimedJob) -> Arc<Held> {
        self.add(What::Job(job.clone()))
    }

    fn add(&self, what: What) -> Arc<Held> {
        let held = Arc::new(Held { what, lost: AtomicBool::new(false), ends: AtomicBool::new(false) });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&held));
        held
    }

    /// Renews everything that is held.
    pub(crate) fn beat(&self, database: &Database) {
        let held: Vec<Arc<Held>> = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|held| held.strong_count() > 0);
            all.iter().filter_map(Weak::upgrade).collect()
        };
        for held in held {
            let renewed = database.write(|tx| match &held.what {
                What::Job(job) => jobs::renew(tx, job, lease_time()),
                What::Lease(lease) => leases::renew(tx, lease, lease_time()),
            });
            match renewed {
                Ok(()) => {}
                // Somebody else's it cannot be by now without the end that is being stored hearing of it.
                Err(StoreError::Stale(_)) if held.ends.load(Ordering::SeqCst) => {}
                Err(StoreError::Stale(what)) => {
                    tracing::warn!("{what} is in other hands by now");
                    held.lost.store(true, Ordering::Relaxed);
                }
                // Tried again at the next beat; if that is too late, the write at the end is refused.
                Err(error) => tracing::warn!("what this process holds cannot be renewed: {error}"),
            }
        }
    }
}

/// A lease that is held until this is dropped.
pub(crate) struct LeaseGuard<'a> {
    engine: &'a Engine,
    lease: Lease,
    held: Arc<Held>,
}

impl Engine {
    /// Takes a lease; waits for it as long as `patience`. `None` where it stays in other hands, or the process ends.
    pub(crate) fn lease(&self, name: &str, patience: Duration) -> Result<Option<LeaseGuard<'_>>, StoreError> {
        let begun = Instant::now();
        loop {
            let lease = self.database.write(|tx| leases::acquire(tx, name, &self.node.name, lease_time()))?;
            if let Some(lease) = lease {
                let held = self.heartbeat.add(What::Lease(lease.clone()));
                return Ok(Some(LeaseGuard { engine: self, lease, held }));
            }
            if begun.elapsed() >= patience || !self.bell.pause(crate::limits::LEASE_POLL) {
                return Ok(None);
            }
        }
    }
}

impl LeaseGuard<'_> {
    /// Makes sure, within a transaction, that the lease is held when it commits.
    pub(crate) fn hold(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        leases::hold(tx, &self.lease)
    }

    /// Whether it is in other hands by now.
    pub(crate) fn is_lost(&self) -> bool {
        self.held.is_lost()
    }
}

impl Drop for LeaseGuard<'_> {
    fn drop(&mut self) {
        self.held.end();
        if let Err(error) = self.engine.database.write(|tx| leases::release(tx, &self.lease)) {
            tracing::debug!("the lease {} runs out by itself: {error}", self.lease.name);
        }
    }
}

#[cfg(test)]
mod tests;
