//! Which packages to upgrade, to which version, and how many findings that fixes.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize};

use super::{AffectedTarget, Finding, Report, targets};
use crate::{
    IndexReport, Severity,
    ecosystem::{Ecosystem, Ecosystems},
    ecosystems,
    upgrade::is_plain,
    words::{counted, number},
};

/// An upgrade as reports tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedUpgrade {
    /// The name of the source.
    pub name: String,
    /// The type of its packages, as in package URLs.
    #[serde(rename = "type")]
    pub kind: String,
    /// The installed packages that are affected.
    pub packages: Vec<String>,
    /// The least version that fixes all that can be fixed and that nothing else is known to affect, as far as there is one; left
    /// out where the order of the fixes is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What is known to affect versions from the newest of the first fixed ones up to that one, and is not found in what is
    /// installed, or was fixed there; left out where nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<AffectedTarget>,
    /// The highest severity of what it fixes.
    pub severity: Severity,
    /// How many findings it fixes.
    pub fixes: u64,
    /// The command that stands before the names of the packages; left out where the image has no tool for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// One package to upgrade: all that is built from one source is upgraded together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Upgrade<'a> {
    /// The name of the source.
    pub name: &'a str,
    /// The type of its packages, as in package URLs.
    pub kind: &'a str,
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
            upgrade.kind = &finding.package.kind;
            upgrade.worst = upgrade.worst.max(finding.severity);
            upgrade.findings += 1;
            upgrade.packages.insert(&finding.package.name);
            upgrade.fixes.insert((fixed, &finding.feed));
        }
        let mut upgrades: Vec<_> = upgrades.into_values().collect();
        upgrades.sort_by_key(|upgrade| Reverse((upgrade.worst, upgrade.findings)));
        upgrades
    }

    /// The same report with what to upgrade, and by what: the first tool of the ecosystem that is installed.
    pub(super) fn with_upgrades(mut self, index: &IndexReport) -> Self {
        let ecosystems = ecosystems::all();
        let installed: BTreeSet<&str> =
            index.packages.iter().map(|indexed| indexed.package.name.as_str()).collect();
        let command = |upgrade: &Upgrade<'_>| {
            let tools = upgrade.ecosystem(&ecosystems)?.upgrade;
            let tool =
                tools.iter().find(|tool| tool.package.is_empty() || installed.contains(tool.package))?;
            Some(tool.command.to_owned())
        };
        self.upgrades = self.planned(|upgrade, one| PlannedUpgrade { command: command(upgrade), ..one });
        self
    }

    /// What to upgrade for the findings that stand: the fewest upgrades that fix all that can be fixed, the worst first. With
    /// the commands that the report knows.
    pub fn plan(&self) -> Vec<PlannedUpgrade> {
        self.planned(|_, one| one)
    }

    /// What stays after the plan, in sentences; `None` where nothing does and the image has all tools.
    pub fn stays_after_upgrades(&self) -> Option<String> {
        let left = self.standing().filter(|finding| finding.fixed_in.is_none()).count() as u64;
        // A report that knows no commands says nothing of tools.
        let of_no_tool = self.upgrades.iter().filter(|one| one.command.is_none()).count() as u64;
        let mut parts = Vec::new();
        if of_no_tool > 0 {
            let what = counted(of_no_tool, "package");
            parts.push(format!(
                "For {what} the image has no tool that upgrades: build it again with newer ones."
            ));
        }
        parts.extend(targets::sentences(&self.plan()));
        match left {
            0 => {}
            1 => parts.push("1 finding stays after that: no fix is known for it.".to_owned()),
            several => {
                parts
                    .push(format!("{} findings stay after that: no fix is known for them.", number(several)));
            }
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn planned(&self, told: impl Fn(&Upgrade<'_>, PlannedUpgrade) -> PlannedUpgrade) -> Vec<PlannedUpgrade> {
        let ecosystems = ecosystems::all();
        let known = |upgrade: &Upgrade<'_>| {
            let is_same = |one: &&PlannedUpgrade| one.kind == upgrade.kind && one.name == upgrade.name;
            self.upgrades.iter().find(is_same)
        };
        let upgrades = self.upgrades();
        let planned = upgrades.iter().map(|upgrade| {
            let known = known(upgrade);
            let first = upgrade.newest(&ecosystems);
            // What was judged of a version holds for that one alone.
            let led = known.filter(|known| known.first().map(String::as_str) == first);
            let one = PlannedUpgrade {
                name: upgrade.name.to_owned(),
                kind: upgrade.kind.to_owned(),
                packages: upgrade.packages.iter().map(|&package| package.to_owned()).collect(),
                to: led.map_or_else(|| first.map(str::to_owned), |led| led.to.clone()),
                affected: led.map_or_else(Vec::new, |led| led.affected.clone()),
                severity: upgrade.worst,
                fixes: upgrade.findings,
                command: known.and_then(|known| known.command.clone()),
            };
            told(upgrade, one)
        });
        planned.collect()
    }
}

impl PlannedUpgrade {
    /// Whether a finding is one of a package that this upgrades.
    pub(super) fn is_about(&self, finding: &Finding) -> bool {
        finding.package.kind == self.kind && source_name(finding) == self.name
    }
}

/// The commands that upgrade all of a plan, one for each tool. Every package in them has a name that a shell takes as it is.
pub fn upgrade_commands(upgrades: &[PlannedUpgrade]) -> Vec<String> {
    let mut commands: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for upgrade in upgrades {
        let Some(command) = &upgrade.command else { continue };
        let first = upgrades.iter().position(|one| one.command.as_ref() == Some(command));
        let plain = upgrade.packages.iter().map(String::as_str).filter(|name| is_plain(name));
        commands.entry((first.unwrap_or_default(), command)).or_default().extend(plain);
    }
    let commands = commands.into_iter().filter(|(_, packages)| !packages.is_empty());
    commands.map(|((_, command), packages)| format!("{command} {}", packages.join(" "))).collect()
}

fn source_name(finding: &Finding) -> &str {
    finding.package.source.as_ref().unwrap_or(&finding.package.name)
}

impl<'a> Upgrade<'a> {
    /// The ecosystem whose feed says so.
    fn ecosystem<'e>(&self, ecosystems: &'e Ecosystems) -> Option<&'e Ecosystem> {
        let (_, feed) = self.fixes.first()?;
        ecosystems.iter().find(|ecosystem| ecosystem.owns_feed(feed))
    }

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
