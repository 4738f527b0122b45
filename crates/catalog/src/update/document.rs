//! A document that was fetched: spooled to the disk, so that reading it and transferring it fail apart.
//!
//! The spool is a file without a name: a killed process leaves nothing.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, Write},
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

impl Document {
    /// The document's own bytes: what compresses it for the transfer is to be undone here.
    pub(super) fn reader(&self, most: u64) -> io::Result<Limited<BufReader<&File>>> {
        let mut spool = &self.spool;
        spool.rewind()?;
        Ok(Limited { from: BufReader::with_capacity(1 << 16, spool), left: most })
    }
}

/// Reads no more than so many bytes: more is an error, never a shorter document.
#[derive(Debug)]
pub(super) struct Limited<R> {
    from: R,
    left: u64,
}

impl<R: BufRead> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.from.fill_buf()?;
        if self.left == 0 && !bytes.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "larger than any real document of this feed",
            ));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        Ok(bytes.get(..most).unwrap_or(bytes))
    }

    fn consume(&mut self, length: usize) {
        self.left = self.left.saturating_sub(length as u64);
        self.from.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_an_error_and_what_just_fits_is_not() {
        let read = |most| {
            let mut text = String::new();
            Limited { from: &b"12345"[..], left: most }.read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read(5).unwrap(), "12345");
        assert_eq!(read(4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
