//! Extracts: what is kept of a large file of which only a small part says anything, such as an archive or a program.
//!
//! An extractor reads the file once, while its layer streams by, and what it returns is the evidence in the file's place.
//! It is pure: equal files give equal extracts. Whatever the bytes, it ends: sizes, counts and depths are bounded by limits
//! of its own. What it could not read it writes into the extract, so that it is told of files that are still there in the
//! final file system, and of no others. Its revision is part of the wants, so that a better one reads layers again.

use std::{
    hash::{Hash, Hasher},
    io::{self, Read, Seek},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::owned::FileDigests;

/// Begins every extract. The extractor's id follows, perhaps a space and the digests of the file, and a line feed, then JSON.
const MAGIC: &[u8] = b"limpid extract ";

/// Takes the part out of a file that is worth keeping.
#[derive(Debug, Clone, Copy)]
pub struct Extractor {
    /// Name of its folder under `formats/`, such as `archive`.
    pub id: &'static str,
    /// Digest of its code, from [`crate::revision::of`].
    pub revision: &'static str,
    /// See [`Extract`].
    pub extract: Extract,
}

/// The extract of a file; empty where nothing of it is worth keeping. It begins as [`Extractor::write`] has it.
///
/// # Errors
/// Only those of the source and the scratch room, which are trouble on our side. What is wrong with the file is in the
/// extract.
pub type Extract = fn(&mut dyn Source, &dyn Scratch) -> io::Result<Vec<u8>>;

/// A file, or what was unpacked of one.
pub trait Source: Read + Seek {}

impl<T: Read + Seek + ?Sized> Source for T {}

/// Room for what has to be unpacked before it can be read.
pub trait Scratch {
    /// Holds all that comes, which the caller has bounded.
    fn hold<'a>(&'a self, content: &mut dyn Read) -> io::Result<Box<dyn Source + 'a>>;
}

/// Room in memory, for tests and small files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory;

impl Scratch for Memory {
    fn hold<'a>(&'a self, content: &mut dyn Read) -> io::Result<Box<dyn Source + 'a>> {
        let mut held = Vec::new();
        content.read_to_end(&mut held)?;
        Ok(Box::new(io::Cursor::new(held)))
    }
}

/// Extractors are the same where their code is.
impl PartialEq for Extractor {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.revision) == (other.id, other.revision)
    }
}

impl Eq for Extractor {}

impl Hash for Extractor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.id, self.revision).hash(state);
    }
}

/// Ends the first line of an extract that wants the digests of its file, until it has them.
const ASKS: &[u8] = b" ?";

/// Whether the extract is of a file of which it matters that it is still what the package brought that has it.
pub fn asks_for_digests(extract: &[u8]) -> bool {
    head(extract).is_some_and(|(head, _)| head.ends_with(ASKS))
}

/// The extract, with the digests of its file.
#[must_use]
pub fn with_digests(extract: &[u8], digests: &FileDigests) -> Vec<u8> {
    match head(extract) {
        Some((head, rest)) => {
            let head = head.strip_suffix(ASKS).unwrap_or(head);
            [head, b" ", digests.to_string().as_bytes(), b"\n", rest].concat()
        }
        None => extract.to_vec(),
    }
}

/// The digests of the file that this is an extract of, where it has them.
pub fn digests(extract: &[u8]) -> Option<FileDigests> {
    let (head, _) = head(extract)?;
    let more = head.strip_prefix(MAGIC)?;
    let space = more.iter().position(|&byte| byte == b' ')?;
    FileDigests::parse(more.get(space + 1..)?)
}

/// The first line of an extract without its end, and what follows it.
fn head(extract: &[u8]) -> Option<(&[u8], &[u8])> {
    if !is_extract(extract) {
        return None;
    }
    let end = extract.iter().position(|&byte| byte == b'\n')?;
    Some((extract.get(..end)?, extract.get(end + 1..)?))
}

/// Whether a content is an extract, and not the file itself.
pub fn is_extract(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

impl Extractor {
    /// Writes an extract. Where the file is an artifact, and not only something that names its package, `asks` for the digests
    /// of the file.
    pub fn write(&self, value: &impl Serialize, asks: bool) -> io::Result<Vec<u8>> {
        let end: &[u8] = if asks { ASKS } else { b"" };
        let mut extract = [MAGIC, self.id.as_bytes(), end, b"\n"].concat();
        serde_json::to_writer(&mut extract, value)?;
        Ok(extract)
    }

    /// Reads an extract of this extractor; `None` where the content is none of its own.
    pub fn read<T: DeserializeOwned>(&self, content: &[u8]) -> Option<Result<T, serde_json::Error>> {
        let (head, rest) = head(content)?;
        let more = head.strip_prefix(MAGIC)?.strip_prefix(self.id.as_bytes())?;
        (more.is_empty() || more.starts_with(b" ")).then(|| serde_json::from_slice(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTRACTOR: Extractor = Extractor { id: "thing", revision: "1", extract: |_, _| Ok(Vec::new()) };

    #[test]
    fn an_extract_is_read_with_and_without_the_digests_of_its_file() {
        let digests_of = FileDigests::of(&mut &b"abc"[..]).unwrap();
        let read = |extract: &[u8]| EXTRACTOR.read::<Vec<u8>>(extract).unwrap().unwrap();
        let plain = EXTRACTOR.write(&[1, 2], false).unwrap();
        assert!(!asks_for_digests(&plain) && digests(&plain).is_none());
        let asking = EXTRACTOR.write(&[1, 2], true).unwrap();
        assert!(asks_for_digests(&asking) && digests(&asking).is_none());
        let told = with_digests(&asking, &digests_of);
        assert!(!asks_for_digests(&told));
        assert_eq!(digests(&told), Some(digests_of));
        for extract in [&plain, &asking, &told] {
            assert_eq!(read(extract), [1, 2]);
        }
        let other = Extractor { id: "thin", ..EXTRACTOR };
        assert!(other.read::<Vec<u8>>(&told).is_none() && EXTRACTOR.read::<Vec<u8>>(b"[1]").is_none());
    }
}
