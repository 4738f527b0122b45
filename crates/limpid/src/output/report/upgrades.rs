//! Which packages to upgrade, to which version, and how many findings that fixes.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
    io,
};

use limpid_core::{Report, Severity, ecosystem::Ecosystems, ecosystems, report::Finding};

use crate::output::{
    columns::{Align, Cell, Column, Fit, Table},
    page::Page,
    style,
    text::{counted, escaped, number},
};

/// How many packages are told one by one.
const TOLD: usize = 10;

const COLUMNS: [Column; 4] = [
    Column { title: "UPGRADE", fit: Fit::Whole, align: Align::Left },
    Column { title: "TO", fit: Fit::Cut(8), align: Align::Left },
    Column { title: "FIXES", fit: Fit::Spare { least: 5, rank: 2 }, align: Align::Right },
    Column { title: "INSTALLED AS", fit: Fit::Spare { least: 12, rank: 1 }, align: Align::Left },
];

/// One package to upgrade: all that is built from one source is upgraded together.
#[derive(Debug, Default)]
struct Upgrade<'a> {
    worst: Severity,
    findings: u64,
    packages: BTreeSet<&'a str>,
    fixes: BTreeSet<(&'a str, &'a str)>,
}

fn upgrades(report: &Report) -> Vec<(&str, Upgrade<'_>)> {
    let mut upgrades: BTreeMap<(&str, &str), Upgrade<'_>> = BTreeMap::new();
    for finding in report.standing() {
        let Some(fixed) = &finding.fixed_in else { continue };
        let upgrade = upgrades.entry((&finding.package.kind, source_name(finding))).or_default();
        upgrade.worst = upgrade.worst.max(finding.severity);
        upgrade.findings += 1;
        upgrade.packages.insert(&finding.package.name);
        upgrade.fixes.insert((fixed, &finding.feed));
    }
    let mut upgrades: Vec<_> = upgrades.into_iter().map(|((_, name), upgrade)| (name, upgrade)).collect();
    upgrades.sort_by_key(|(_, upgrade)| Reverse((upgrade.worst, upgrade.findings)));
    upgrades
}

fn source_name(finding: &Finding) -> &str {
    finding.package.source.as_ref().unwrap_or(&finding.package.name)
}

/// How many packages to upgrade.
pub(super) fn count(report: &Report) -> u64 {
    upgrades(report).len() as u64
}

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let upgrades = upgrades(report);
    if upgrades.is_empty() {
        return Ok(());
    }
    let ecosystems = ecosystems::all();
    let rows = upgrades.iter().take(TOLD).map(|(name, upgrade)| row(name, upgrade, &ecosystems)).collect();
    page.blank()?;
    Table::new(COLUMNS, rows).write(page)?;
    if upgrades.len() > TOLD {
        let more = counted((upgrades.len() - TOLD) as u64, "more package");
        page.line(&page.styled(style::QUIET, &format!("and {more}")))?;
    }
    Ok(())
}

fn row(name: &str, upgrade: &Upgrade<'_>, ecosystems: &Ecosystems) -> Vec<Cell> {
    let packages: Vec<String> = upgrade.packages.iter().map(|package| escaped(package)).collect();
    let as_named = packages.len() == 1 && packages.first().is_some_and(|package| *package == escaped(name));
    vec![
        Cell::new(escaped(name), style::STRONG),
        newest(upgrade, ecosystems)
            .map_or_else(|| Cell::new("see above", style::QUIET), |version| Cell::plain(escaped(version))),
        Cell::plain(number(upgrade.findings)),
        Cell::new(if as_named { String::new() } else { packages.join(", ") }, style::QUIET),
    ]
}

/// The version that fixes all findings: the newest of the fixes. `None` where their order is not known.
fn newest<'a>(upgrade: &Upgrade<'a>, ecosystems: &Ecosystems) -> Option<&'a str> {
    let mut fixes = upgrade.fixes.iter();
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
