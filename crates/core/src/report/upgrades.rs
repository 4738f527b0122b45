//! Which packages to upgrade, to which version, and how many findings that fixes.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
};

use super::{Finding, Report};
use crate::{Severity, ecosystem::Ecosystems};

/// One package to upgrade: all that is built from one source is upgraded together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Upgrade<'a> {
    /// The name of the source.
    pub name: &'a str,
    /// The highest severity of what it fixes.
    pub worst: Severity,
    /// How many findings it fixes.
    pub findings: u64,
    /// The installed packages.
    pub packages: BTreeSet<&'a str>,
    /// The first fixed version of each finding, with the feed that says so.
    pub fixes: BTreeSet<(&'a str, &'a str)>,
}

impl Report {
    /// What to upgrade: the worst first, then what fixes most.
    pub fn upgrades(&self) -> Vec<Upgrade<'_>> {
        let mut upgrades: BTreeMap<(&str, &str), Upgrade<'_>> = BTreeMap::new();
        for finding in self.standing() {
            let Some(fixed) = &finding.fixed_in else { continue };
            let name = source_name(finding);
            let upgrade = upgrades.entry((&finding.package.kind, name)).or_default();
            upgrade.name = name;
            upgrade.worst = upgrade.worst.max(finding.severity);
            upgrade.findings += 1;
            upgrade.packages.insert(&finding.package.name);
            upgrade.fixes.insert((fixed, &finding.feed));
        }
        let mut upgrades: Vec<_> = upgrades.into_values().collect();
        upgrades.sort_by_key(|upgrade| Reverse((upgrade.worst, upgrade.findings)));
        upgrades
    }
}

fn source_name(finding: &Finding) -> &str {
    finding.package.source.as_ref().unwrap_or(&finding.package.name)
}

impl<'a> Upgrade<'a> {
    /// The version that fixes all findings: the newest of the fixes. `None` where their order is not known.
    pub fn newest(&self, ecosystems: &Ecosystems) -> Option<&'a str> {
        let mut fixes = self.fixes.iter();
        let mut newest = fixes.next()?.0;
        for (version, feed) in fixes {
            if *version == newest {
                continue;
            }
            let ecosystem = ecosystems.iter().find(|ecosystem| ecosystem.owns_feed(feed))?;
            if let Ordering::Greater = (ecosystem.versions.compare)(version, newest).ok()? {
                newest = version;
            }
        }
        Some(newest)
    }
}
