//! Storage: where the bytes are, without the database.
//!
//! A blob is there as a whole or not at all. Whoever puts one that is there replaces it, so that putting always mends what
//! was damaged; both have the same bytes, and who reads the old one goes on.

use std::{fs::File, path::Path, time::Duration};

use limpid_core::Digest;
use tempfile::{NamedTempFile, TempPath};
use url::Url;

use super::{
    BlobError,
    address::{Address, Keys},
    directory::Directory,
    s3::Bucket,
};

/// A place for blobs.
pub(super) enum Storage {
    /// A directory, of this machine or shared.
    Directory(Directory),
    /// A bucket of an S3-compatible server, with copies on this machine.
    Bucket(Box<Bucket>),
}

/// A file that is about to be put. Its digest has been computed.
pub(super) struct Staged {
    /// Digest of its bytes.
    pub(super) digest: Digest,
    /// How many bytes.
    pub(super) bytes: u64,
    /// The file, open for reading.
    pub(super) file: File,
    /// Its link or copy within the storage, removed when this is dropped.
    pub(super) temporary: Option<TempPath>,
}

/// A blob as a listing of the storage has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// Its name, which says nothing about its bytes.
    pub(super) digest: Digest,
    /// Its length.
    pub(super) bytes: u64,
    /// How long ago it was put there.
    pub(super) age: Duration,
}

/// How many parts a storage has that are listed one by one: one for each first byte of a digest.
pub(super) const PARTS: u16 = 256;

/// The digits that the names of a part begin with.
pub(super) fn digits(part: u16) -> String {
    format!("{part:02x}")
}

impl Storage {
    pub(super) fn open(
        address: &str,
        cache: &Path,
        cache_bytes: u64,
        keys: impl FnOnce() -> Result<Keys, BlobError>,
    ) -> Result<Self, BlobError> {
        match Address::parse(address)? {
            Address::Directory(path) => Ok(Self::Directory(Directory::open(&path)?)),
            Address::Bucket(address) => {
                Ok(Self::Bucket(Box::new(Bucket::open(&address, &keys()?, cache, cache_bytes)?)))
            }
        }
    }

    /// Reads a file once, and makes it ready to be put.
    pub(super) fn stage(&self, path: &Path) -> Result<Staged, BlobError> {
        match self {
            Self::Directory(directory) => directory.stage(path),
            Self::Bucket(bucket) => bucket.stage(path),
        }
    }

    /// Puts what was staged. The blob is there, whole and durable, when this returns.
    pub(super) fn put(&self, staged: &mut Staged) -> Result<(), BlobError> {
        match self {
            Self::Directory(directory) => directory.put(staged),
            Self::Bucket(bucket) => bucket.put(staged),
        }
    }

    /// A file to write a blob to that is not whole yet.
    pub(super) fn temporary(&self) -> Result<NamedTempFile, BlobError> {
        match self {
            Self::Directory(directory) => directory.temporary(),
            Self::Bucket(bucket) => bucket.temporary(),
        }
    }

    /// Keeps what was put out of a temporary file, and digested while it was written, as checked.
    pub(super) fn keep(&self, staged: Staged) -> Result<(), BlobError> {
        match self {
            Self::Directory(directory) => directory.remember(&staged),
            Self::Bucket(bucket) => bucket.keep(staged),
        }
    }

    /// See [`super::Blobs::presigned`].
    pub(super) fn presigned(&self, digest: &Digest, time: Duration) -> Result<Option<Url>, BlobError> {
        match self {
            Self::Directory(_) => Ok(None),
            Self::Bucket(bucket) => bucket.presigned(digest, time).map(Some),
        }
    }

    /// Opens a blob whose bytes were checked since this process began.
    pub(super) fn get(&self, digest: &Digest) -> Result<File, BlobError> {
        match self {
            Self::Directory(directory) => directory.get(digest),
            Self::Bucket(bucket) => bucket.get(digest),
        }
    }

    /// See [`super::Blobs::fetch_to`].
    pub(super) fn fetch_to(&self, digest: &Digest, path: &Path) -> Result<(), BlobError> {
        match self {
            Self::Directory(directory) => directory.fetch_to(digest, path),
            Self::Bucket(bucket) => bucket.fetch_to(digest, path),
        }
    }

    /// See [`super::Blobs::length`].
    pub(super) fn length(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        match self {
            Self::Directory(directory) => directory.length(digest),
            Self::Bucket(bucket) => bucket.length(digest),
        }
    }

    /// Removes a blob. That it is gone already is fine.
    pub(super) fn remove(&self, digest: &Digest) -> Result<(), BlobError> {
        match self {
            Self::Directory(directory) => directory.remove(digest),
            Self::Bucket(bucket) => bucket.remove(digest),
        }
    }

    /// What is stored in a part (see [`PARTS`]).
    pub(super) fn list(&self, part: u16) -> Result<Vec<Stored>, BlobError> {
        match self {
            Self::Directory(directory) => directory.list(part),
            Self::Bucket(bucket) => bucket.list(part),
        }
    }

    /// Removes what processes that were killed left behind, if it is as old as that.
    pub(super) fn sweep(&self, age: Duration) -> Result<(), BlobError> {
        match self {
            Self::Directory(directory) => directory.sweep(age),
            Self::Bucket(bucket) => bucket.sweep(age),
        }
    }

    /// Whether it answers.
    pub(super) fn ping(&self) -> Result<(), BlobError> {
        match self {
            Self::Directory(directory) => directory.ping(),
            Self::Bucket(bucket) => bucket.ping(),
        }
    }
}
