//! The catalog in force, for all nodes, and its update operations.
//!
//! The catalog's state is one text that names its segments; it moves forward by one version at a time, in one transaction
//! with the operations that made it. The segments themselves are blobs.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use limpid_core::Digest;
use uuid::Uuid;

use crate::{StoreError, Transaction};

/// The catalog in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCatalog {
    /// Counts from 1.
    pub version: i64,
    /// The state, as the catalog writes it. (Stored compressed.)
    pub state: Vec<u8>,
    /// When it was published, by the database's clock.
    pub published_at: DateTime<Utc>,
}

/// A feed went from one segment to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateOperation {
    /// Its identifier, `ref` in Clair's words.
    pub id: Uuid,
    /// The feed, `updater` in Clair's words.
    pub feed: String,
    /// The segment before; `None` for the first.
    pub before: Option<Digest>,
    /// The segment from then on.
    pub after: Digest,
    /// When.
    pub at: DateTime<Utc>,
    /// Records of the segment.
    pub records: u64,
}

/// The version in force; 0 where nothing was published yet.
pub fn version(_tx: &mut Transaction<'_>) -> Result<i64, StoreError> {
    todo!()
}

/// The catalog in force.
pub fn load(_tx: &mut Transaction<'_>) -> Result<Option<PublishedCatalog>, StoreError> {
    todo!()
}

/// Publishes a state in place of the version `before` (0: none), and the segments that it refers to, whose blobs are kept
/// from garbage collection from now on, while those of segments that it does not name are let go. Returns the new version.
///
/// # Errors
/// [`StoreError::Stale`] where another version is in force by now.
pub fn publish(
    _tx: &mut Transaction<'_>,
    _before: i64,
    _state: &[u8],
    _segments: &[Digest],
) -> Result<i64, StoreError> {
    todo!()
}

/// The segments that the catalog in force names.
pub fn segments(_tx: &mut Transaction<'_>) -> Result<BTreeSet<Digest>, StoreError> {
    todo!()
}

/// Notes an operation, and forgets all but the last `keep` of its feed.
pub fn record_operation(
    _tx: &mut Transaction<'_>,
    _operation: &UpdateOperation,
    _keep: u64,
) -> Result<(), StoreError> {
    todo!()
}

/// The operations of all feeds, newest first; with `latest`, the newest of each feed alone.
pub fn operations(_tx: &mut Transaction<'_>, _latest: bool) -> Result<Vec<UpdateOperation>, StoreError> {
    todo!()
}

/// One operation.
pub fn operation(_tx: &mut Transaction<'_>, _id: Uuid) -> Result<Option<UpdateOperation>, StoreError> {
    todo!()
}

/// Forgets an operation. Whether it was there.
pub fn delete_operation(_tx: &mut Transaction<'_>, _id: Uuid) -> Result<bool, StoreError> {
    todo!()
}
