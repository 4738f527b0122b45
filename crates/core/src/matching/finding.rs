//! Judging one package: comparing its version with every range that names it.
//!
//! A version or range that cannot be read becomes a blind spot of its own and leaves the other advisories standing.

use std::{cmp::Ordering, collections::BTreeSet};

use super::{Advisories, Judgement, Statement, aliases};
use crate::{
    Advisory, Affected, AffectedRange, BlindSpot, Ecosystem, IndexedPackage, Package, Reason, advisory::Names,
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
    indexed: &IndexedPackage,
    ecosystem: &Ecosystem,
    advisories: &dyn Advisories,
    judgement: &mut Judgement,
) -> Judged {
    let package = &indexed.package;
    let mut judged = Judged { compared: true, named: false };
    if let Err(invalid) = (ecosystem.versions.check)(&package.version) {
        judgement.blind_spots.push(unparsable(package, &invalid.to_string()));
        judged.compared = false;
    }
    let mut matches = Vec::new();
    for statement in statements_about(indexed, ecosystem, advisories, judgement, &mut judged) {
        match affects(&statement.affected, package, ecosystem) {
            Ok(Some((why, fixed_in))) => matches.push(Match {
                package: indexed.clone(),
                advisory: statement.advisory,
                fixed_in,
                feed: statement.feed,
                why,
            }),
            Ok(None) => {}
            Err(unread) => {
                judged.compared = false;
                let detail = format!("{} of {}: {unread}", statement.advisory.id, statement.feed);
                judgement.blind_spots.push(unparsable(package, &detail));
            }
        }
    }
    judgement.findings.extend(aliases::merge(matches, ecosystem));
    judged
}

fn unparsable(package: &Package, detail: &str) -> BlindSpot {
    let subject = format!("{} {}", package.name, package.version);
    BlindSpot::new(Reason::VersionUnparsable, subject, detail).with_packages(1)
}

/// What is said about the package, under its own name or its source's, that affects it or cannot be compared. A feed
/// that cannot be read becomes a blind spot.
fn statements_about(
    indexed: &IndexedPackage,
    ecosystem: &Ecosystem,
    advisories: &dyn Advisories,
    judgement: &mut Judgement,
    judged: &mut Judged,
) -> Vec<Statement> {
    let Some(namespace) = &indexed.namespace else { return Vec::new() };
    let package = &indexed.package;
    let mut statements = Vec::new();
    // A version that follows no rule has its blind spot already.
    let is_comparable = judged.compared;
    for name in BTreeSet::from([package.source_name(), &package.name]) {
        let found = advisories.find(namespace, name, &mut |affected| {
            let is_meant = match affected.names {
                Names::Source => name == package.source_name(),
                Names::Binary => name == package.name,
            };
            judged.named |= is_meant;
            is_meant && is_comparable && !matches!(affects(affected, package, ecosystem), Ok(None))
        });
        statements.extend(found.statements);
        for (feed, why) in found.unreadable {
            let remedy = advisories.keeper().update(Some(&feed), "fetches it again");
            let detail = format!("its data cannot be read ({why}); {remedy}");
            judgement.blind_spots.push(BlindSpot::new(Reason::FeedNotLoaded, feed, detail));
            judged.compared = false;
        }
    }
    statements
}

/// Why the package is affected, and the version that fixes it; `None` where it is not affected.
fn affects(
    affected: &Affected,
    package: &Package,
    ecosystem: &Ecosystem,
) -> Result<Option<(String, Option<String>)>, String> {
    let (owner, version) = match (&affected.names, &package.source) {
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
    match &affected.range {
        AffectedRange::NeverAffected => Ok(None),
        AffectedRange::Unreadable { text } => Err(format!("“{text}” could not be read")),
        AffectedRange::Unfixed { introduced } => Ok(reached(introduced)?
            .then(|| (format!("{owner}{}{version}, no fix is known", from(introduced)), None))),
        AffectedRange::Fixed { introduced, fixed } => {
            let is_affected = reached(introduced)? && compare(fixed)? == Ordering::Less;
            Ok(is_affected
                .then(|| (format!("{owner}{}{version} < {fixed}", from(introduced)), Some(fixed.clone()))))
        }
    }
}
