//! The bytes of a layer as stored: hashed and counted as they come, whoever consumes them.
//!
//! The buffer is always filled as far as the input goes, so that what a decoder sees, and where it stops at damage,
//! does not hang on how the bytes happened to arrive.

use std::io::{ErrorKind, Read};

use limpid_core::{Digest, digest::Hasher};

use super::{BUFFER_BYTES, Watch, faults::Stop};

/// A counting, hashing buffer over a layer's input.
pub(super) struct Stored<'a> {
    input: &'a mut dyn Read,
    watch: &'a dyn Watch,
    hasher: Hasher,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes that came from the input.
    received: u64,
    /// Bytes that may come.
    most: u64,
    at_end: bool,
}

impl<'a> Stored<'a> {
    /// Reads at most `most` bytes; one more is [`Stop::TooLong`].
    pub(super) fn new(input: &'a mut dyn Read, hasher: Hasher, most: u64, watch: &'a dyn Watch) -> Self {
        let buffer = vec![0; BUFFER_BYTES];
        Self { input, watch, hasher, buffer, start: 0, end: 0, received: 0, most, at_end: false }
    }

    /// Bytes that came from the input.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Bytes that were consumed: the place of the next one.
    pub(super) fn offset(&self) -> u64 {
        self.received - self.unread().len() as u64
    }

    /// The digest of all that came.
    pub(super) fn digest(&self) -> Digest {
        self.hasher.clone().finish()
    }

    /// Whoever watches.
    pub(super) fn watch(&self) -> &'a dyn Watch {
        self.watch
    }

    /// The next bytes, some of them; none at the end.
    pub(super) fn some(&mut self) -> Result<&[u8], Stop> {
        self.peek(1)
    }

    /// The next bytes, at least so many unless the input ends before.
    pub(super) fn peek(&mut self, least: usize) -> Result<&[u8], Stop> {
        if self.unread().len() < least && !self.at_end {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            self.fill()?;
        }
        Ok(self.unread())
    }

    /// Takes the next bytes away.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start = self.end.min(self.start + bytes);
    }

    /// Reads to the end, and throws away.
    pub(super) fn drain(&mut self) -> Result<(), Stop> {
        loop {
            let bytes = self.some()?.len();
            if bytes == 0 {
                return Ok(());
            }
            self.consume(bytes);
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn fill(&mut self) -> Result<(), Stop> {
        while let Some(room) = self.buffer.get_mut(self.end..)
            && !room.is_empty()
        {
            let bytes = match self.input.read(room) {
                Ok(bytes) => bytes.min(room.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Stop::Unreadable(error)),
            };
            if bytes == 0 {
                self.at_end = true;
                break;
            }
            self.hasher.update(room.get(..bytes).unwrap_or_default());
            self.end += bytes;
            self.received += bytes as u64;
            self.watch.advanced(bytes as u64);
            if self.received > self.most {
                return Err(Stop::TooLong);
            }
        }
        Ok(())
    }
}
