//! Files: written whole under a temporary name, made durable, and then given their final name.
//!
//! Between any two of these steps the process may be killed, and the machine may lose its power, without harm.

use std::{
    fs::{self, File, Metadata, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use limpid_core::digest::{Digest, Hasher};
use tempfile::NamedTempFile;

use super::BlobError;
use crate::limits;

/// What a failed operation on a file of the storage means: that the storage cannot be used now.
pub(super) fn unavailable(path: &Path, error: &io::Error) -> BlobError {
    BlobError::Unavailable(format!("{}: {error}", path.display()))
}

/// A temporary file, locked as long as it is being written. Removed unless it is kept. Readable for whoever may read the
/// folder.
pub(super) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    #[cfg(unix)]
    builder.permissions(permissions);
    let file = builder.prefix("part-").tempfile_in(folder)?;
    file.as_file().lock()?;
    Ok(file)
}

/// Makes the names in a folder durable.
pub(super) fn synchronise_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot open a folder as a file, and needs no such step.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes a file. Whether it was there.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads a file from where it stands to its end, gives the bytes to `sink`, and returns their digest and number.
pub(super) fn read_through(
    file: &mut impl Read,
    mut hasher: Hasher,
    mut sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(Digest, u64)> {
    let mut buffer = vec![0; limits::READ_BYTES];
    let mut total = 0_u64;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok((hasher.finish(), total)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        hasher.update(bytes);
        sink(bytes)?;
        total += count as u64;
    }
}

/// Gives a blob, opened and checked as `file` and stored at `stored`, another name at `target`, which must be free: a link
/// where that can be, else a copy. Durable.
pub(super) fn place(file: &mut File, stored: &Path, target: &Path, digest: &Digest) -> Result<(), BlobError> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            BlobError::Unusable(format!("{} is there already", target.display()))
        } else {
            unavailable(target, &error)
        }
    };
    match fs::hard_link(stored, target) {
        Ok(()) => File::open(target).and_then(|linked| linked.sync_all()).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(failed(error)),
        // Another file system, or one without links, or the stored file was replaced: the open one still has the bytes.
        Err(_no_link) => {
            let mut copy = temporary(folder).map_err(failed)?;
            file.rewind().map_err(failed)?;
            let (found, _) =
                read_through(file, digest.hasher(), |bytes| copy.write_all(bytes)).map_err(failed)?;
            if found != *digest {
                return Err(BlobError::Damaged(digest.clone()));
            }
            copy.as_file().sync_all().map_err(failed)?;
            copy.persist_noclobber(target).map_err(|error| failed(error.error))?;
        }
    }
    synchronise_folder(folder).map_err(failed)
}

/// Removes the temporary files of a folder that nobody has written to for so long and that nobody has locked.
pub(super) fn sweep(folder: &Path, age: Duration) -> Result<(), BlobError> {
    for entry in fs::read_dir(folder).map_err(|error| unavailable(folder, &error))? {
        let entry = entry.map_err(|error| unavailable(folder, &error))?;
        let path = entry.path();
        match sweep_one(&path, age) {
            // Its owner was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unavailable(&path, &error)),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn sweep_one(path: &Path, age: Duration) -> io::Result<()> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || since_changed(&metadata)? < age {
        return Ok(());
    }
    match file.try_lock() {
        Ok(()) => remove(path).map(|_was_there| ()),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// How long ago a file was written to, linked or renamed. Nothing where that lies in the future.
pub(super) fn since_changed(metadata: &Metadata) -> io::Result<Duration> {
    #[cfg(unix)]
    let linked = {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    };
    #[cfg(not(unix))]
    let linked = SystemTime::UNIX_EPOCH;
    let changed = metadata.modified()?.max(linked);
    Ok(SystemTime::now().duration_since(changed).unwrap_or(Duration::ZERO))
}
