//! What two states of the advisory data say differently about the packages of an image.

use std::{cmp::Reverse, collections::BTreeMap};

use limpid_catalog::Catalog;
use limpid_core::{
    Digest, Distribution, IndexReport,
    clair::{ChangeReason, ClairNotification, notification},
    ecosystem::Ecosystems,
    matching::{Match, judge_alone},
};

/// A finding that came or went.
#[derive(Debug, Clone)]
pub(super) struct Change {
    reason: ChangeReason,
    found: Match,
}

/// What makes two findings the same: a package at a place, and a vulnerability.
type Identity = (String, String, String, String);

/// What the two say differently about the packages of a report.
pub(super) fn changes(
    index: &IndexReport,
    ecosystems: &Ecosystems,
    before: &Catalog,
    after: &Catalog,
) -> Vec<Change> {
    let found = |catalog: &Catalog| {
        let judgement = judge_alone(index, ecosystems, catalog, catalog.as_of().date_naive());
        // What the vendor dismisses was no finding.
        let standing = judgement.findings.into_iter().filter(|found| found.dismissed.is_none());
        standing.map(|found| (identity(&found), found)).collect::<BTreeMap<Identity, Match>>()
    };
    let (mut before, mut after) = (found(before), found(after));
    before.retain(|identity, _| after.remove(identity).is_none());
    let change = |reason: ChangeReason| move |found: Match| Change { reason, found };
    let removed = before.into_values().map(change(ChangeReason::Removed));
    after.into_values().map(change(ChangeReason::Added)).chain(removed).collect()
}

impl Change {
    /// In the order of people: what came goes before what went, then the worst first. Who reads one entry alone reads the one
    /// that matters.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        (self.reason == ChangeReason::Removed, Reverse(self.found.advisory.severity))
    }

    /// The entry as Clair writes it, for an image with these distributions.
    pub(super) fn to_clair(
        &self,
        id: &str,
        manifest: &Digest,
        distributions: &[Distribution],
    ) -> ClairNotification {
        let namespace = self.found.package.namespace.as_ref();
        let distribution = distributions.iter().find(|one| Some(&one.ecosystem) == namespace);
        notification(id, manifest, self.reason, &self.found, distribution)
    }
}

fn identity(found: &Match) -> Identity {
    let package = &found.package;
    (package.purl.clone(), package.path.clone(), package.package.name.clone(), found.advisory.id.clone())
}
