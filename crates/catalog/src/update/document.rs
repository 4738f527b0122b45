//! A document that was fetched: spooled to the disk, so that reading it and transferring it fail apart.
//!
//! The spool is a file without a name: a killed process leaves nothing.

use std::{
    fs::File,
    io::{self, Read, Seek, Write},
};

use limpid_core::{Digest, digest::Hasher};

use crate::state::Validators;

/// A fetched document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) spool: File,
    pub(super) validators: Validators,
}

/// What went wrong while a document was copied to the spool.
#[derive(Debug)]
pub(super) enum CopyError {
    /// It has more bytes than a document of the feed may have.
    TooLarge,
    /// It could not be read to its end; so many bytes came.
    Reading(io::Error, u64),
    /// It could not be written.
    Writing(io::Error),
}

/// Copies a document to the spool, from its beginning.
pub(super) fn copy(
    from: &mut dyn Read,
    spool: &mut File,
    most: u64,
    advanced: &mut dyn FnMut(u64) -> io::Result<()>,
) -> Result<Digest, CopyError> {
    spool.set_len(0).and_then(|()| spool.rewind()).map_err(CopyError::Writing)?;
    let mut hasher = Hasher::sha256();
    let mut buffer = vec![0; 1 << 16];
    let mut copied = 0;
    loop {
        let length = match from.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| CopyError::Reading(error, copied))?,
        };
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(hasher.finish());
        }
        copied += bytes.len() as u64;
        if copied > most {
            return Err(CopyError::TooLarge);
        }
        hasher.update(bytes);
        spool.write_all(bytes).map_err(CopyError::Writing)?;
        advanced(bytes.len() as u64).map_err(|error| CopyError::Reading(error, copied))?;
    }
}
