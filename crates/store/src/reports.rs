//! Index reports: the last good one of each manifest, and what became of the last attempt to make one.
//!
//! A good report stays until a new one is complete; an attempt that fails takes nothing away.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{StoreError, Transaction, packages::PackageKey};

/// A good index report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// The manifest.
    pub manifest: Digest,
    /// The index state that it was made in.
    pub index_state: Digest,
    /// Whether it was made from all that this state wants of the layers. Where not, submitting the manifest again mends it.
    pub is_complete: bool,
    /// Digest of [`StoredReport::json`].
    pub digest: Digest,
    /// When it was stored, by the database's clock. Ignored by [`save`].
    pub indexed_at: DateTime<Utc>,
    /// The report, `limpid/index/1`. (Stored compressed.)
    pub json: Vec<u8>,
}

/// What became of the last attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// How it went.
    pub state: AttemptState,
    /// Why it failed; empty where it did not.
    pub error: String,
    /// How many attempts failed one after the other.
    pub failures: u64,
    /// When that was, by the database's clock. Ignored by [`record_attempt`].
    pub at: DateTime<Utc>,
    /// When it is tried again by itself.
    pub next_at: Option<DateTime<Utc>>,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// It waits for a worker, or is being worked on.
    Waiting,
    /// There is a report.
    Finished,
    /// It failed.
    Failed,
}

/// Stores a report in place of the one before, its packages in the inverted index, and that the attempt is finished.
///
/// Nothing is stored, and `false` returned, where the manifest was deleted meanwhile.
pub fn save(
    _tx: &mut Transaction<'_>,
    _report: &StoredReport,
    _packages: &[PackageKey],
) -> Result<bool, StoreError> {
    todo!()
}

/// The last good report of a manifest.
pub fn load(_tx: &mut Transaction<'_>, _manifest: &Digest) -> Result<Option<StoredReport>, StoreError> {
    todo!()
}

/// A good report without its text: what an `ETag` needs.
pub fn load_head(_tx: &mut Transaction<'_>, _manifest: &Digest) -> Result<Option<ReportHead>, StoreError> {
    todo!()
}

/// See [`load_head`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHead {
    /// The index state that it was made in.
    pub index_state: Digest,
    /// See [`StoredReport::is_complete`].
    pub is_complete: bool,
    /// Digest of the report's text.
    pub digest: Digest,
}

/// The good reports of these manifests, given by their numbers in the inverted index. Those that are gone are left out.
pub fn load_numbered(_tx: &mut Transaction<'_>, _numbers: &[i64]) -> Result<Vec<StoredReport>, StoreError> {
    todo!()
}

/// What became of the last attempt; `None` where the manifest is not known.
pub fn attempt(_tx: &mut Transaction<'_>, _manifest: &Digest) -> Result<Option<Attempt>, StoreError> {
    todo!()
}

/// Notes what became of an attempt. Nothing is noted of a manifest that is not known.
pub fn record_attempt(
    _tx: &mut Transaction<'_>,
    _manifest: &Digest,
    _attempt: &Attempt,
) -> Result<(), StoreError> {
    todo!()
}

/// Up to `most` manifests whose report was made in another index state than this one, the oldest report first, and that
/// have no unfinished job of kind re-index.
pub fn stale(
    _tx: &mut Transaction<'_>,
    _index_state: &Digest,
    _most: u64,
) -> Result<Vec<Digest>, StoreError> {
    todo!()
}

/// Counts of manifests, for people who watch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportCounts {
    /// With a report of this index state.
    pub current: u64,
    /// With a report of another.
    pub stale: u64,
    /// Whose last attempt failed.
    pub failed: u64,
    /// Without any report.
    pub missing: u64,
}

/// How many manifests have a report of this index state.
pub fn counts(_tx: &mut Transaction<'_>, _index_state: &Digest) -> Result<ReportCounts, StoreError> {
    todo!()
}
