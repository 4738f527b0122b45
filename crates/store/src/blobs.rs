//! Blobs: immutable bytes named by their digest, in a directory or in S3-compatible storage.
//!
//! A blob is there as a whole or not at all, and what was acknowledged survives a power cut. Its row in the database is
//! written first and removed last, so nothing in storage is ever without one: what a process that was killed left is
//! found by garbage collection. Bytes that are read back are checked against their digest.
//!
//! # Why nothing that is referred to is ever removed
//!
//! A row is *free* or *claimed* by who removes its blob; the database changes it in one step, so all nodes agree.
//!
//! 1. **A put makes the row free and fresh before it touches the storage, and notes at its end that the blob is stored**,
//!    which fails where the row was claimed meanwhile; then it begins anew. Where the row is claimed at its beginning it
//!    waits until it is gone. A free row can be claimed only when it was not touched for the grace and nothing refers to
//!    it. So what a put has acknowledged stays for the grace. Who begins to refer to a blob touches its row in the same
//!    transaction, which fails unless the row is free and says that the blob is stored (`bytes >= 0`).
//!    Both are written soon ([`Database::write_soon`]): a power cut may leave bytes whose row is gone, which are garbage as any other,
//!    but no row of what refers to them.
//! 2. **The storage is touched by a remover only under a claim that it has just renewed**, for one blob, and for no longer
//!    than [`limits::BLOB_REMOVAL_TIME`]. A put never writes while the row is claimed, so the two never meet.
//! 3. **A claim ends when its row is removed, or is taken over** by another process. That happens only when the claim is
//!    older than [`limits::BLOB_CLAIM_AGE`] by the database's clock, and who takes it has moreover seen it unchanged for a while
//!    by its own ([`limits::BLOB_CLAIM_OBSERVATION`]): whoever made it has ended, been killed, or given up. Of several who take it one succeeds.
//! 4. **What is in storage without a row is given a claimed row first**, then removed by the same rules. A put that comes in
//!    between finds the claim and waits.
//!
//! What is left is a process that is stopped between the renewal of its claim and the removal that follows at once, for
//! minutes, while others run on. It finds its claim gone afterwards and fails; the blob is then missing, which is an error
//! for who reads it ([`BlobError::Missing`]) and never other bytes.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use limpid_core::Digest;

use self::{address::Keys, garbage::Walk, storage::Storage};
use crate::{Database, StoreError, limits};

mod address;
mod cache;
mod checked;
mod directory;
mod files;
mod garbage;
mod part;
mod probe;
mod put;
mod rows;
mod s3;
mod storage;
#[cfg(test)]
mod tests;
mod writer;

pub use self::{part::BlobPart, probe::probe, writer::BlobWriter};

/// Where blobs are kept. Cheap to clone; serves many threads.
#[derive(Clone)]
pub struct Blobs {
    database: Database,
    storage: Arc<Storage>,
    timing: Timing,
    walk: Arc<Mutex<Walk>>,
}

/// How long is waited for what. The default is of [`limits`]; tests scale it down.
#[derive(Debug, Clone, Copy)]
struct Timing {
    /// [`limits::BLOB_GRACE`].
    grace: Duration,
    /// [`limits::BLOB_CLAIM_AGE`].
    claim_age: Duration,
    /// [`limits::BLOB_CLAIM_OBSERVATION`].
    claim_observation: Duration,
    /// [`limits::BLOB_PUT_PATIENCE`].
    put_patience: Duration,
}

/// What went wrong, by what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no such blob.
    #[error("blob {0} is missing")]
    Missing(Digest),
    /// The stored bytes are not those that were put. To be made again.
    #[error("blob {0} is damaged")]
    Damaged(Digest),
    /// The storage does not answer, or has no room. To be tried again later.
    #[error("the storage of blobs is not available: {0}")]
    Unavailable(String),
    /// The address, or what it leads to, cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// The database's side of it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blobs {
    /// Opens the storage at an address: a directory (`file:DIR` or a bare path), or `s3://BUCKET/PREFIX` with
    /// `?endpoint=…&region=…&allow_http=true&path_style=true`; keys come from `AWS_ACCESS_KEY_ID` and
    /// `AWS_SECRET_ACCESS_KEY`. `cache` is a directory for copies of blobs that are far away, of at most `cache_bytes`.
    ///
    /// An S3 server need not answer yet. Nothing here may be called by a thread of an asynchronous runtime.
    ///
    /// # Errors
    /// [`BlobError::Unusable`].
    pub fn open(
        address: &str,
        database: Database,
        cache: &Path,
        cache_bytes: u64,
    ) -> Result<Self, BlobError> {
        Ok(Self::on(Storage::open(address, cache, cache_bytes, Keys::from_environment)?, database))
    }

    /// The same blobs with another grace than [`limits::BLOB_GRACE`]; see [`Blobs::collect_garbage`].
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.timing.grace = grace;
        self
    }

    /// The same blobs with another age than [`limits::BLOB_CLAIM_AGE`] at which a claim to remove one is taken over, for tests of
    /// processes that are killed.
    #[must_use]
    pub fn with_claim_age(mut self, age: Duration) -> Self {
        self.timing.claim_age = age;
        self.timing.claim_observation = age.min(self.timing.claim_observation);
        self
    }

    /// Puts the bytes of a file, which stays where it is and must not change any more. Durable when it returns. Returns
    /// its digest (SHA-256). What is not referred to within the grace is collected.
    ///
    /// Where the blob is there already it is replaced: putting mends what was damaged.
    pub fn put_file(&self, path: &Path) -> Result<Digest, BlobError> {
        self.put(path)
    }

    /// Opens a blob for reading; its bytes have been checked against the digest since this process began.
    pub fn open_file(&self, digest: &Digest) -> Result<File, BlobError> {
        self.storage.get(digest)
    }

    /// Opens a part of a blob of so many bytes, `whole`. What is far away and large is read from there as it comes, and so not checked
    /// against the digest; everything else is, as by [`Blobs::open_file`].
    ///
    /// # Errors
    /// As [`Blobs::open_file`].
    pub fn open_part(
        &self,
        digest: &Digest,
        whole: u64,
        from: u64,
        bytes: u64,
    ) -> Result<BlobPart, BlobError> {
        self.storage.part(digest, whole, from, bytes)
    }

    /// Puts a blob's bytes in a file at `path`, which must not exist: a link where that can be, else a copy. Durable. As a
    /// link it must not be written to.
    pub fn fetch_to(&self, digest: &Digest, path: &Path) -> Result<(), BlobError> {
        self.storage.fetch_to(digest, path)
    }

    /// How long a blob is, in bytes, as the storage says; `None` where it is missing. Its bytes are not looked at.
    pub fn length(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        self.storage.length(digest)
    }

    /// An address at which anybody may read a blob for that long, from the storage itself; `None` where it has none. Whether the
    /// blob is there is not looked at.
    pub fn presigned(&self, digest: &Digest, time: Duration) -> Result<Option<url::Url>, BlobError> {
        self.storage.presigned(digest, time)
    }

    /// Whether the storage answers.
    pub fn ping(&self) -> Result<(), BlobError> {
        self.storage.ping()
    }

    /// Removes blobs that nothing has referred to for the grace ([`crate::limits`]), a bounded number at a time. Returns how
    /// many, and whether there may be more. Safe beside everything else, on any number of nodes.
    pub fn collect_garbage(&self) -> Result<(u64, bool), BlobError> {
        self.collect()
    }

    fn on(storage: Storage, database: Database) -> Self {
        let timing = Timing {
            grace: limits::BLOB_GRACE,
            claim_age: limits::BLOB_CLAIM_AGE,
            claim_observation: limits::BLOB_CLAIM_OBSERVATION,
            put_patience: limits::BLOB_PUT_PATIENCE,
        };
        Self { database, storage: Arc::new(storage), timing, walk: Arc::default() }
    }
}
