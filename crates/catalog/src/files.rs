//! Durable changes of the disk: every file is whole and at its place, or not there.
//!
//! A file is written under a temporary name, synchronised, renamed to its final name, and the folder synchronised.
//! Between any two of these steps the process may be killed without harm.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::NamedTempFile;

/// A temporary file that is removed when it is not kept. Readable for whoever may read the folder.
pub(crate) fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    #[cfg(unix)]
    builder.permissions(permissions);
    builder.prefix("part-").tempfile_in(directory)
}

/// Gives a temporary file, synchronised before, its final name. Replaces what has that name.
pub(crate) fn keep(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map_err(|error| error.error)?;
    synchronise_folder(path)
}

/// Makes the names in the folder of `path` durable.
pub(crate) fn synchronise_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        // Windows cannot open a folder as a file, and needs no such step.
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _no_folder => Ok(()),
    }
}

/// Removes a file; that it is gone already is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _gone => Ok(()),
    }
}
