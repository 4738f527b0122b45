//! Garbage: rows that nobody needs any more.
//!
//! What is removed can be had again or was asked to be removed; nothing that a manifest still needs is touched.

use crate::{StoreError, Transaction};

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Evidence of layers that no manifest has, and of older revisions where there is one of this revision.
    pub evidence: u64,
    /// Jobs that ended long ago.
    pub jobs: u64,
    /// Names of packages that no manifest has.
    pub packages: u64,
    /// Notifications that nobody has read for long.
    pub notifications: u64,
}

/// Removes a bounded number of rows. `revision` is that of what is read of layers now. To be called again while it removes
/// anything.
pub fn collect(_tx: &mut Transaction<'_>, _revision: &str) -> Result<Collected, StoreError> {
    todo!()
}
