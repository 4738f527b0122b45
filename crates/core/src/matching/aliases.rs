//! Advisories that are aliases of each other become one finding.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::Match;
use crate::{Ecosystem, Severity, advisory::is_cve, cvss::Vector, version::InvalidVersion};

/// One finding for each vulnerability.
///
/// Each CVE is one. What has another identifier joins the first that it is an alias of; it never joins two CVEs into
/// one, because one advisory of another body may well speak about several. Where no feed goes by CVEs, advisories are one only
/// if they name the same.
pub(super) fn merge(matches: Vec<Match>, ecosystem: &Ecosystem) -> Vec<Match> {
    let (cves, mut others): (Vec<Match>, Vec<Match>) =
        matches.into_iter().partition(|one| is_cve(&one.advisory.id));
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for one in cves {
        groups.entry(one.advisory.id.clone()).or_default().add(one);
    }
    others.sort();
    for one in others {
        let home =
            groups.iter().find(|(id, group)| group.speaks_of_the_same(id, &one)).map(|(id, _)| id.clone());
        groups.entry(home.unwrap_or_else(|| one.advisory.id.clone())).or_default().add(one);
    }
    groups.into_values().filter_map(|group| merged(group, ecosystem)).collect()
}

/// Matches that speak of one vulnerability.
#[derive(Default)]
struct Group {
    ids: BTreeSet<String>,
    members: Vec<Match>,
}

impl Group {
    fn add(&mut self, one: Match) {
        self.ids.insert(one.advisory.id.clone());
        self.ids.extend(one.advisory.aliases.iter().cloned());
        self.members.push(one);
    }

    fn speaks_of_the_same(&self, id: &str, one: &Match) -> bool {
        let own = || std::iter::once(&one.advisory.id).chain(&one.advisory.aliases);
        let cves: BTreeSet<&String> = own().filter(|id| is_cve(id)).collect();
        let known: BTreeSet<&String> = self.ids.iter().filter(|id| is_cve(id)).collect();
        let are_the_same = is_cve(id) || cves.is_empty() || known.is_empty() || cves == known;
        are_the_same && own().any(|id| self.ids.contains(id))
    }
}

/// The member that stands for its group: one that the vendor did not dismiss, then the vendor's own, then a CVE before other
/// identifiers, then by identifier; of several ranges of one, that which asks for the newest fix.
fn merged(group: Group, ecosystem: &Ecosystem) -> Option<Match> {
    let Group { ids, mut members } = group;
    members.sort_by(|a, b| {
        let foreign = |one: &Match| !is_cve(&one.advisory.id);
        let newest = by_fix(b, a, ecosystem).unwrap_or_else(|_| b.fixed_in.cmp(&a.fixed_in));
        (a.dismissed.is_some(), a.is_second)
            .cmp(&(b.dismissed.is_some(), b.is_second))
            .then(foreign(a).cmp(&foreign(b)))
            .then(a.advisory.id.cmp(&b.advisory.id))
            .then(newest)
            .then(a.feed.cmp(&b.feed))
    });
    // The vendor's severity is the one for its package; another's counts where the vendor has none.
    let vendors = members.iter().filter(|one| !one.is_second).map(|one| one.advisory.severity).max();
    let all = || members.iter().map(|one| one.advisory.severity).max();
    let severity = vendors.filter(|one| *one != Severity::Unknown).or_else(all);
    let mut cvss: Vec<Vector> = Vec::new();
    for vector in members.iter().flat_map(|one| &one.advisory.cvss) {
        if !cvss.contains(vector) {
            cvss.push(vector.clone());
        }
    }
    let standing = members.first()?;
    let same_fix = members.iter().filter(|one| one.dismissed.is_none() && one.fixed_in == standing.fixed_in);
    let fix_known = same_fix
        .filter_map(|one| one.fix_known.clone())
        .min_by_key(|one| (one.by, one.since, one.feed.clone()));
    let mut first = members.into_iter().next()?;
    first.fix_known = fix_known.or(first.fix_known);
    first.advisory.cvss = cvss;
    first.advisory.aliases = ids.into_iter().filter(|id| *id != first.advisory.id).collect();
    first.advisory.severity = severity.unwrap_or(first.advisory.severity);
    Some(first)
}

fn by_fix(a: &Match, b: &Match, ecosystem: &Ecosystem) -> Result<Ordering, InvalidVersion> {
    match (&a.fixed_in, &b.fixed_in) {
        (Some(a), Some(b)) => (ecosystem.versions.compare)(a, b),
        (a, b) => Ok(b.is_some().cmp(&a.is_some())),
    }
}
