//! What the ecosystems of languages have in common: one export of OSV records, without releases.
//!
//! A record is reported under its own identifier, and its aliases are other names of the same vulnerability. That a package is
//! malicious as a whole is said in its summary.

use super::{Dialect, Reported, Said, export::Export};
use crate::{
    Affected, AffectedRange,
    advisory::{Names, Record},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedHead, FeedSource, Guard, Upstream},
    revision,
    version::VersionOrder,
};

/// What parsing the records of a language depends on beside its own folder.
pub const REVISIONS: &[&str] = &[revision::of("formats/osv")];

/// What sets one language apart from another.
#[derive(Debug, Clone, Copy)]
pub struct Language {
    /// OSV's name, which is the namespace of its packages: `PyPI`.
    pub name: &'static str,
    /// Name of its one feed, such as `python/osv`.
    pub feed: &'static str,
    /// The order of its versions.
    pub versions: &'static VersionOrder,
    /// Which packages its records name: those that are built from a version of the index, or the index's own.
    pub names: Names,
    /// The form of a name in which detectors give it.
    pub normalised: fn(&str) -> String,
    /// Fewest records that a real export has.
    pub floor: u64,
}

impl Language {
    /// The one feed.
    pub fn needed_by(&self, namespace: &str) -> Vec<FeedSource> {
        self.export().needed_by(namespace)
    }

    /// The one feed, where upstream has it.
    pub fn discover(&self, upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
        self.export().discover(upstream)
    }

    /// Reads one record.
    pub fn parse(
        &self,
        source: &FeedSource,
        document: &mut FeedDocument<'_>,
        sink: &mut dyn FnMut(Record),
    ) -> Result<FeedHead, FeedError> {
        let dialect = Dialect {
            ecosystem: self.name,
            versions: self.versions,
            reported: Reported::AsItself,
            rate: |_| None,
            state: &|said| self.state(said),
        };
        super::parse(&dialect, source, document, sink)
    }

    /// What is said with a range. A listed version that follows no rule is left out: a package that has such a one is told as
    /// not judged, whatever is listed, and one whose version follows the rules has another.
    fn state(&self, said: &Said<'_>) -> Vec<Affected> {
        let mut affected = said.about(self.names);
        affected.namespace = self.name.to_owned();
        affected.package = (self.normalised)(&affected.package);
        if let AffectedRange::Exactly { versions } = &mut affected.range {
            versions.retain(|version| (self.versions.check)(version).is_ok());
            if versions.is_empty() {
                return Vec::new();
            }
        }
        vec![affected]
    }

    /// When new data is not believed.
    pub fn guard(&self) -> Guard {
        Guard {
            floor: self.floor,
            most_shrink_percent: 10,
            stale_after_hours: 72,
            // All members of npm's export, the largest, have some 700 MB.
            most_bytes: 4 << 30,
        }
    }

    fn export(&self) -> Export {
        Export { feed: self.feed, ecosystem: self.name }
    }
}
