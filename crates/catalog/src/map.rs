//! Memory-mapped files: the one place in Limpid with `unsafe`.
//!
//! The invariant that makes it sound: a file that is mapped is never written again. Segments are written under a
//! temporary name, renamed to the digest of their content, and from then on only unlinked, which leaves a mapping
//! intact. What another program writes into the files all the same shows up as a checksum that does not match; one that
//! shortens a file under our eyes ends the process (SIGBUS), as with every memory map.
#![allow(
    unsafe_code,
    reason = "mapping a file has no safe interface; the module's invariant is what makes it sound"
)]

use std::{fs::File, io, ops::Deref};

/// The bytes of an immutable file.
#[derive(Debug)]
pub(crate) struct Map(memmap2::Mmap);

impl Map {
    /// Maps a whole file. An empty file gives no bytes.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the file is immutable for as long as it exists, see the head of this module.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
