//! Blobs in a bucket of an S3-compatible server: `PREFIX/sha256/ab/<digits>`, and `PREFIX/tmp/` for what is not whole yet.
//!
//! An object appears whole by S3's own rules; what was sent is digested again while it is sent. Readers get a copy on this
//! machine. Everything ends within a bounded time, as an answer or as [`BlobError::Unavailable`]. The runtime inside is for
//! callers that block: calling from an asynchronous task panics, as with everything of this crate that blocks.

use std::{
    fs::File,
    future::Future,
    io::{self, Read, Seek, Write},
    path::Path,
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt;
use limpid_core::digest::{Digest, Hasher};
use object_store::{
    ObjectMeta, ObjectStore, ObjectStoreExt, aws::AmazonS3, path::Path as Key, signer::Signer as _,
};
use tempfile::NamedTempFile;
use url::Url;
use uuid::Uuid;

use self::connection::{Runtime, connect, failed, is_missing};
use super::{
    BlobError,
    address::{BucketAddress, Keys},
    cache::Cache,
    files::{self, unavailable},
    storage::{Staged, Stored, digits},
};
use crate::limits;

mod connection;

pub(super) use self::connection::Patience;

/// The one algorithm of blobs.
const ALGORITHM: &str = "sha256";

pub(super) struct Bucket {
    store: AmazonS3,
    prefix: String,
    runtime: Runtime,
    patience: Patience,
    cache: Cache,
}

impl Bucket {
    /// Makes ready to speak to the server, which need not answer yet.
    pub(super) fn open(
        address: &BucketAddress,
        keys: &Keys,
        cache: &Path,
        cache_bytes: u64,
    ) -> Result<Self, BlobError> {
        Self::open_patient(address, keys, Cache::open(cache, cache_bytes)?, Patience::default())
    }

    pub(super) fn open_patient(
        address: &BucketAddress,
        keys: &Keys,
        cache: Cache,
        patience: Patience,
    ) -> Result<Self, BlobError> {
        let runtime = Runtime::start()?;
        let store = connect(address, keys, &patience)?;
        let prefix = if address.prefix.is_empty() { String::new() } else { format!("{}/", address.prefix) };
        let bucket = Self { store, prefix, runtime, patience, cache };
        bucket.key("any")?;
        Ok(bucket)
    }

    pub(super) fn stage(&self, source: &Path) -> Result<Staged, BlobError> {
        let unusable = |error: io::Error| BlobError::Unusable(format!("{}: {error}", source.display()));
        let mut file = File::open(source).map_err(unusable)?;
        if !file.metadata().map_err(unusable)?.is_file() {
            return Err(BlobError::Unusable(format!("{} is not a file", source.display())));
        }
        let (digest, bytes) = files::read_through(&mut file, Hasher::sha256(), |_bytes| Ok(()))
            .map_err(|error| unavailable(source, &error))?;
        Ok(Staged { digest, bytes, file, temporary: None })
    }

    pub(super) fn put(&self, staged: &mut Staged) -> Result<(), BlobError> {
        let key = self.blob_key(&staged.digest)?;
        staged.file.rewind().map_err(|error| BlobError::Unavailable(error.to_string()))?;
        self.run(self.patience.transfer, async {
            if staged.bytes <= limits::S3_PART_BYTES {
                let mut parts = Parts::of(staged);
                let whole = parts.next()?;
                parts.finish()?;
                self.store.put(&key, whole.into()).await.map_err(failed)?;
                Ok(())
            } else {
                self.put_in_parts(staged, &key).await
            }
        })
    }

    /// Nothing is seen of the blob before all of it was sent and its digest was found right.
    async fn put_in_parts(&self, staged: &mut Staged, key: &Key) -> Result<(), BlobError> {
        // What is too large for a copy appears under its own name, as a whole too, when all its parts are there.
        let is_copied = staged.bytes <= limits::S3_COPY_BYTES;
        let temporary = if is_copied { self.key(&format!("tmp/{}", Uuid::now_v7()))? } else { key.clone() };
        let mut upload = self.store.put_multipart(&temporary).await.map_err(failed)?;
        let sent = async {
            let mut parts = Parts::of(staged);
            loop {
                let part = parts.next()?;
                if part.is_empty() {
                    break;
                }
                upload.put_part(part.into()).await.map_err(failed)?;
            }
            parts.finish()
        }
        .await;
        if let Err(error) = sent {
            if let Err(left) = upload.abort().await {
                tracing::warn!(%temporary, %left, "parts of a blob that was not put are left behind in S3");
            }
            return Err(error);
        }
        upload.complete().await.map_err(failed)?;
        if !is_copied {
            return Ok(());
        }
        self.store.copy(&temporary, key).await.map_err(failed)?;
        if let Err(left) = self.store.delete(&temporary).await {
            tracing::warn!(%temporary, %left, "a temporary object is left behind in S3; it is removed later");
        }
        Ok(())
    }

    pub(super) fn temporary(&self) -> Result<NamedTempFile, BlobError> {
        self.cache.temporary()
    }

    /// Whoever reads it next on this machine need not fetch it.
    pub(super) fn keep(&self, staged: Staged) -> Result<(), BlobError> {
        let Some(temporary) = staged.temporary else { return Ok(()) };
        self.cache.make_room(staged.bytes)?;
        self.cache.keep(NamedTempFile::from_parts(staged.file, temporary), &staged.digest).map(drop)
    }

    pub(super) fn presigned(&self, digest: &Digest, time: Duration) -> Result<Url, BlobError> {
        let key = self.blob_key(digest)?;
        self.run(self.patience.transfer, async {
            self.store.signed_url(reqwest::Method::GET, &key, time).await.map_err(failed)
        })
    }

    pub(super) fn get(&self, digest: &Digest) -> Result<File, BlobError> {
        if let Some(file) = self.cache.get(digest)? {
            return Ok(file);
        }
        let _turn = self.cache.turn(digest);
        // Another thread may have fetched it while this one waited for its turn.
        if let Some(file) = self.cache.get(digest)? {
            return Ok(file);
        }
        let mut fetched = self.cache.temporary()?;
        self.run(self.patience.transfer, self.fetch(digest, fetched.as_file_mut()))?;
        self.cache.keep(fetched, digest)
    }

    async fn fetch(&self, digest: &Digest, target: &mut File) -> Result<(), BlobError> {
        let key = self.blob_key(digest)?;
        let answer = match self.store.get(&key).await {
            Err(error) if is_missing(&error) => {
                // Some servers say so too where there is no such bucket, which tells nothing of blobs.
                self.find("ping").await?;
                return Err(BlobError::Missing(digest.clone()));
            }
            answer => answer.map_err(failed)?,
        };
        self.cache.make_room(answer.meta.size)?;
        let mut hasher = digest.hasher();
        let mut chunks = answer.into_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(failed)?;
            hasher.update(&chunk);
            target
                .write_all(&chunk)
                .map_err(|error| BlobError::Unavailable(format!("copies of blobs: {error}")))?;
        }
        if hasher.finish() == *digest { Ok(()) } else { Err(BlobError::Damaged(digest.clone())) }
    }

    pub(super) fn fetch_to(&self, digest: &Digest, target: &Path) -> Result<(), BlobError> {
        let mut file = self.get(digest)?;
        files::place(&mut file, &self.cache.path(digest), target, digest)
    }

    pub(super) fn length(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        let key = self.blob_key(digest)?;
        self.run(self.patience.transfer, async {
            match self.store.head(&key).await {
                Err(error) if is_missing(&error) => {
                    // See where a blob is fetched: a bucket that is gone tells nothing of blobs.
                    self.find("ping").await?;
                    Ok(None)
                }
                answer => answer.map(|object| Some(object.size)).map_err(failed),
            }
        })
    }

    pub(super) fn remove(&self, digest: &Digest) -> Result<(), BlobError> {
        let key = self.blob_key(digest)?;
        self.run(limits::BLOB_REMOVAL_TIME, self.delete(&key))
    }

    async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        match self.store.delete(key).await {
            Err(error) if !is_missing(&error) => Err(failed(error)),
            _gone => Ok(()),
        }
    }

    pub(super) fn list(&self, part: u16) -> Result<Vec<Stored>, BlobError> {
        let objects = self.objects(&format!("{ALGORITHM}/{}", digits(part)))?;
        Ok(objects.iter().filter_map(describe).collect())
    }

    pub(super) fn sweep(&self, age: Duration) -> Result<(), BlobError> {
        for object in self.objects("tmp")? {
            if since_put(&object) >= age {
                self.run(limits::BLOB_REMOVAL_TIME, self.delete(&object.location))?;
            }
        }
        Ok(())
    }

    /// Asks for objects that are never there: that wants the server, the bucket, the keys and the right to list.
    pub(super) fn ping(&self) -> Result<(), BlobError> {
        self.objects("ping").map(|_none| ())
    }

    fn objects(&self, folder: &str) -> Result<Vec<ObjectMeta>, BlobError> {
        self.run(self.patience.transfer, self.find(folder))
    }

    async fn find(&self, folder: &str) -> Result<Vec<ObjectMeta>, BlobError> {
        let folder = self.key(folder)?;
        let mut found = Vec::new();
        let mut objects = self.store.list(Some(&folder));
        while let Some(object) = objects.next().await {
            found.push(object.map_err(failed)?);
        }
        Ok(found)
    }

    fn blob_key(&self, digest: &Digest) -> Result<Key, BlobError> {
        let hex = digest.hex();
        self.key(&format!("{}/{}/{hex}", digest.algorithm(), hex.get(..2).unwrap_or(hex)))
    }

    fn key(&self, name: &str) -> Result<Key, BlobError> {
        Key::parse(format!("{}{name}", self.prefix)).map_err(|error| BlobError::Unusable(error.to_string()))
    }

    fn run<T>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, BlobError>>,
    ) -> Result<T, BlobError> {
        self.runtime.block_on(async {
            match tokio::time::timeout(time, work).await {
                Ok(result) => result,
                Err(elapsed) => Err(BlobError::Unavailable(format!("S3, after {time:?}: {elapsed}"))),
            }
        })
    }
}

/// A file as it is sent, part by part, digested once more: it may have changed since it was staged.
struct Parts<'a> {
    file: &'a mut File,
    digest: &'a Digest,
    hasher: Hasher,
}

impl<'a> Parts<'a> {
    fn of(staged: &'a mut Staged) -> Self {
        Self { file: &mut staged.file, hasher: staged.digest.hasher(), digest: &staged.digest }
    }

    fn next(&mut self) -> Result<Bytes, BlobError> {
        let mut part = Vec::new();
        let mut source = (&mut *self.file).take(limits::S3_PART_BYTES);
        source.read_to_end(&mut part).map_err(|error| BlobError::Unavailable(error.to_string()))?;
        self.hasher.update(&part);
        Ok(part.into())
    }

    fn finish(self) -> Result<(), BlobError> {
        if self.hasher.finish() == *self.digest {
            Ok(())
        } else {
            Err(BlobError::Unusable(format!("a file changed while it was put as blob {}", self.digest)))
        }
    }
}

/// `None` where an object is not one of ours: it is left alone.
fn describe(object: &ObjectMeta) -> Option<Stored> {
    let name = object.location.filename()?;
    let digest = format!("{ALGORITHM}:{name}").parse().ok()?;
    Some(Stored { digest, bytes: object.size, age: since_put(object) })
}

/// Nothing where that lies in the future.
fn since_put(object: &ObjectMeta) -> Duration {
    (chrono::Utc::now() - object.last_modified).to_std().unwrap_or(Duration::ZERO)
}
