//! The catalog's state: which segment of each feed is in force, and all that is known about the feeds.
//!
//! One JSON file, `catalog.json`, beside `segments/`. It is replaced as a whole, so a reader, who takes no lock, always
//! sees one state. What a feed's data was at an earlier instant is kept for the last operations of each feed.

mod commit;
mod history;
mod lock;
mod retention;
mod store;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
};

use chrono::{DateTime, Utc};
use limpid_core::{Digest, feed::FeedSource};
use serde::{Deserialize, Serialize};

pub(crate) use self::store::decode;
pub use self::{
    history::{History, Operation},
    lock::FeedLock,
    store::{Checkpoint, Store},
};
use crate::segment::{Meta, SegmentError};

/// The format of `catalog.json` that this version reads and writes.
pub const FORMAT: u32 = 1;

/// The content of `catalog.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// [`FORMAT`].
    pub format: u32,
    /// What is known about each feed, by name.
    pub feeds: BTreeMap<String, FeedRecord>,
    /// What each ecosystem's upstream has, as far as it was asked, by ecosystem id.
    #[serde(default)]
    pub discoveries: BTreeMap<String, History<Discovery>>,
    /// Segments that no operation refers to any more, by digest, and since when.
    #[serde(default)]
    pub retired: BTreeMap<Digest, DateTime<Utc>>,
}

/// What is known about one feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRecord {
    /// The namespace and upstream address under which it was last asked for.
    pub source: Option<Source>,
    /// The data in force, now and before.
    #[serde(default)]
    pub data: History<Loaded>,
    /// Newer data that looked wrong.
    pub quarantine: Option<Quarantine>,
    /// Upstream has no such document.
    pub absent: Option<Absent>,
    /// The last time that upstream gave an answer.
    pub asked: Option<Asked>,
    /// The last try, where it failed.
    pub failure: Option<Failure>,
    /// How far the changes of single documents are followed, where upstream lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl FeedRecord {
    /// Whether upstream ever gave an answer about the feed.
    pub fn was_answered(&self) -> bool {
        self.asked.is_some()
            || self.absent.is_some()
            || self.quarantine.is_some()
            || !self.data.operations().is_empty()
    }
}

/// How far the changes of single documents are followed. It holds for one segment, and for one parser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The data that has all changes until then.
    pub segment: Digest,
    /// Revision of the parser that read it.
    pub parser_revision: String,
    /// The newest instant in upstream's lists.
    pub at: DateTime<Utc>,
    /// The documents that have this instant: others may be given it later.
    pub keys: BTreeSet<String>,
    /// When all documents were read last.
    pub since: DateTime<Utc>,
}

/// Where a feed comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The namespace that it speaks about.
    pub namespace: String,
    /// Its upstream address.
    pub url: String,
}

/// A feed's data: a segment, and what is needed of it without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The segment.
    pub segment: Digest,
    /// Length of its file in bytes.
    pub bytes: u64,
    /// Its records.
    pub records: u64,
    /// The namespaces that it covers, with the records of each.
    pub coverage: BTreeMap<String, u64>,
    /// The date that upstream gives it.
    pub upstream_date: Option<String>,
    /// Why the document may be that of another feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misfit: Option<String>,
    /// Parts of the document that could not be read, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Revision of the parser that read it.
    pub parser_revision: String,
}

/// Newer data that looked wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// What is wrong with it.
    pub why: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The data, where it could be read at all.
    pub candidate: Option<Loaded>,
}

/// Upstream has no such document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// When that was first seen.
    pub since: DateTime<Utc>,
    /// When it was last seen.
    pub asked_at: DateTime<Utc>,
}

/// An answer of upstream, whatever it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: DateTime<Utc>,
    /// The address that was asked: upstream's own, or a mirror's.
    pub address: String,
    /// Revision of the parser that judged the document.
    pub parser_revision: String,
    /// How the document is told from another.
    #[serde(default)]
    pub validators: Validators,
}

/// How a document is told from another without reading it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The server's `ETag`.
    pub etag: Option<String>,
    /// The server's `Last-Modified`.
    pub last_modified: Option<String>,
    /// Digest of the document as it was transferred.
    pub content: Option<Digest>,
    /// Its digest as upstream tells it beside the document ([`limpid_core::feed::FeedFamily::mark`]), where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub message: String,
}

/// What an ecosystem's upstream has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Its feeds, by name.
    pub feeds: BTreeMap<String, Source>,
}

/// The catalog's state cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The operating system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// Not what was once written there.
    #[error("{}: the catalog is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Written by a newer Limpid.
    #[error("{}: catalog format {found}; this version of Limpid reads format {FORMAT}: use a newer one", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Another process holds the catalog for longer than it should.
    #[error("{}: another process has held this lock for {seconds} seconds", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A segment that was about to be put in force cannot be read.
    #[error(transparent)]
    Segment(#[from] SegmentError),
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: FORMAT,
            feeds: BTreeMap::new(),
            discoveries: BTreeMap::new(),
            retired: BTreeMap::new(),
        }
    }
}

impl State {
    /// Every segment that something refers to.
    pub fn segments(&self) -> impl Iterator<Item = &Loaded> {
        self.feeds.values().flat_map(|feed| {
            let candidate = feed.quarantine.iter().filter_map(|quarantine| quarantine.candidate.as_ref());
            feed.data.operations().iter().map(|operation| &operation.value).chain(candidate)
        })
    }

    /// What travels to other machines: the data in force and what is known of upstream, but neither older data, nor
    /// data in quarantine, nor this machine's failures.
    pub fn portable(&self) -> Self {
        let feeds = self.feeds.iter().map(|(name, feed)| {
            let quarantine = feed.quarantine.clone().map(|found| Quarantine { candidate: None, ..found });
            (
                name.clone(),
                FeedRecord { data: feed.data.latest_only(), quarantine, failure: None, ..feed.clone() },
            )
        });
        let discoveries = self.discoveries.iter().map(|(id, history)| (id.clone(), history.latest_only()));
        Self {
            format: FORMAT,
            feeds: feeds.collect(),
            discoveries: discoveries.collect(),
            retired: BTreeMap::new(),
        }
    }
}

impl Loaded {
    /// What the state keeps of a segment.
    pub fn new(segment: Digest, bytes: u64, meta: Meta) -> Self {
        Self {
            segment,
            bytes,
            records: meta.records,
            coverage: meta.coverage,
            upstream_date: meta.upstream_date,
            misfit: meta.misfit,
            unread: meta.unread,
            parser_revision: meta.parser_revision,
        }
    }
}

impl From<&FeedSource> for Source {
    fn from(source: &FeedSource) -> Self {
        Self { namespace: source.namespace.clone(), url: source.url.clone() }
    }
}

impl Source {
    /// The feed of this name.
    pub fn feed(&self, name: &str) -> FeedSource {
        FeedSource { name: name.to_owned(), namespace: self.namespace.clone(), url: self.url.clone() }
    }
}
