//! What a fetched document consists of: itself, or the files in it where it is an archive, told by its first bytes.
//!
//! Names in an archive are names and nothing else: nothing is written to the disk. An archive that ends early is an error.

mod tar;
mod zip;

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek},
};

use super::decompress::{Limited, decompressed, peek};
use crate::limits;

/// What is in an archive.
pub(super) enum Entry<'a, 'b> {
    /// A regular file.
    File(&'a str, &'a mut Limited<'b>),
    /// Something that no feed has: a link, a device. Its name, and what it is.
    Odd(&'a str, &'static str),
}

/// Told of each entry. An error ends the walk, and comes out of it.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Entry<'_, '_>) -> io::Result<()>;

/// Hands each part of a document on: of an archive its files, of anything else the one that it is, without a name. All
/// of them together have at most `most` bytes.
///
/// # Errors
/// What is wrong with the document as a whole, and whatever `visit` fails with.
pub(super) fn walk(mut spool: &File, most: u64, visit: Visit<'_>) -> io::Result<()> {
    spool.rewind()?;
    let mut magic = [0; 4];
    let is_long_enough = spool.read_exact(&mut magic).is_ok();
    spool.rewind()?;
    if is_long_enough && matches!(&magic, b"PK\x03\x04" | b"PK\x05\x06") {
        return zip::walk(spool, most, visit);
    }
    let plain = decompressed(BufReader::with_capacity(1 << 16, spool), most)?;
    let (beginning, whole) = peek(Box::new(plain), tar::MAGIC_END)?;
    if tar::is_one(&beginning) {
        return tar::walk(whole, most, visit);
    }
    let mut document = Limited::new(whole, most);
    visit(Entry::File("", &mut document))?;
    document.drain()
}

/// Counts files and bytes of an archive down.
struct Budget {
    members: u64,
    bytes: u64,
}

impl Budget {
    fn new(most: u64) -> Self {
        Self { members: limits::MEMBERS, bytes: most }
    }

    /// One more entry, under this name.
    fn enter(&mut self, name: &str) -> io::Result<()> {
        self.members = self
            .members
            .checked_sub(1)
            .ok_or_else(|| super::decompress::invalid("more files than any real archive of a feed has"))?;
        if name.len() as u64 > limits::MEMBER_NAME_BYTES {
            return Err(super::decompress::invalid("a file's name is longer than any real one"));
        }
        Ok(())
    }

    /// Hands a file on, and reads it to its end.
    fn file(&mut self, name: &str, content: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
        let mut reader = decompressed(BufReader::with_capacity(1 << 14, content), self.bytes)?;
        visit(Entry::File(name, &mut reader))?;
        reader.drain()?;
        self.bytes = reader.left();
        Ok(())
    }
}
