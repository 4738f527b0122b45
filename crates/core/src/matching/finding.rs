//! Judging one package: comparing its version with every range that names it.
//!
//! Advisories that are aliases of each other become one finding. A version or range that cannot be read becomes a
//! blind spot of its own and leaves the other advisories standing.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{Advisories, Judgement, Statement};
use crate::{
    Advisory, AffectedRange, BlindSpot, Ecosystem, IndexedPackage, Package, Reason, advisory::Names,
    version::InvalidVersion,
};

/// A package and an advisory that its version is affected by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The package.
    pub package: IndexedPackage,
    /// The advisory; its aliases are those of all feeds that speak of the same vulnerability.
    pub advisory: Advisory,
    /// The first version that is not affected, where one is known.
    pub fixed_in: Option<String>,
    /// The feed that says so.
    pub feed: String,
    /// The comparison that decided, such as `1.1.1n-r0 < 1.1.1q-r0`.
    pub why: String,
}

/// How far a package was judged.
pub(super) struct Judged {
    /// Compared with everything that names it.
    pub(super) compared: bool,
    /// Named by at least one statement.
    pub(super) named: bool,
}

/// Judges one package, and adds what it finds to the judgement.
pub(super) fn judge_package(
    package: &IndexedPackage,
    ecosystem: &Ecosystem,
    advisories: &dyn Advisories,
    judgement: &mut Judgement,
) -> Judged {
    let Heard { statements, mut compared } = statements_about(package, advisories, judgement);
    let named = !statements.is_empty();
    if let Err(invalid) = (ecosystem.versions.check)(&package.package.version) {
        judgement.blind_spots.push(unparsable(&package.package, &invalid.to_string()));
        return Judged { compared: false, named };
    }
    let mut matches = Vec::new();
    for statement in statements {
        match affects(&statement, &package.package, ecosystem) {
            Ok(Some((why, fixed_in))) => matches.push(Match {
                package: package.clone(),
                advisory: statement.advisory,
                fixed_in,
                feed: statement.feed,
                why,
            }),
            Ok(None) => {}
            Err(unread) => {
                compared = false;
                let detail = format!("{} of {}: {unread}", statement.advisory.id, statement.feed);
                judgement.blind_spots.push(unparsable(&package.package, &detail));
            }
        }
    }
    judgement.findings.extend(merge_aliases(matches, ecosystem));
    Judged { compared, named }
}

fn unparsable(package: &Package, detail: &str) -> BlindSpot {
    let subject = format!("{} {}", package.name, package.version);
    BlindSpot::new(Reason::VersionUnparsable, subject, detail).with_packages(1)
}

/// What the feeds say about a package, and whether all of them could be heard.
struct Heard {
    statements: Vec<Statement>,
    compared: bool,
}

/// Everything that is said about the package under its own name or its source's. A feed that cannot be read becomes
/// a blind spot.
fn statements_about(
    package: &IndexedPackage,
    advisories: &dyn Advisories,
    judgement: &mut Judgement,
) -> Heard {
    let mut heard = Heard { statements: Vec::new(), compared: true };
    let Some(namespace) = &package.namespace else { return Heard { compared: false, ..heard } };
    let package = &package.package;
    for name in BTreeSet::from([package.source_name(), &package.name]) {
        let found = advisories.find(namespace, name);
        heard.statements.extend(found.statements.into_iter().filter(
            |statement| match statement.affected.names {
                Names::Source => name == package.source_name(),
                Names::Binary => name == package.name,
            },
        ));
        for (feed, why) in found.unreadable {
            let detail = format!("its data cannot be read ({why}); limpid db update {feed} fetches it again");
            judgement.blind_spots.push(BlindSpot::new(Reason::FeedNotLoaded, feed, detail));
            heard.compared = false;
        }
    }
    heard
}

/// Why the package is affected, and the version that fixes it; `None` where it is not affected.
fn affects(
    statement: &Statement,
    package: &Package,
    ecosystem: &Ecosystem,
) -> Result<Option<(String, Option<String>)>, String> {
    let (owner, version) = match (&statement.affected.names, &package.source) {
        (Names::Source, Some(source)) if source.name != package.name || source.version != package.version => {
            (format!("{} ", source.name), source.version.as_str())
        }
        (Names::Source | Names::Binary, _) => (String::new(), package.version.as_str()),
    };
    let compare =
        |other: &str| (ecosystem.versions.compare)(version, other).map_err(|error| error.to_string());
    let reached = |introduced: &Option<String>| {
        introduced.as_ref().map_or(Ok(true), |first| compare(first).map(|order| order != Ordering::Less))
    };
    let from = |introduced: &Option<String>| {
        introduced.as_ref().map_or(String::new(), |first| format!("{first} ≤ "))
    };
    match &statement.affected.range {
        AffectedRange::NeverAffected => Ok(None),
        AffectedRange::Unreadable { text } => Err(format!("“{text}” could not be read")),
        AffectedRange::Unfixed { introduced } => Ok(reached(introduced)?
            .then(|| (format!("{owner}{}{version}, no fix is known", from(introduced)), None))),
        AffectedRange::Fixed { introduced, fixed } => {
            let affected = reached(introduced)? && compare(fixed)? == Ordering::Less;
            Ok(affected
                .then(|| (format!("{owner}{}{version} < {fixed}", from(introduced)), Some(fixed.clone()))))
        }
    }
}

/// One finding for each vulnerability.
///
/// Each CVE is one. What has another identifier joins the first that it is an alias of; it never joins two CVEs into
/// one, because one advisory of another body may well speak about several.
fn merge_aliases(matches: Vec<Match>, ecosystem: &Ecosystem) -> Vec<Match> {
    let (cves, mut others): (Vec<Match>, Vec<Match>) =
        matches.into_iter().partition(|one| is_cve(&one.advisory.id));
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for one in cves {
        groups.entry(one.advisory.id.clone()).or_default().add(one);
    }
    others.sort();
    for one in others {
        let home = groups.iter().find(|(_, group)| group.speaks_of_the_same(&one)).map(|(id, _)| id.clone());
        groups.entry(home.unwrap_or_else(|| one.advisory.id.clone())).or_default().add(one);
    }
    groups.into_values().filter_map(|group| merged(group, ecosystem)).collect()
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
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

    fn speaks_of_the_same(&self, one: &Match) -> bool {
        self.ids.contains(&one.advisory.id)
            || one.advisory.aliases.iter().any(|alias| self.ids.contains(alias))
    }
}

/// The member that stands for its group: a CVE before other identifiers, then the one that asks for the newest fix.
fn merged(group: Group, ecosystem: &Ecosystem) -> Option<Match> {
    let Group { ids, mut members } = group;
    members.sort_by(|a, b| {
        let foreign = |one: &Match| !is_cve(&one.advisory.id);
        let newest = by_fix(b, a, ecosystem).unwrap_or_else(|_| b.fixed_in.cmp(&a.fixed_in));
        foreign(a)
            .cmp(&foreign(b))
            .then(a.advisory.id.cmp(&b.advisory.id))
            .then(newest)
            .then(a.feed.cmp(&b.feed))
    });
    let severity = members.iter().map(|one| one.advisory.severity).max();
    let mut first = members.into_iter().next()?;
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
