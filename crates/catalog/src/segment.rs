//! Segments: one feed's advisories after one update, as an immutable file named by its digest.
//!
//! The invariant: a segment is a function of the records and the facts about the feed that went in, whatever their
//! order, and a reader either gets just these records back or an error. Every byte of the file is under a checksum.
//!
//! ```text
//! header     magic, format, length of the file, the five sections (start, length, checksum), checksum of all that
//! meta       JSON: feed, parser revision, upstream date, records, coverage
//! entries    blocks of (namespace, package, which text, range), sorted by namespace and package
//! texts      blocks of advisories, each once, in the order in which the entries first name them
//! indexes    of the entries, and of the texts
//! ```
//!
//! Integers are little-endian. Blocks are zstd frames; an index says of each block where it is, how long it is before
//! and after compression, its checksum (XXH3, 64 bits) and its first key. Opening a segment reads the header alone;
//! an index is checked when it is first used, a block whenever it is read from the file.

mod blocks;
mod diff;
mod entries;
mod layout;
mod reader;
mod search;
mod sorter;
mod text_store;
mod texts;
mod writer;

use std::{collections::BTreeMap, io, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use self::{
    diff::{Change, diff},
    layout::FORMAT,
    reader::{Segment, Statements},
    writer::{NewSegment, SegmentWriter},
};

/// What a segment says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The feed.
    pub feed: String,
    /// Revision of the parser that read the document.
    pub parser_revision: String,
    /// The date that upstream gives the document, as written.
    pub upstream_date: Option<String>,
    /// Why the document may be that of another feed.
    pub misfit: Option<String>,
    /// Parts of the document that could not be read, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Records: statements about one package of one namespace, each counted once.
    pub records: u64,
    /// The namespaces that the document covers with the records of each; 0 where it covers one and says nothing.
    pub coverage: BTreeMap<String, u64>,
}

/// A segment that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The operating system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// There is no such file: it was removed since the catalog was read, or never was there.
    #[error("{}: the segment is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer Limpid.
    #[error("{}: segment format {found}; this version reads format {FORMAT}", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Not what was once written there. To be fetched again.
    #[error("{}: the segment is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The part that is not as it should be.
        what: &'static str,
    },
    /// A parser handed on an advisory about no package.
    #[error("advisory {id} names no package")]
    NoPackage {
        /// The advisory's identifier.
        id: String,
    },
    /// More than the format can hold: 4 GiB in one text or key, or 4 thousand million texts or blocks.
    #[error("{what} is too large for a segment")]
    TooLarge {
        /// What it is.
        what: &'static str,
    },
}
