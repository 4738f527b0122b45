//! Blobs in a directory: `sha256/ab/<digits>`, and `tmp` for what is not whole yet.
//!
//! A blob is made durable under a temporary name in the same file system, then renamed, then its folder is made durable.
//! Nothing is copied for readers: they open the blob itself, and it is checked once in a process.

use std::{
    fs::{self, DirEntry, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use limpid_core::digest::{Digest, Hasher};

use super::{
    BlobError,
    checked::Checked,
    files::{self, unavailable},
    storage::{PARTS, Staged, Stored, digits},
};

/// The one algorithm of blobs.
const ALGORITHM: &str = "sha256";
const TEMPORARY: &str = "tmp";

pub(super) struct Directory {
    root: PathBuf,
    checked: Checked,
}

impl Directory {
    /// Opens a directory, which is made where it is missing. All its folders are made now, so that a put has no more to make
    /// durable than its own.
    pub(super) fn open(root: &Path) -> Result<Self, BlobError> {
        let unusable =
            |error: io::Error| BlobError::Unusable(format!("blobs at {}: {error}", root.display()));
        fs::create_dir_all(root).map_err(unusable)?;
        let root = root.canonicalize().map_err(unusable)?;
        let digests = root.join(ALGORITHM);
        fs::create_dir_all(root.join(TEMPORARY)).map_err(unusable)?;
        for part in 0..PARTS {
            fs::create_dir_all(digests.join(digits(part))).map_err(unusable)?;
        }
        for folder in [Some(digests.as_path()), Some(&root), root.parent()].into_iter().flatten() {
            files::synchronise_folder(folder).map_err(unusable)?;
        }
        Ok(Self { root, checked: Checked::default() })
    }

    pub(super) fn stage(&self, source: &Path) -> Result<Staged, BlobError> {
        let unusable = |error: io::Error| BlobError::Unusable(format!("{}: {error}", source.display()));
        // A link to a symbolic link would be a symbolic link.
        let source = source.canonicalize().map_err(unusable)?;
        let mut original = File::open(&source).map_err(unusable)?;
        if !original.metadata().map_err(unusable)?.is_file() {
            return Err(BlobError::Unusable(format!("{} is not a file", source.display())));
        }
        let folder = self.root.join(TEMPORARY);
        // The digest is that of what was linked: by now the name may be another file's.
        let link = tempfile::Builder::new().prefix("link-").make_in(&folder, |path| {
            fs::hard_link(&source, path)?;
            File::open(path)
        });
        if let Ok(link) = link {
            let (mut file, temporary) = link.into_parts();
            let (digest, bytes) = files::read_through(&mut file, Hasher::sha256(), |_bytes| Ok(()))
                .map_err(|error| unavailable(&source, &error))?;
            return Ok(Staged { digest, bytes, file, temporary: Some(temporary) });
        }
        // Another file system, or one without links.
        let failed = |error: io::Error| unavailable(&folder, &error);
        let mut copy = files::temporary(&folder).map_err(failed)?;
        let (digest, bytes) =
            files::read_through(&mut original, Hasher::sha256(), |bytes| copy.write_all(bytes))
                .map_err(failed)?;
        let (file, temporary) = copy.into_parts();
        Ok(Staged { digest, bytes, file, temporary: Some(temporary) })
    }

    pub(super) fn put(&self, staged: &mut Staged) -> Result<(), BlobError> {
        let path = self.path(&staged.digest);
        let failed = |error: io::Error| unavailable(&path, &error);
        staged.file.sync_all().map_err(failed)?;
        if let Some(temporary) = &staged.temporary {
            // Two links to the same file both stay; the temporary one goes with `staged`.
            fs::rename(temporary, &path).map_err(failed)?;
        }
        path.parent().map_or(Ok(()), files::synchronise_folder).map_err(failed)
    }

    pub(super) fn temporary(&self) -> Result<tempfile::NamedTempFile, BlobError> {
        let folder = self.root.join(TEMPORARY);
        files::temporary(&folder).map_err(|error| unavailable(&folder, &error))
    }

    pub(super) fn remember(&self, staged: &Staged) -> Result<(), BlobError> {
        let failed = |error: io::Error| unavailable(&self.path(&staged.digest), &error);
        self.checked.remember(&staged.file, &staged.digest).map_err(failed)
    }

    pub(super) fn get(&self, digest: &Digest) -> Result<File, BlobError> {
        let path = self.path(digest);
        let mut file = File::open(&path).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                BlobError::Missing(digest.clone())
            } else {
                unavailable(&path, &error)
            }
        })?;
        if self.checked.check(&mut file, digest).map_err(|error| unavailable(&path, &error))? {
            Ok(file)
        } else {
            Err(BlobError::Damaged(digest.clone()))
        }
    }

    pub(super) fn fetch_to(&self, digest: &Digest, target: &Path) -> Result<(), BlobError> {
        let mut file = self.get(digest)?;
        files::place(&mut file, &self.path(digest), target, digest)
    }

    pub(super) fn length(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        let path = self.path(digest);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unavailable(&path, &error)),
        }
    }

    pub(super) fn remove(&self, digest: &Digest) -> Result<(), BlobError> {
        let path = self.path(digest);
        files::remove(&path).map(|_was_there| ()).map_err(|error| unavailable(&path, &error))
    }

    pub(super) fn list(&self, part: u16) -> Result<Vec<Stored>, BlobError> {
        let folder = self.root.join(ALGORITHM).join(digits(part));
        let failed = |error: io::Error| unavailable(&folder, &error);
        let mut stored = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            match describe(&entry.map_err(failed)?) {
                Ok(Some(blob)) => stored.push(blob),
                // Not one of ours: it is left alone.
                Ok(None) => {}
                // It was removed meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(stored)
    }

    pub(super) fn sweep(&self, age: Duration) -> Result<(), BlobError> {
        files::sweep(&self.root.join(TEMPORARY), age)
    }

    /// Also whether files can be made: a file system that broke is mounted anew for reading only.
    pub(super) fn ping(&self) -> Result<(), BlobError> {
        let folder = self.root.join(TEMPORARY);
        files::temporary(&folder)
            .and_then(tempfile::NamedTempFile::close)
            .map_err(|error| unavailable(&folder, &error))
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.root.join(digest.algorithm()).join(hex.get(..2).unwrap_or(hex)).join(hex)
    }
}

fn describe(entry: &DirEntry) -> io::Result<Option<Stored>> {
    let name = entry.file_name();
    let digest = name.to_str().and_then(|name| format!("{ALGORITHM}:{name}").parse().ok());
    let Some(digest) = digest else { return Ok(None) };
    let metadata = entry.metadata()?;
    Ok(Some(Stored { digest, bytes: metadata.len(), age: files::since_changed(&metadata)? }))
}
