//! Judging one package: comparing its version with every range that names it.
//!
//! Advisories that are aliases of each other become one finding. A version or range that cannot be read becomes a
//! blind spot of its own and leaves the other advisories standing.

use std::{cmp::Ordering, collections::BTreeSet};

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
    let statements = statements_about(package, advisories, judgement);
    let named = !statements.is_empty();
    if let Err(invalid) = (ecosystem.versions.check)(&package.package.version) {
        judgement.blind_spots.push(unparsable(&package.package, &invalid.to_string()));
        return Judged { compared: false, named };
    }
    let mut matches = Vec::new();
    let mut compared = true;
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

/// Everything that is said about the package under its own name or its source's. A feed that cannot be read becomes
/// a blind spot.
fn statements_about(
    package: &IndexedPackage,
    advisories: &dyn Advisories,
    judgement: &mut Judgement,
) -> Vec<Statement> {
    let Some(namespace) = &package.namespace else { return Vec::new() };
    let package = &package.package;
    let mut statements = Vec::new();
    for name in BTreeSet::from([package.source_name(), &package.name]) {
        let found = advisories.find(namespace, name);
        statements.extend(found.statements.into_iter().filter(|statement| match statement.affected.names {
            Names::Source => name == package.source_name(),
            Names::Binary => name == package.name,
        }));
        for (feed, why) in found.unreadable {
            let detail = format!("its data cannot be read ({why}); limpid db update {feed} fetches it again");
            judgement.blind_spots.push(BlindSpot::new(Reason::FeedNotLoaded, feed, detail));
        }
    }
    statements
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
    let compare = |other: &str| (ecosystem.versions.compare)(version, other).map_err(|error| error.to_string());
    let reached = |introduced: &Option<String>| {
        introduced.as_ref().map_or(Ok(true), |first| compare(first).map(|order| order != Ordering::Less))
    };
    let from = |introduced: &Option<String>| introduced.as_ref().map_or(String::new(), |first| format!("{first} ≤ "));
    match &statement.affected.range {
        AffectedRange::NeverAffected => Ok(None),
        AffectedRange::Unreadable { text } => Err(format!("“{text}” could not be read")),
        AffectedRange::Unfixed { introduced } => Ok(reached(introduced)?
            .then(|| (format!("{owner}{}{version}, no fix is known", from(introduced)), None))),
        AffectedRange::Fixed { introduced, fixed } => {
            let affected = reached(introduced)? && compare(fixed)? == Ordering::Less;
            Ok(affected.then(|| (format!("{owner}{}{version} < {fixed}", from(introduced)), Some(fixed.clone()))))
        }
    }
}

/// One finding for each vulnerability: matches that share an identifier are one.
fn merge_aliases(matches: Vec<Match>, ecosystem: &Ecosystem) -> Vec<Match> {
    let mut groups: Vec<(BTreeSet<String>, Vec<Match>)> = Vec::new();
    for one in matches {
        let mut ids: BTreeSet<String> = one.advisory.aliases.iter().cloned().collect();
        ids.insert(one.advisory.id.clone());
        let mut members = vec![one];
        let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(known, _)| !known.is_disjoint(&ids));
        for (known, more) in joined {
            ids.extend(known);
            members.extend(more);
        }
        groups = apart;
        groups.push((ids, members));
    }
    groups.into_iter().filter_map(|(ids, members)| merged(ids, members, ecosystem)).collect()
}

/// The member that stands for its group: a CVE before other identifiers, then the one that asks for the newest fix.
fn merged(ids: BTreeSet<String>, mut members: Vec<Match>, ecosystem: &Ecosystem) -> Option<Match> {
    members.sort_by(|a, b| {
        let foreign = |one: &Match| !one.advisory.id.starts_with("CVE-");
        let newest = by_fix(b, a, ecosystem).unwrap_or_else(|_| b.fixed_in.cmp(&a.fixed_in));
        foreign(a).cmp(&foreign(b)).then(a.advisory.id.cmp(&b.advisory.id)).then(newest).then(a.feed.cmp(&b.feed))
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
