//! Evidence of a bare root file system: a directory on this machine, walked once.
//!
//! Symbolic links are noted and never followed, so nothing outside the directory is read. What cannot be read is a blind
//! spot. The order is that of the names, so equal directories give evidence of equal digests.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use limpid_core::{
    BlindSpot, FilePath, Reason,
    extract::Extractor,
    wants::{Kept, WantList},
};

use super::ReadError;
use crate::{
    entry::{ContentId, Entry, EntryKind, EntrySink, FileEntry, Program},
    evidence::{EvidenceStore, Pack, PackWriter},
    extract::{self, Outcome, Spools},
    layer::executable::{PEEK_BYTES, SCRIPT_BYTES, has_archive, is_program, is_script},
    limits::Limits,
};

/// Where Linux mounts file systems that hold no files.
const KERNEL: [&str; 3] = ["dev", "proc", "sys"];

/// The evidence of a directory. It is not kept in the store; [`Pack::digest`] names it.
///
/// # Errors
/// Where the directory itself cannot be read, or the evidence not written.
pub fn read_directory(
    path: &Path,
    store: &EvidenceStore,
    wants: &WantList,
    limits: &Limits,
) -> Result<Pack, ReadError> {
    let unreadable = |source| ReadError::Directory { path: path.display().to_string(), source };
    let top = fs::canonicalize(path).map_err(unreadable)?;
    let device = device(&fs::metadata(&top).map_err(unreadable)?);
    let spools = Spools::default();
    let mut walk = Walk { wants, limits, device, spools, sink: store.writer()?, entries: 0 };
    // The deepest is read first, so that no more than the directories on one path and their neighbours wait.
    let mut waiting = vec![(top.clone(), FilePath::default())];
    while let Some((directory, path)) = waiting.pop() {
        let names = match list(&directory) {
            Ok(names) => names,
            Err(error) if path.is_root() => return Err(unreadable(error)),
            Err(error) => {
                walk.unreadable(&path, "this directory", &error);
                continue;
            }
        };
        let below = walk.directory(&path, names).map_err(ReadError::Write)?;
        waiting.extend(below.into_iter().rev());
        if walk.entries > limits.layer_entries {
            break;
        }
    }
    Ok(walk.sink.finish_unstored()?)
}

struct Walk<'a> {
    wants: &'a WantList,
    limits: &'a Limits,
    /// The device of the top directory.
    device: Option<u64>,
    spools: Spools,
    sink: PackWriter,
    entries: u64,
}

impl Walk<'_> {
    /// Notes what is in a directory; returns the directories in it.
    fn directory(
        &mut self,
        directory: &FilePath,
        names: Vec<PathBuf>,
    ) -> io::Result<Vec<(PathBuf, FilePath)>> {
        let mut below = Vec::new();
        for place in names {
            let name = place.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default();
            let path = directory.join(&name);
            self.entries += 1;
            if self.entries > self.limits.layer_entries {
                let detail = format!(
                    "the file system has more than {} entries; from this one on they were not read",
                    self.limits.layer_entries
                );
                self.sink.blind_spot(BlindSpot::new(Reason::OverBudget, path.to_string(), detail));
                break;
            }
            match fs::symlink_metadata(&place) {
                Ok(metadata) => {
                    let kind = self.kind(&place, &path, &metadata)?;
                    if kind == EntryKind::Directory && !self.is_kernels(&path, &metadata) {
                        below.push((place, path.clone()));
                    }
                    self.sink.entry(Entry { path, kind })?;
                }
                Err(error) => self.unreadable(&path, "this entry", &error),
            }
        }
        Ok(below)
    }

    fn kind(&mut self, place: &Path, path: &FilePath, metadata: &Metadata) -> io::Result<EntryKind> {
        if metadata.is_dir() {
            return Ok(EntryKind::Directory);
        }
        if metadata.is_symlink() {
            return Ok(match fs::read_link(place) {
                Ok(target) => EntryKind::Symlink(target.into_os_string().into_encoded_bytes()),
                Err(error) => {
                    self.unreadable(path, "this link", &error);
                    EntryKind::Other
                }
            });
        }
        if metadata.is_file() {
            self.file(place, path, metadata).map(EntryKind::File)
        } else {
            Ok(EntryKind::Other)
        }
    }

    fn file(&mut self, place: &Path, path: &FilePath, metadata: &Metadata) -> io::Result<FileEntry> {
        let mut entry = FileEntry { size: metadata.len(), program: Program::No, content: None };
        let opened = File::open(place)
            .and_then(|mut file| first_bytes(&mut file, metadata.len()).map(|first| (file, first)));
        let (mut file, first) = match opened {
            Ok(opened) => opened,
            // What nobody wants and nobody may run was only looked at for being a library, which everybody may read.
            Err(_) if self.wants.kept(path, false).is_none() && !may_run(metadata) => return Ok(entry),
            Err(error) => {
                self.unreadable(path, "this file", &error);
                return Ok(entry);
            }
        };
        if is_program(&first) {
            entry.program = if may_run(metadata) { Program::Runs } else { Program::Inert };
        } else if is_script(&first, entry.size) && has_archive(&first) {
            entry.program = Program::Packed;
        }
        match self.wants.kept(path, entry.program.is_binary()) {
            Some(Kept { most, .. }) if entry.size > most => {
                let detail = format!("the file has {} bytes, and at most {most} are read", entry.size);
                self.sink.blind_spot(BlindSpot::new(Reason::OverBudget, path.to_string(), detail));
            }
            Some(Kept { extractor: Some(extractor), .. }) => {
                entry.content = self.extract(extractor, &mut file, path)?;
            }
            Some(Kept { most, extractor: None }) => {
                // A file that grows while it is read still ends.
                let mut content = Failing { file: (&mut file).take(most), error: None };
                let kept = self.sink.keep(&mut content)?;
                match content.error {
                    Some(error) => self.unreadable(path, "this file", &error),
                    None => entry.content = Some(kept),
                }
            }
            None => {}
        }
        Ok(entry)
    }

    /// Keeps what an extractor takes of a file.
    fn extract(
        &mut self,
        extractor: &Extractor,
        file: &mut File,
        path: &FilePath,
    ) -> io::Result<Option<ContentId>> {
        match extract::run(extractor, path, file, &self.spools, &mut self.sink, &|| false) {
            Ok(Outcome::Nothing) => return Ok(None),
            Ok(Outcome::Kept(extract)) => return self.sink.keep(&mut extract.as_slice()).map(Some),
            Ok(Outcome::Panicked) => {
                let detail = extract::panicked(extractor);
                self.sink.blind_spot(BlindSpot::new(Reason::DetectorFailed, path.to_string(), detail));
            }
            Err(error) => self.unreadable(path, "this file", &error),
        }
        Ok(None)
    }

    fn unreadable(&mut self, path: &FilePath, what: &str, error: &io::Error) {
        let detail = format!("{what} cannot be read ({error}), and what is in it is unknown");
        self.sink.blind_spot(BlindSpot::new(Reason::DatabaseUnreadable, path.to_string(), detail));
    }

    /// Whether this is a mount of the kernel's own: endless, and no part of what is installed.
    fn is_kernels(&self, path: &FilePath, metadata: &Metadata) -> bool {
        device(metadata) != self.device && KERNEL.iter().any(|name| path.as_bytes() == name.as_bytes())
    }
}

/// Tells the trouble of the file from that of the evidence: a file that fails ends early, and says so.
struct Failing<R> {
    file: R,
    error: Option<io::Error>,
}

impl<R: Read> Read for Failing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.error = Some(error);
                Ok(0)
            }
            read => read,
        }
    }
}

fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    names.sort_unstable();
    Ok(names)
}

fn first_bytes(file: &mut File, size: u64) -> io::Result<Vec<u8>> {
    let mut first = Vec::with_capacity(PEEK_BYTES);
    file.take(PEEK_BYTES as u64).read_to_end(&mut first)?;
    if is_script(&first, size) {
        let rest = SCRIPT_BYTES.saturating_sub(first.len());
        file.take(rest as u64).read_to_end(&mut first)?;
    }
    file.rewind()?;
    Ok(first)
}

#[cfg(unix)]
fn may_run(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

/// Where files have no such mode, their first bytes decide.
#[cfg(not(unix))]
fn may_run(_metadata: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn device(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::dev(metadata))
}

#[cfg(not(unix))]
fn device(_metadata: &Metadata) -> Option<u64> {
    None
}
