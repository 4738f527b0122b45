//! What the ecosystems of languages have in common: one export of OSV records, without releases.
//!
//! A record is reported under its own identifier, and its aliases are other names of the same vulnerability. That a package is
//! malicious as a whole is said in its summary.

mod builds;
mod words;

use super::{Dialect, Reported, Said, export::Export};
use crate::{
    Affected,
    advisory::{Names, Record},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
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
    /// Fewest records with which an export is believed. Real ones have thousands; a mirror may have a part of them, and what was
    /// believed once may not shrink ([`Guard::most_shrink_percent`]), so that this stops only what is next to nothing.
    pub floor: u64,
}

/// A language as a type, so that its feeds are functions.
pub trait IsLanguage {
    /// The language.
    const LANGUAGE: Language;
}

/// The feeds of a language: its one export.
pub const fn feeds<L: IsLanguage>() -> FeedFamily {
    FeedFamily {
        needed_by: |namespace| L::LANGUAGE.needed_by(namespace),
        discover: |upstream| L::LANGUAGE.discover(upstream),
        locate: None,
        parse: |source, document, sink| L::LANGUAGE.parse(source, document, sink),
        increments: None,
        mark: None,
        guard: |_| L::LANGUAGE.guard(),
        revisions: REVISIONS,
        is_second: |_| false,
    }
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
            in_pairs: false,
            rate: |_| None,
            state: &|said| self.state(said),
        };
        super::parse(&dialect, source, document, sink)
    }

    /// What is said with a range. Listed versions that follow no rule stay: a package may have the very same.
    fn state(&self, said: &Said<'_>) -> Vec<Affected> {
        let mut affected = said.about(self.names);
        affected.namespace = self.name.to_owned();
        affected.package = (self.normalised)(&affected.package);
        affected.only.builds = builds::of(&said.affected.ecosystem_specific);
        affected.stance.words = words::of(said.affected);
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
