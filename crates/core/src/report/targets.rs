//! Whether the version that an upgrade leads to is a good one: a later advisory may affect just that one.
//!
//! The newest of the first fixed versions is judged as what is installed was. What affects it leads on to the version that fixes
//! that, until nothing that is known affects it, or nothing is known that fixes it: then that is told.

use std::{cmp::Ordering, collections::BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Finding, PlannedUpgrade, Report};
use crate::{
    IndexedPackage,
    matching::{Elsewhere, Match},
    words::{counted, first_few},
};

/// Versions that are tried for one upgrade: more would mean that fixes lead in circles.
const MOST_VERSIONS: usize = 32;
/// How many advisories are named of one package.
const NAMED: usize = 3;
/// Of how many upgrades such a sentence is said: an image that was not upgraded for long has hundreds.
const TOLD: usize = 3;

/// What is known to affect a version that an upgrade could lead to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AffectedTarget {
    /// The version.
    pub version: String,
    /// The advisory.
    pub id: String,
    /// The version that fixes it; left out where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
}

impl PlannedUpgrade {
    /// The newest of the first fixed versions, whether it is the one to upgrade to or not.
    pub(super) fn first(&self) -> Option<&String> {
        self.affected.first().map(|one| &one.version).or(self.to.as_ref())
    }

    /// What is known to affect the version to upgrade to all the same: no fix is known for it, or fixes lead on without an end.
    pub fn remaining(&self) -> impl Iterator<Item = &AffectedTarget> {
        self.affected.iter().filter(|one| Some(&one.version) == self.to.as_ref())
    }

    /// What is known to affect the version that would do without it.
    pub fn passed(&self) -> impl Iterator<Item = &AffectedTarget> {
        let first = self.first().filter(|first| Some(*first) != self.to.as_ref());
        self.affected.iter().filter(move |one| Some(&one.version) == first)
    }
}

impl Report {
    /// The same report, with each upgrade led on to a version that nothing affects, as far as one is known.
    #[must_use]
    pub fn led_on(mut self, mut elsewhere: Elsewhere<'_>) -> Self {
        let mut upgrades = std::mem::take(&mut self.upgrades);
        for upgrade in &mut upgrades {
            lead(&self, upgrade, &mut elsewhere);
        }
        self.upgrades = upgrades;
        self
    }
}

fn lead(report: &Report, upgrade: &mut PlannedUpgrade, elsewhere: &mut Elsewhere<'_>) {
    let packages = packages(upgrade, elsewhere);
    let findings: Vec<&Finding> = report.findings.iter().filter(|one| upgrade.is_about(one)).collect();
    for tried in 1..=MOST_VERSIONS {
        let Some(version) = upgrade.to.clone() else { return };
        let mut affected = BTreeSet::new();
        let mut next: Option<String> = None;
        for package in &packages {
            // What cannot be judged is told by the report: here nothing is claimed of it.
            let found = elsewhere.at(package, &version).into_iter().flatten();
            for found in found.filter(|found| is_news(found, &findings)) {
                let fix = found.fixed_in.filter(|fix| is_newer(elsewhere, package, fix, &version));
                if let Some(fix) = &fix
                    && next.as_ref().is_none_or(|next| is_newer(elsewhere, package, fix, next))
                {
                    next = Some(fix.clone());
                }
                let id = found.advisory.id;
                affected.insert(AffectedTarget { version: version.clone(), id, fixed_in: fix });
            }
        }
        upgrade.affected.extend(affected);
        // The last one is left as what it is known to be: nothing is led to that was not judged.
        let Some(next) = next.filter(|_| tried < MOST_VERSIONS) else { return };
        upgrade.to = Some(next);
    }
}

/// The installed packages that the upgrade is about, one of each name.
fn packages<'a>(upgrade: &PlannedUpgrade, elsewhere: &Elsewhere<'a>) -> Vec<&'a IndexedPackage> {
    let mut seen = BTreeSet::new();
    let is_its_own = |one: &&IndexedPackage| {
        let package = &one.package;
        let source = package.source.as_ref().map_or(&package.name, |source| &source.name);
        package.kind == upgrade.kind && *source == upgrade.name && upgrade.packages.contains(&package.name)
    };
    let index = elsewhere.index();
    let packages = index.packages.iter().filter(is_its_own);
    packages.filter(|one| seen.insert((&one.package.name, &one.namespace))).collect()
}

/// Whether it is not told anyway: what has no fix stays whatever is upgraded, and what was decided on stays decided.
fn is_news(found: &Match, findings: &[&Finding]) -> bool {
    let ids = || std::iter::once(&found.advisory.id).chain(&found.advisory.aliases);
    let is_same = |finding: &&&Finding| {
        let of_package = finding.package.name == found.package.package.name;
        of_package && ids().any(|id| *id == finding.id || finding.aliases.contains(id))
    };
    let is_told = |finding: &&Finding| {
        finding.suppressed.is_some() || (finding.fixed_in.is_none() && found.fixed_in.is_none())
    };
    !findings.iter().filter(is_same).any(is_told)
}

fn is_newer(elsewhere: &Elsewhere<'_>, package: &IndexedPackage, one: &str, other: &str) -> bool {
    let compared = elsewhere.ecosystem(package).map(|ecosystem| (ecosystem.versions.compare)(one, other));
    matches!(compared, Some(Ok(Ordering::Greater)))
}

/// Where the first fix is not the version to upgrade to, and where no version is known that nothing affects: of the first upgrades,
/// which are the worst, and how many more there are.
pub(super) fn sentences(upgrades: &[PlannedUpgrade]) -> Vec<String> {
    let (mut passed, mut remaining) = (Vec::new(), Vec::new());
    for upgrade in upgrades {
        let (name, to) = (&upgrade.name, upgrade.to.as_deref().unwrap_or_default());
        if let Some(first) = upgrade.passed().next().map(|one| &one.version) {
            let verb = if upgrade.passed().count() == 1 { "affects" } else { "affect" };
            passed.push(format!("{name} {first} would do, but {} {verb} it.", ids(upgrade.passed())));
        }
        if upgrade.remaining().next().is_some() {
            let ids = ids(upgrade.remaining());
            remaining.push(format!("No version of {name} is known that nothing affects: {to} has {ids}."));
        }
    }
    [passed, remaining].into_iter().flat_map(shortened).collect()
}

fn ids<'a>(affected: impl Iterator<Item = &'a AffectedTarget>) -> String {
    first_few(&affected.map(|one| &one.id).collect::<Vec<_>>(), NAMED, "advisory")
}

/// The first few sentences, and of how many more packages the same is true: every upgrade stands in the plan itself.
fn shortened(mut sentences: Vec<String>) -> Vec<String> {
    let more = sentences.len().saturating_sub(TOLD);
    if more > 0 {
        sentences.truncate(TOLD);
        sentences.push(format!("So it is with {}.", counted(more as u64, "more package")));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;

    fn upgrade(to: &str, affected: &[(&str, &str)]) -> PlannedUpgrade {
        let affected = affected.iter().map(|(version, id)| AffectedTarget {
            version: (*version).to_owned(),
            id: (*id).to_owned(),
            fixed_in: None,
        });
        PlannedUpgrade {
            name: "zlib".to_owned(),
            kind: "apk".to_owned(),
            packages: Vec::new(),
            to: Some(to.to_owned()),
            affected: affected.collect(),
            severity: Severity::Unknown,
            fixes: 1,
            command: None,
        }
    }

    #[test]
    fn a_target_that_is_not_the_first_fix_is_explained() {
        let cases: [(PlannedUpgrade, &[&str]); 3] = [
            (upgrade("1.2-r0", &[]), &[]),
            (
                upgrade("1.4-r0", &[("1.2-r0", "CVE-1"), ("1.3-r0", "CVE-2")]),
                &["zlib 1.2-r0 would do, but CVE-1 affects it."],
            ),
            (
                upgrade("1.3-r0", &[("1.2-r0", "CVE-1"), ("1.3-r0", "CVE-2"), ("1.3-r0", "CVE-3")]),
                &[
                    "zlib 1.2-r0 would do, but CVE-1 affects it.",
                    "No version of zlib is known that nothing affects: 1.3-r0 has CVE-2, CVE-3.",
                ],
            ),
        ];
        for (upgrade, told) in cases {
            assert_eq!(sentences(&[upgrade]), told);
        }
        let several = upgrade("2-r0", &[("1-r0", "CVE-1"), ("1-r0", "CVE-2")]);
        let one = "zlib 1-r0 would do, but CVE-1, CVE-2 affect it.";
        assert_eq!(sentences(&vec![several; 5]), [one, one, one, "So it is with 2 more packages."]);
    }
}
