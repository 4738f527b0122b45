//! Copies on this machine of blobs that are far away, in a directory of bounded size.
//!
//! Copies appear whole, by a rename, so any number of processes may share the directory; each checks a copy once. One that
//! is damaged is dropped. Those that were not used for longest make room; a file that is open outlives its name.

use std::{
    fs::{self, DirEntry, File, FileTimes},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use limpid_core::Digest;
use tempfile::NamedTempFile;

use super::{
    BlobError,
    checked::Checked,
    files::{self, unavailable},
};
use crate::limits;

const TEMPORARY: &str = "tmp";
/// Blobs are fetched by one thread at a time that share this many turns.
const TURNS: usize = 64;

pub(super) struct Cache {
    root: PathBuf,
    bytes: u64,
    checked: Checked,
    turns: [Mutex<()>; TURNS],
    /// Bytes that may be added before the directory is looked at again.
    room: Mutex<u64>,
}

impl Cache {
    pub(super) fn open(root: &Path, bytes: u64) -> Result<Self, BlobError> {
        let temporary = root.join(TEMPORARY);
        fs::create_dir_all(&temporary).map_err(|error| {
            BlobError::Unusable(format!("copies of blobs at {}: {error}", root.display()))
        })?;
        files::sweep(&temporary, limits::BLOB_GRACE)?;
        let turns = std::array::from_fn(|_turn| Mutex::new(()));
        Ok(Self { root: root.to_owned(), bytes, checked: Checked::default(), turns, room: Mutex::new(0) })
    }

    /// Held while a blob is fetched, so that threads that want the same one fetch it once.
    pub(super) fn turn(&self, digest: &Digest) -> Option<MutexGuard<'_, ()>> {
        let sum: usize = digest.hex().bytes().map(usize::from).sum();
        let turn = self.turns.get(sum % TURNS)?;
        Some(turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A copy, checked. `None` where there is none, or where it was damaged and has been dropped.
    pub(super) fn get(&self, digest: &Digest) -> Result<Option<File>, BlobError> {
        let path = self.path(digest);
        let failed = |error: io::Error| unavailable(&path, &error);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if !self.checked.check(&mut file, digest).map_err(failed)? {
            tracing::warn!(%digest, "the copy of a blob on this machine is damaged; it is fetched anew");
            files::remove(&path).map_err(failed)?;
            return Ok(None);
        }
        // Not the time of its last change, by which a file that was written to is told from one that was only used.
        file.set_times(FileTimes::new().set_accessed(SystemTime::now())).map_err(failed)?;
        Ok(Some(file))
    }

    /// A file to fetch a blob into.
    pub(super) fn temporary(&self) -> Result<NamedTempFile, BlobError> {
        let folder = self.root.join(TEMPORARY);
        files::temporary(&folder).map_err(|error| unavailable(&folder, &error))
    }

    /// Keeps what was fetched, and was checked meanwhile. Not durable: whether it is whole is checked by the next process.
    pub(super) fn keep(&self, fetched: NamedTempFile, digest: &Digest) -> Result<File, BlobError> {
        let path = self.path(digest);
        let failed = |error: io::Error| unavailable(&path, &error);
        let file = File::open(fetched.path()).map_err(failed)?;
        self.checked.remember(&file, digest).map_err(failed)?;
        fetched.persist(&path).map_err(|error| failed(error.error))?;
        Ok(file)
    }

    /// Where a copy is, if it is there.
    pub(super) fn path(&self, digest: &Digest) -> PathBuf {
        self.root.join(digest.hex())
    }

    /// Removes the copies that were not used for longest, until there is room for so many bytes. Other processes may add to
    /// the directory meanwhile, so it may exceed its bound for a while.
    pub(super) fn make_room(&self, bytes: u64) -> Result<(), BlobError> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = room.checked_sub(bytes) {
            *room = left;
            return Ok(());
        }
        let failed = |error: io::Error| unavailable(&self.root, &error);
        let mut copies = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(failed)? {
            copies.extend(Copy::describe(&entry.map_err(failed)?).map_err(failed)?);
        }
        copies.sort_by_key(|copy| copy.used);
        let mut total = copies.iter().fold(bytes, |total, copy| total.saturating_add(copy.bytes));
        if total > self.bytes {
            // Somewhat more than needed, so that the next blob does not look at the whole directory again.
            let wanted = self.bytes - self.bytes / 8;
            for copy in copies {
                if total <= wanted {
                    break;
                }
                files::remove(&copy.path).map_err(failed)?;
                total = total.saturating_sub(copy.bytes);
            }
        }
        *room = self.bytes.saturating_sub(total) / 2;
        Ok(())
    }
}

struct Copy {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Copy {
    /// A file of the cache. `None` for a folder, and for what was removed meanwhile.
    fn describe(entry: &DirEntry) -> io::Result<Option<Self>> {
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if !metadata.is_file() {
            return Ok(None);
        }
        let used = metadata.accessed()?.max(metadata.modified()?);
        Ok(Some(Self { path: entry.path(), bytes: metadata.len(), used }))
    }
}
