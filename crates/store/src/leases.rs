//! Leases: only one process at a time does what is called so.
//!
//! A lease runs out by the database's clock unless it is renewed, and each holder gets a fencing number that is larger
//! than that of the one before: who was stopped and wakes up finds that its number no longer counts.

use std::time::Duration;

use crate::{StoreError, Transaction};

/// A lease that was got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is about, such as `update` or `layer sha256:…`.
    pub name: String,
    /// Who holds it.
    pub holder: String,
    /// Larger than that of every holder before.
    pub fence: i64,
}

/// Takes a lease if nobody has it, or who had it let it run out. The same holder may not take it twice.
pub fn acquire(
    _tx: &mut Transaction<'_>,
    _name: &str,
    _holder: &str,
    _time: Duration,
) -> Result<Option<Lease>, StoreError> {
    todo!()
}

/// Holds a lease for so long from now.
///
/// # Errors
/// [`StoreError::Stale`] where it is in other hands, or ran out and was given up.
pub fn renew(_tx: &mut Transaction<'_>, _lease: &Lease, _time: Duration) -> Result<(), StoreError> {
    todo!()
}

/// Makes sure that the lease is still held when this transaction commits.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn hold(_tx: &mut Transaction<'_>, _lease: &Lease) -> Result<(), StoreError> {
    todo!()
}

/// Gives a lease back. One that is in other hands is left there.
pub fn release(_tx: &mut Transaction<'_>, _lease: &Lease) -> Result<(), StoreError> {
    todo!()
}

/// Gives back every lease of a holder that was killed.
pub fn abandon(_tx: &mut Transaction<'_>, _holder: &str) -> Result<u64, StoreError> {
    todo!()
}
