//! The store of evidence: packs in a directory, shared by all processes of a machine.
//!
//! ```text
//! DIR/evidence/DIFF-ID/DIGEST.REVISION.pack   a layer stored under DIGEST, seen to unpack to DIFF-ID, as that revision
//!                                             of wants and reading code read it
//! DIR/tmp/evidence-*                          packs that are being written, locked by their writer
//! ```
//! A pack comes into being by a rename of a synced file, so it is there as a whole or not at all, whoever is killed
//! when. Two writers of one pack write the same bytes; the last rename wins. A layer counts as known only under a pair
//! of digests that was verified: that the manifest's layer digest belongs to the configuration's diff id is a
//! stranger's claim. Each stored form of a layer has a pack of its own, because what could not be read of it is told of
//! just that form: one that is damaged must not pass for one that is whole. Open packs hold a shared lock, which keeps
//! them from eviction.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use limpid_core::{Digest, digest::Hasher, wants::WantList};

use super::pack::{Pack, PackError, PackFacts, writer::PackWriter};
use crate::source::LayerDescriptor;

mod upkeep;

pub use upkeep::{Evicted, EvidenceSummary};

const PACK: &str = "pack";
/// How often a pack is put into a directory that others take away. They do so only when they evict.
const COMMIT_ATTEMPTS: u32 = 100;
const TEMPORARY_PREFIX: &str = "evidence-";

/// The directory of evidence could not be used. What it holds can be had again, but not kept without it.
#[derive(Debug, thiserror::Error)]
#[error("evidence: {path} cannot be {action}: {source}", path = path.display())]
pub struct EvidenceError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// Evidence on disk.
#[derive(Debug, Clone)]
pub struct EvidenceStore {
    packs: PathBuf,
    temporary: PathBuf,
}

/// The revision of what is read of a layer: of the reading code and of the wants. Evidence of another revision is not
/// used.
pub fn reading_revision(wants: &WantList) -> String {
    let mut hasher = Hasher::sha256();
    hasher.update_field(env!("LIMPID_READING_REVISION"));
    hasher.update_field(&wants.revision());
    hasher.finish().short().to_owned()
}

impl EvidenceStore {
    /// Opens the store in a data directory, creates what is missing, and sweeps away what killed processes left.
    pub fn open(directory: &Path) -> Result<Self, EvidenceError> {
        let store = Self { packs: directory.join("evidence"), temporary: directory.join("tmp") };
        for path in [&store.packs, &store.temporary] {
            fs::create_dir_all(path).map_err(failed("created", path))?;
        }
        store.sweep()?;
        Ok(store)
    }

    /// The evidence of a layer, where it was read before with these wants, under this very pair of digests.
    pub fn find(&self, layer: &LayerDescriptor, wants: &WantList) -> Result<Option<Pack>, EvidenceError> {
        let path = self.pack(layer, wants);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path)(error)),
        };
        self.adopt(file, &path, &layer.diff_id)
    }

    /// Begins the pack of a layer.
    pub fn writer(&self) -> Result<PackWriter, EvidenceError> {
        let file = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .tempfile_in(&self.temporary)
            .map_err(failed("written", &self.temporary))?;
        lock(file.as_file().try_lock()).map_err(failed("locked", file.path()))?;
        PackWriter::new(file).map_err(failed("written", &self.temporary))
    }

    /// Puts a pack in its place. Only for layers whose digest and diff id were both verified against `layer`.
    pub fn commit(
        &self,
        writer: PackWriter,
        layer: &LayerDescriptor,
        unpacked_size: u64,
        wants: &WantList,
    ) -> Result<Pack, EvidenceError> {
        let facts = PackFacts { diff_id: layer.diff_id.clone(), unpacked_size };
        let mut temporary = writer.finish(Some(facts)).map_err(failed("written", &self.temporary))?;
        temporary.as_file().sync_all().map_err(failed("written", temporary.path()))?;
        let path = self.pack(layer, wants);
        let directory = self.directory(&layer.diff_id);
        let mut attempts = 0;
        let file = loop {
            attempts += 1;
            // Another process may evict the last pack of this layer, and the directory with it, at any moment: between
            // the two questions by which a directory is created, and before the rename.
            let evicted = |kind| {
                attempts < COMMIT_ATTEMPTS
                    && matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists)
            };
            match fs::create_dir_all(&directory) {
                Err(error) if evicted(error.kind()) => continue,
                created => created.map_err(failed("created", &directory))?,
            }
            match temporary.persist(&path) {
                Ok(file) => break file,
                Err(error) if evicted(error.error.kind()) => temporary = error.file,
                Err(error) => return Err(failed("written", &path)(error.error)),
            }
        };
        sync_directory(&directory)?;
        sync_directory(&self.packs)?;
        let pack = self.adopt(file, &path, &layer.diff_id)?;
        pack.ok_or_else(|| failed("read", &path)(io::Error::other("what was just written is damaged")))
    }

    /// Locks and opens the file of a pack; removes it where it is damaged.
    fn adopt(&self, file: File, path: &Path, diff_id: &Digest) -> Result<Option<Pack>, EvidenceError> {
        lock(file.try_lock_shared()).map_err(failed("locked", path))?;
        // The time of last use serves only to choose what to evict: a store that cannot note it is still right.
        drop(file.set_modified(SystemTime::now()));
        match Pack::open(file) {
            Ok(pack) if pack.facts().is_some_and(|facts| facts.diff_id == *diff_id) => Ok(Some(pack)),
            Ok(_) | Err(PackError::Damaged(_)) => {
                remove(path)?;
                Ok(None)
            }
            Err(PackError::Io(error)) => Err(failed("read", path)(error)),
        }
    }

    fn directory(&self, diff_id: &Digest) -> PathBuf {
        self.packs.join(file_name(diff_id))
    }

    fn pack(&self, layer: &LayerDescriptor, wants: &WantList) -> PathBuf {
        let name = format!("{}.{}", file_name(&layer.digest), pack_ending(wants));
        self.directory(&layer.diff_id).join(name)
    }
}

/// How the names of packs end that were read with these wants and this code.
fn pack_ending(wants: &WantList) -> String {
    format!("{}.{PACK}", reading_revision(wants))
}

fn file_name(digest: &Digest) -> String {
    format!("{}-{}", digest.algorithm(), digest.hex())
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EvidenceError {
    let path = path.to_path_buf();
    move |source| EvidenceError { action, path, source }
}

/// A file system without locks, or a lock that an evicting process holds for a moment, is no hindrance: locks only
/// spare packs from eviction, and an evicted file stays readable to whoever has it open.
fn lock(locked: Result<(), TryLockError>) -> io::Result<()> {
    match locked {
        Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        Ok(()) | Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), EvidenceError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("removed", path)(error)),
        _ => Ok(()),
    }
}

/// Makes a rename in this directory survive a power cut.
fn sync_directory(path: &Path) -> Result<(), EvidenceError> {
    if cfg!(unix) {
        match File::open(path).and_then(|directory| directory.sync_all()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("synced", path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}
