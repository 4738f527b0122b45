//! What two states of the advisory data say differently about one image.

use std::collections::BTreeMap;

use limpid_catalog::Catalog;
use limpid_core::{
    Digest, Distribution, IndexReport,
    clair::{ChangeReason, ClairNotification, notification},
    ecosystem::Ecosystems,
    matching::{Match, judge},
};

/// What changed for one image, the worst first.
#[derive(Debug, Default)]
pub(super) struct Difference {
    entries: Vec<Entry>,
    distributions: Vec<Distribution>,
}

/// A finding that came or went.
#[derive(Debug)]
struct Entry {
    reason: ChangeReason,
    found: Match,
}

/// An entry, with the distribution that it is about.
pub(super) struct Told<'a> {
    entry: &'a Entry,
    distribution: Option<&'a Distribution>,
}

/// What makes two findings the same: a package at a place, and a vulnerability.
type Identity = (String, String, String, String);

impl Difference {
    pub(super) fn of(
        index: &IndexReport,
        ecosystems: &Ecosystems,
        before: &Catalog,
        after: &Catalog,
    ) -> Self {
        let found = |catalog: &Catalog| {
            let judgement = judge(index, ecosystems, catalog, catalog.as_of().date_naive());
            judgement
                .findings
                .into_iter()
                .map(|found| (identity(&found), found))
                .collect::<BTreeMap<Identity, Match>>()
        };
        let (mut before, mut after) = (found(before), found(after));
        before.retain(|identity, _| after.remove(identity).is_none());
        let entry = |reason: ChangeReason| move |found: Match| Entry { reason, found };
        let removed = before.into_values().map(entry(ChangeReason::Removed));
        let mut entries: Vec<Entry> =
            after.into_values().map(entry(ChangeReason::Added)).chain(removed).collect();
        // What came goes before what went, then the worst first: who reads one entry alone reads the one that matters.
        entries.sort_by_key(|entry| {
            (entry.reason == ChangeReason::Removed, std::cmp::Reverse(entry.found.advisory.severity))
        });
        Self { entries, distributions: index.distributions.clone() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All that changed.
    pub(super) fn all(&self) -> Vec<Told<'_>> {
        self.entries.iter().map(|entry| self.told(entry)).collect()
    }

    /// The worst that changed.
    pub(super) fn worst(&self) -> Vec<Told<'_>> {
        self.entries.first().map(|entry| self.told(entry)).into_iter().collect()
    }

    fn told<'a>(&'a self, entry: &'a Entry) -> Told<'a> {
        let namespace = entry.found.package.namespace.as_ref();
        let distribution = self.distributions.iter().find(|one| Some(&one.ecosystem) == namespace);
        Told { entry, distribution }
    }
}

impl Told<'_> {
    /// The entry as Clair writes it.
    pub(super) fn to_clair(&self, id: &str, manifest: &Digest) -> ClairNotification {
        notification(id, manifest, self.entry.reason, &self.entry.found, self.distribution)
    }
}

fn identity(found: &Match) -> Identity {
    let package = &found.package;
    (package.purl.clone(), package.path.clone(), package.package.name.clone(), found.advisory.id.clone())
}
