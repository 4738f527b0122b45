//! Tests of the storage by itself: the same on a directory and on a real S3 server, then what only one of them has.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use limpid_core::Digest;
use limpid_testkit::s3::{ACCESS_KEY, S3Server, SECRET_KEY};
use tempfile::TempDir;

use super::{
    BlobError,
    address::{Address, BucketAddress, Keys},
    cache::Cache,
    s3::{Bucket, Patience, Sizes},
    storage::Storage,
};

mod claims;
mod directory;
mod kill;
mod s3;
mod storage;

/// More than the largest copy of any test.
const LARGE_CACHE: u64 = 1 << 30;

/// A storage of either kind, with a place for files.
struct Place {
    storage: Storage,
    server: Option<S3Server>,
    folder: TempDir,
}

impl Place {
    fn directory() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("blobs").display().to_string();
        let none = || Err(BlobError::Unusable("a directory wants no keys".to_owned()));
        let storage = Storage::open(&address, &folder.path().join("cache"), LARGE_CACHE, none).unwrap();
        Self { storage, server: None, folder }
    }

    fn bucket() -> Self {
        let server = S3Server::start();
        let folder = tempfile::tempdir().unwrap();
        let bucket = open_bucket(&server.blobs("some/prefix"), SECRET_KEY, folder.path(), LARGE_CACHE);
        Self { storage: Storage::Bucket(Box::new(bucket)), server: Some(server), folder }
    }

    fn both() -> [Self; 2] {
        [Self::directory(), Self::bucket()]
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        // What was put under this name before is a blob by now, and must not change.
        if path.exists() {
            fs::remove_file(&path).unwrap();
        }
        fs::write(&path, bytes).unwrap();
        path
    }

    fn put(&self, bytes: &[u8]) -> Digest {
        self.try_put(bytes).unwrap()
    }

    fn try_put(&self, bytes: &[u8]) -> Result<Digest, BlobError> {
        let path = self.file("source", bytes);
        let mut staged = self.storage.stage(&path)?;
        let put = self.storage.put(&mut staged);
        fs::remove_file(path).unwrap();
        put.map(|()| staged.digest.clone())
    }

    fn get(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        self.storage.get(digest).map(read)
    }

    /// The file that a blob is at rest.
    fn at_rest(&self, digest: &Digest) -> PathBuf {
        let key = format!("sha256/{}/{}", digest.hex().get(..2).unwrap(), digest.hex());
        match &self.server {
            Some(server) => server.object(&format!("some/prefix/{key}")),
            None => self.folder.path().join("blobs").join(key),
        }
    }

    /// The names of all files that are there besides whole blobs.
    fn leftovers(&self) -> usize {
        let folder = match &self.server {
            Some(server) => server.object("some/prefix/tmp"),
            None => self.folder.path().join("blobs/tmp"),
        };
        fs::read_dir(folder).map_or(0, Iterator::count)
    }

    /// The same storage, as a process that begins now sees it: without copies, nothing checked yet.
    fn anew(mut self) -> Self {
        self.storage = match &self.server {
            Some(server) => {
                let cache = self.folder.path().join("another");
                Storage::Bucket(Box::new(open_bucket(
                    &server.blobs("some/prefix"),
                    SECRET_KEY,
                    &cache,
                    LARGE_CACHE,
                )))
            }
            None => Self::reopen(&self.folder.path().join("blobs")),
        };
        self
    }

    fn reopen(path: &Path) -> Storage {
        let none = || Err(BlobError::Unusable("a directory wants no keys".to_owned()));
        Storage::open(&path.display().to_string(), path, 0, none).unwrap()
    }
}

fn open_bucket(address: &str, secret: &str, folder: &Path, cache_bytes: u64) -> Bucket {
    // A server that is told to be silent is waited for so long; one that answers does so in milliseconds.
    open_bucket_patiently(address, secret, folder, cache_bytes, Duration::from_secs(2))
}

fn open_bucket_patiently(
    address: &str,
    secret: &str,
    folder: &Path,
    cache_bytes: u64,
    silence: Duration,
) -> Bucket {
    let cache = Cache::open(&folder.join("cache"), cache_bytes).unwrap();
    let keys = Keys { id: ACCESS_KEY.to_owned(), secret: secret.to_owned(), token: None };
    let patience =
        Patience { connect: Duration::from_secs(5), silence, retries: 1, transfer: Duration::from_secs(60) };
    Bucket::open_patient(&bucket_address(address), &keys, cache, patience).unwrap()
}

fn bucket_address(address: &str) -> BucketAddress {
    match Address::parse(address).unwrap() {
        Address::Bucket(address) => address,
        Address::Directory(path) => panic!("{} is no bucket", path.display()),
    }
}

fn read(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Bytes that do not repeat, a different row for each seed.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        })
        .collect()
}
