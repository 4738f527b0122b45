//! Writing a blob piece by piece: hashed while it is written to where the storage keeps what is not whole yet.

use std::io::{self, Write};

use limpid_core::{Digest, digest::Hasher};
use tempfile::NamedTempFile;

use super::{BlobError, Blobs, storage::Staged};

/// A blob that is being written. It is there when [`BlobWriter::finish`] returns; dropped before, it never was.
pub struct BlobWriter {
    blobs: Blobs,
    file: NamedTempFile,
    hasher: Hasher,
    bytes: u64,
}

impl Blobs {
    /// Begins a blob whose bytes come piece by piece.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub fn writer(&self) -> Result<BlobWriter, BlobError> {
        let file = self.storage.temporary()?;
        Ok(BlobWriter { blobs: self.clone(), file, hasher: Hasher::sha256(), bytes: 0 })
    }
}

impl BlobWriter {
    /// The digest (SHA-256) of what was written so far.
    pub fn digest(&self) -> Digest {
        self.hasher.clone().finish()
    }

    /// How many bytes were written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the blob. Durable when it returns, with digest (SHA-256) and length. What is not referred to within the grace is
    /// collected.
    ///
    /// # Errors
    /// As [`Blobs::put_file`].
    pub fn finish(self) -> Result<(Digest, u64), BlobError> {
        let (digest, bytes) = (self.hasher.finish(), self.bytes);
        let (file, temporary) = self.file.into_parts();
        let mut staged = Staged { digest: digest.clone(), bytes, file, temporary: Some(temporary) };
        if !self.blobs.put_staged(&mut staged)? {
            return Err(BlobError::Unavailable(format!("{digest} is collected before it is stored")));
        }
        if let Err(error) = self.blobs.storage.keep(staged) {
            // It is stored all the same, and is only read once more.
            tracing::warn!(%digest, %error, "a blob that was just put is not remembered as checked");
        }
        Ok((digest, bytes))
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
