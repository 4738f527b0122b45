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

/// Begins every extract. The extractor's id and a line feed follow, then JSON.
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

/// Whether a content is an extract, and not the file itself.
pub fn is_extract(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

impl Extractor {
    /// Writes an extract.
    pub fn write(&self, value: &impl Serialize) -> io::Result<Vec<u8>> {
        let mut extract = [MAGIC, self.id.as_bytes(), b"\n"].concat();
        serde_json::to_writer(&mut extract, value)?;
        Ok(extract)
    }

    /// Reads an extract of this extractor; `None` where the content is none of its own.
    pub fn read<T: DeserializeOwned>(&self, content: &[u8]) -> Option<Result<T, serde_json::Error>> {
        let rest = content.strip_prefix(MAGIC)?.strip_prefix(self.id.as_bytes())?.strip_prefix(b"\n")?;
        Some(serde_json::from_slice(rest))
    }
}
