//! Feeds: where an ecosystem's advisories come from, how they are read, and when they look wrong.
//!
//! What stands here is data and pure parsing; the catalog crate fetches. A parser either reads a document as a whole
//! or fails: half a feed is never taken for a feed.

mod increments;
mod probe;

use std::io::BufRead;

pub use self::{
    increments::{Change, Increments, ReadList, read_rows},
    probe::probe,
};
use crate::{Ecosystem, advisory::Record, digest::Hasher, revision};

/// Whose feeds they are: an ecosystem's, or those of what is known of vulnerabilities whatever they are in.
#[derive(Debug, Clone, Copy)]
pub struct Publisher {
    /// The first part of its feeds' names.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// The feeds.
    pub feeds: &'static FeedFamily,
    /// Digest of its own code and data, from [`revision::of`].
    pub revision: &'static str,
    /// Whether its feeds are loaded only where somebody asks for them by name; from then on they are brought up to date with all
    /// others.
    pub on_request: bool,
}

/// The feeds of one publisher.
#[derive(Debug, Clone, Copy)]
pub struct FeedFamily {
    /// The feeds that speak about a namespace such as `Alpine:v3.16`, without asking upstream; asked for
    /// [`crate::matching::END_OF_LIFE`], those that speak about the ends of releases.
    pub needed_by: fn(namespace: &str) -> Vec<FeedSource>,
    /// Every feed that upstream has.
    pub discover: fn(&dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError>,
    /// Finds the document's address today, where [`FeedSource::url`] is only where to begin to ask. `None`: that is the
    /// address.
    pub locate: Option<Locate>,
    /// Reads one document and hands each advisory to the sink, in the order of the document.
    ///
    /// Where upstream's document is an archive (zip, or tar, compressed or not), it is called for each regular file in it,
    /// and the heads are put together. A file that is no part of the feed, such as a README or a signature, is told by its
    /// [`FeedDocument::name`]: then it says nothing and returns [`FeedHead::default`]. One that it refuses as
    /// [`FeedError::Malformed`] becomes an entry of [`FeedHead::unread`], and of its records none is used; where such files
    /// are more than a small share, the archive is not believed.
    pub parse: Parse,
    /// How single documents change between two archives, where upstream tells.
    pub increments: Option<Increments>,
    /// Reads the digest of the document (SHA-256 of its bytes, decompressed, in small hexadecimal digits), where upstream tells it
    /// in a small one beside it: a document that is known need not be fetched. `None` where that one is missing, as in a mirror.
    pub mark: Option<Mark>,
    /// When new data of a feed (given by name) is not believed.
    pub guard: fn(feed: &str) -> Guard,
    /// Revisions of the shared formats that read the documents, from [`crate::revision::of`].
    pub revisions: &'static [&'static str],
    /// Whether a feed (given by name) is not the vendor's own: what the vendor says outweighs it.
    pub is_second: fn(feed: &str) -> bool,
}

/// See [`FeedFamily::locate`].
pub type Locate = fn(&FeedSource, &dyn Upstream) -> Result<String, DiscoveryError>;

/// See [`FeedFamily::mark`].
pub type Mark = fn(&FeedSource, &dyn Upstream) -> Result<Option<String>, DiscoveryError>;

/// See [`FeedFamily::parse`].
pub type Parse =
    fn(&FeedSource, &mut FeedDocument<'_>, &mut dyn FnMut(Record)) -> Result<FeedHead, FeedError>;

/// A document of a feed, decompressed.
pub struct FeedDocument<'a> {
    /// Its name within upstream's archive; empty where the document is no archive.
    pub name: &'a str,
    /// Its bytes.
    pub reader: &'a mut dyn BufRead,
}

/// One feed: an upstream document.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedSource {
    /// `<ecosystem>/<part>/…`, such as `alpine/v3.16/main`.
    pub name: String,
    /// The namespace that it speaks about. (One feed may speak about several: then what it says itself counts.)
    pub namespace: String,
    /// Its upstream address. Read from a mirror as `MIRROR/HOST/PATH`.
    pub url: String,
}

/// What a document says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedHead {
    /// The namespaces that the document covers, also those of which it has no record.
    pub covers: Vec<String>,
    /// The day or instant that upstream gives the document, as written.
    pub upstream_date: Option<String>,
    /// Why the document may be that of another feed, where it says so of itself. It is used, and every report that
    /// depends on it carries a blind spot.
    pub misfit: Option<String>,
    /// Parts of the document that could not be read, each with the reason. The rest is used, and every report that depends
    /// on it carries a blind spot; where they are many, the document is not believed at all.
    pub unread: Vec<String>,
}

/// When new data of a feed is quarantined instead of taken into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Fewest advisory records that a real document has.
    pub floor: u64,
    /// Largest shrink against the data in force, in percent of records.
    pub most_shrink_percent: u64,
    /// After how many hours without a look at upstream the data counts as stale.
    pub stale_after_hours: u32,
    /// Largest document, decompressed, in bytes; of an archive, all files together.
    pub most_bytes: u64,
}

/// What a feed's upstream can be asked while looking for feeds.
pub trait Upstream {
    /// The names of the folders and files that upstream lists at this address (which ends in `/`), without slashes.
    /// `None` where upstream gives no listing.
    fn list(&self, url: &str) -> Result<Option<Vec<String>>, DiscoveryError>;

    /// Whether upstream has a document at this address.
    fn exists(&self, url: &str) -> Result<bool, DiscoveryError>;

    /// A small document (a list of mirrors, an index of a repository), decompressed. `None` where upstream has none.
    fn read(&self, url: &str) -> Result<Option<Vec<u8>>, DiscoveryError>;
}

/// Upstream could not be asked what it has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url}: {reason}")]
pub struct DiscoveryError {
    /// What was asked.
    pub url: String,
    /// Why there was no answer.
    pub reason: String,
}

/// A document that is not what it should be. Nothing of it is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// It is not in the feed's format: another document, a part of one, or a format that changed.
    #[error("not a document of this feed: {0}")]
    Malformed(String),
    /// It could not be read to its end.
    #[error("could not be read to its end: {0}")]
    Unreadable(String),
}

impl FeedFamily {
    /// No feeds: nobody publishes advisories that may be read. Of no document is a byte believed.
    pub const NONE: Self = Self {
        needed_by: |_| Vec::new(),
        discover: |_| Ok(Vec::new()),
        locate: None,
        parse: |source, _, _| Err(FeedError::Malformed(format!("there is no feed {}", source.name))),
        increments: None,
        mark: None,
        guard: |_| Guard { floor: 1, most_shrink_percent: 0, stale_after_hours: 0, most_bytes: 0 },
        revisions: &[],
        is_second: |_| false,
    };

    /// Whether anybody publishes such advisories. Of a language without, packages are listed and never judged.
    pub fn is_there(&self) -> bool {
        (self.guard)("").most_bytes > 0
    }
}

impl Publisher {
    /// Whether a feed's name is one of this publisher's.
    pub fn owns_feed(&self, feed: &str) -> bool {
        feed.split('/').next() == Some(self.id)
    }

    /// What the records of its feeds depend on beside the upstream documents: the digest of all that parses them.
    ///
    /// Part of a segment's identity, so that a better parser rebuilds segments although upstream did not change.
    pub fn parser_revision(&self) -> String {
        let mut hasher = Hasher::sha256();
        for part in ["limpid feed parser", revision::of("parsers"), self.id, self.revision] {
            hasher.update_field(part);
        }
        for revision in self.feeds.revisions {
            hasher.update_field(revision);
        }
        hasher.finish().short().to_owned()
    }
}

impl Ecosystem {
    /// The ecosystem as one that has feeds.
    pub fn publisher(&self) -> Publisher {
        Publisher {
            id: self.id,
            name: self.name,
            feeds: self.feeds,
            revision: self.revision,
            on_request: false,
        }
    }

    /// Whether a feed's name is one of this ecosystem's.
    pub fn owns_feed(&self, feed: &str) -> bool {
        self.publisher().owns_feed(feed)
    }
}
