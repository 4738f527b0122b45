//! Advisories that were added, removed or changed in the feeds that both sides asked.
//!
//! The data is not at hand here: whoever compares walks it and hands over what both sides say of one package after the
//! other. Every change is counted; only those about packages of the two images are told one by one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Change;
use crate::{Advisory, Affected, AffectedRange, IndexedPackage, advisory::Names};

/// How the advisories of one feed differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedAdvisories {
    /// The feed.
    pub feed: String,
    /// How many advisories differ in the feed as a whole; `None` where that is not known.
    pub counts: Option<AdvisoryCounts>,
    /// Those about packages of the images: added, removed, changed; in each by package and identifier.
    pub changes: Vec<AdvisoryChange>,
    /// Why it is not known what differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// How many advisories differ. One about two packages counts twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvisoryCounts {
    /// Only in B.
    pub added: u64,
    /// Only in A.
    pub removed: u64,
    /// In both, and not the same.
    pub changed: u64,
}

/// An advisory about one package that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AdvisoryChange {
    /// Where it is.
    pub change: Change,
    /// The package, as the advisory names it: a source package in most feeds.
    pub package: String,
    /// The advisory's identifier.
    pub id: String,
    /// The namespace of the package.
    pub namespace: String,
    /// What A says of its versions, in words. The same as in B where another field than the range differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<String>,
    /// What B says of its versions, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<String>,
}

/// What a feed says: a package with its versions, and the advisory.
pub type Said = (Affected, Advisory);

/// The packages of images, as advisories name them.
#[derive(Debug, Clone, Default)]
pub struct ImagePackages(BTreeSet<(String, String, Names)>);

impl ImagePackages {
    /// These packages.
    pub fn of<'a>(images: impl IntoIterator<Item = &'a IndexedPackage>) -> Self {
        let mut packages = BTreeSet::new();
        for indexed in images {
            // Without a namespace no advisory is about it; the report has a blind spot for it.
            let Some(namespace) = &indexed.namespace else { continue };
            let (package, source) = (&indexed.package.name, indexed.package.source_name());
            packages.insert((namespace.clone(), source.to_owned(), Names::Source));
            packages.insert((namespace.clone(), package.clone(), Names::Binary));
        }
        Self(packages)
    }

    fn have(&self, namespace: &str, package: &str, names: Names) -> bool {
        self.0.contains(&(namespace.to_owned(), package.to_owned(), names))
    }
}

/// The changes of one feed while they are gathered.
#[derive(Debug)]
pub struct FeedDifference<'a> {
    images: &'a ImagePackages,
    counts: AdvisoryCounts,
    changes: Vec<AdvisoryChange>,
}

impl<'a> FeedDifference<'a> {
    /// No change yet.
    pub fn new(images: &'a ImagePackages) -> Self {
        Self { images, counts: AdvisoryCounts::default(), changes: Vec::new() }
    }

    /// Takes in all that the two sides say of one package. Whatever is the same on both counts for nothing.
    pub fn package(&mut self, a: &[Said], b: &[Said]) {
        let (mut in_a, mut in_b) = (listing(a), listing(b));
        let keys: BTreeSet<Key<'_>> = in_a.keys().chain(in_b.keys()).copied().collect();
        for key in keys {
            let (a, b) = (in_a.remove(&key), in_b.remove(&key));
            let change = match (&a, &b) {
                (None, _) => Change::Added,
                (_, None) => Change::Removed,
                (Some(_), Some(_)) => Change::Changed,
            };
            if a == b {
                continue;
            }
            self.count(change);
            if self.images.have(key.namespace, key.package, key.names) {
                self.changes.push(AdvisoryChange {
                    change,
                    package: key.package.to_owned(),
                    id: key.id.to_owned(),
                    namespace: key.namespace.to_owned(),
                    a: a.as_ref().map(in_words),
                    b: b.as_ref().map(in_words),
                });
            }
        }
    }

    fn count(&mut self, change: Change) {
        let count = match change {
            Change::Added => &mut self.counts.added,
            Change::Removed => &mut self.counts.removed,
            Change::Changed => &mut self.counts.changed,
        };
        *count += 1;
    }

    /// All that was taken in, sorted.
    pub fn finish(mut self, feed: &str) -> FeedAdvisories {
        self.changes.sort();
        FeedAdvisories {
            feed: feed.to_owned(),
            counts: Some(self.counts),
            changes: self.changes,
            unknown: None,
        }
    }
}

impl FeedAdvisories {
    /// A feed whose data differs, nobody can tell any more how.
    pub fn unknown(feed: &str, why: String) -> Self {
        Self { feed: feed.to_owned(), counts: None, changes: Vec::new(), unknown: Some(why) }
    }
}

/// What makes two statements the same advisory at two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    namespace: &'a str,
    package: &'a str,
    names: Names,
    id: &'a str,
}

type Listing<'a> = BTreeMap<Key<'a>, BTreeSet<&'a Said>>;

fn listing(said: &[Said]) -> Listing<'_> {
    let mut listing = Listing::new();
    for one in said {
        let (affected, advisory) = one;
        let Affected { namespace, package, names, .. } = affected;
        let key = Key { namespace, package, names: *names, id: &advisory.id };
        listing.entry(key).or_default().insert(one);
    }
    listing
}

/// The ranges of one advisory about one package.
fn in_words(said: &BTreeSet<&Said>) -> String {
    let ranges: BTreeSet<&AffectedRange> = said.iter().map(|(affected, _)| &affected.range).collect();
    ranges.into_iter().map(AffectedRange::in_words).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
