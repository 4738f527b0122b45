//! Blobs: immutable bytes named by their digest, in a directory or in S3-compatible storage.
//!
//! A blob is there as a whole or not at all, and what was acknowledged survives a power cut. Its row in the database is
//! written first and removed last, so nothing in storage is ever without one: what a process that was killed left is
//! found by garbage collection. Bytes that are read back are checked against their digest.

use std::{fs::File, path::Path};

use limpid_core::Digest;

use crate::{Database, StoreError};

/// Where blobs are kept. Cheap to clone; serves many threads.
#[derive(Clone)]
pub struct Blobs {}

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
    pub fn open(
        _address: &str,
        _database: Database,
        _cache: &Path,
        _cache_bytes: u64,
    ) -> Result<Self, BlobError> {
        todo!()
    }

    /// Puts the bytes of a file, which stays where it is and must not change any more. Durable when it returns. Returns
    /// its digest (SHA-256). What is not referred to within the grace is collected.
    pub fn put_file(&self, _path: &Path) -> Result<Digest, BlobError> {
        todo!()
    }

    /// Opens a blob for reading; its bytes have been checked against the digest since this process began.
    pub fn open_file(&self, _digest: &Digest) -> Result<File, BlobError> {
        todo!()
    }

    /// Puts a blob's bytes in a file at `path`, which must not exist: a link where that can be, else a copy. Durable.
    pub fn fetch_to(&self, _digest: &Digest, _path: &Path) -> Result<(), BlobError> {
        todo!()
    }

    /// Whether the storage answers.
    pub fn ping(&self) -> Result<(), BlobError> {
        todo!()
    }

    /// Removes blobs that nothing has referred to for the grace ([`crate::limits`]), a bounded number at a time. Returns how
    /// many, and whether there may be more. Safe beside everything else, on any number of nodes.
    pub fn collect_garbage(&self) -> Result<(u64, bool), BlobError> {
        todo!()
    }
}
