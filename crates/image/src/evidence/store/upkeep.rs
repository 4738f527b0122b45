//! Upkeep of the store: what is in it, eviction of what was not used for longest, sweeping.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use limpid_core::wants::WantList;

use super::{EvidenceError, EvidenceStore, PACK, TEMPORARY_PREFIX, failed, pack_ending, remove};
use crate::limits::TEMPORARY_FILE_GRACE;

/// What the store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceSummary {
    /// Packs.
    pub packs: u64,
    /// Their bytes on disk.
    pub bytes: u64,
    /// Packs that were read with other wants or other code, so that this program does not use them.
    pub outdated_packs: u64,
    /// The bytes of those.
    pub outdated_bytes: u64,
    /// When the pack that was not used for longest was used.
    pub oldest_use: Option<SystemTime>,
    /// When a pack was used last.
    pub newest_use: Option<SystemTime>,
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evicted {
    /// Packs.
    pub packs: u64,
    /// Their bytes.
    pub bytes: u64,
}

struct Stored {
    used: SystemTime,
    bytes: u64,
    path: PathBuf,
}

impl EvidenceStore {
    /// Counts what is stored. `wants` tell which packs are of today.
    pub fn summary(&self, wants: &WantList) -> Result<EvidenceSummary, EvidenceError> {
        let current = pack_ending(wants);
        let mut summary = EvidenceSummary::default();
        for stored in self.stored()? {
            summary.packs += 1;
            summary.bytes += stored.bytes;
            let name = stored.path.file_name().unwrap_or_default();
            if !name.as_encoded_bytes().ends_with(current.as_bytes()) {
                summary.outdated_packs += 1;
                summary.outdated_bytes += stored.bytes;
            }
            summary.oldest_use =
                Some(summary.oldest_use.map_or(stored.used, |oldest| oldest.min(stored.used)));
            summary.newest_use = summary.newest_use.max(Some(stored.used));
        }
        Ok(summary)
    }

    /// Removes packs, those first that were not used for longest, until at most `limit` bytes are left. Packs that
    /// any process has open stay.
    pub fn evict(&self, limit: u64) -> Result<Evicted, EvidenceError> {
        let mut stored = self.stored()?;
        stored.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        let mut left: u64 = stored.iter().map(|stored| stored.bytes).sum();
        let mut evicted = Evicted::default();
        for stored in stored {
            if left <= limit {
                break;
            }
            if evict_pack(&stored.path)? {
                left -= stored.bytes;
                evicted.packs += 1;
                evicted.bytes += stored.bytes;
            }
        }
        Ok(evicted)
    }

    /// Removes every pack that no process has open.
    pub fn clear(&self) -> Result<Evicted, EvidenceError> {
        self.evict(0)
    }

    /// Removes the temporary files of processes that were killed: old enough, and locked by nobody.
    pub(super) fn sweep(&self) -> Result<(), EvidenceError> {
        for path in list(&self.temporary)? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !name.starts_with(TEMPORARY_PREFIX) {
                continue;
            }
            let Some((file, metadata)) = open(&path)? else { continue };
            let modified = metadata.modified().map_err(failed("read", &path))?;
            let old = modified.elapsed().is_ok_and(|age| age > TEMPORARY_FILE_GRACE);
            if old && !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                remove(&path)?;
            }
        }
        Ok(())
    }

    fn stored(&self) -> Result<Vec<Stored>, EvidenceError> {
        let mut stored = Vec::new();
        for directory in list(&self.packs)? {
            for path in list(&directory)? {
                if path.extension().is_none_or(|extension| extension != PACK) {
                    continue;
                }
                let metadata = match fs::metadata(&path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    metadata => metadata.map_err(failed("read", &path))?,
                };
                let used = metadata.modified().map_err(failed("read", &path))?;
                stored.push(Stored { used, bytes: metadata.len(), path });
            }
        }
        Ok(stored)
    }
}

/// Removes a pack unless it is in use; with the last pack of a layer goes its directory.
fn evict_pack(path: &Path) -> Result<bool, EvidenceError> {
    let Some((file, _)) = open(path)? else { return Ok(true) };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(false);
    }
    remove(path)?;
    let Some(directory) = path.parent() else { return Ok(true) };
    let left = list(directory)?;
    if left.iter().all(|path| path.extension().is_none_or(|extension| extension != PACK)) {
        // Earlier versions left other files beside the packs.
        for other in left {
            remove(&other)?;
        }
        // Not empty any more where another process has just put a pack there: then it stays.
        drop(fs::remove_dir(directory));
    }
    Ok(true)
}

/// Opens a file that another process may remove at any time.
fn open(path: &Path) -> Result<Option<(File, fs::Metadata)>, EvidenceError> {
    match File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).map_err(failed("read", path)),
    }
}

/// The paths in a directory, none where it is gone.
fn list(directory: &Path) -> Result<Vec<PathBuf>, EvidenceError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        entries => entries.map_err(failed("read", directory))?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(failed("read", directory))
}
