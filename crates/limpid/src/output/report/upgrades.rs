//! Which packages to upgrade, to which version and with which command, how many findings that fixes, and how many stay.

use std::{collections::BTreeMap, io};

use limpid_core::{Report, report::PlannedUpgrade, upgrade::is_plain};

use crate::output::{
    columns::{Align, Cell, Column, Fit, Table},
    page::Page,
    style,
    text::{counted, escaped, first_few, number},
};

/// How many packages are told one by one.
const TOLD: usize = 10;
/// How many advisories are named of one package.
const NAMED: usize = 3;

const COLUMNS: [Column; 4] = [
    Column { title: "UPGRADE", fit: Fit::Whole, align: Align::Left },
    Column { title: "TO", fit: Fit::Cut(8), align: Align::Left },
    Column { title: "FIXES", fit: Fit::Spare { least: 5, rank: 2 }, align: Align::Right },
    Column { title: "INSTALLED AS", fit: Fit::Spare { least: 12, rank: 1 }, align: Align::Left },
];

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let upgrades = report.plan();
    if upgrades.is_empty() {
        return Ok(());
    }
    let rows = upgrades.iter().take(TOLD).map(row).collect();
    page.blank()?;
    Table::new(COLUMNS, rows).write(page)?;
    if upgrades.len() > TOLD {
        let more = counted((upgrades.len() - TOLD) as u64, "more package");
        page.line(&page.styled(style::QUIET, &format!("and {more}")))?;
    }
    let commands = commands(&upgrades);
    if !commands.is_empty() {
        page.blank()?;
    }
    for command in commands {
        broken(&command, page.width).iter().try_for_each(|line| page.line(line))?;
    }
    if let Some(stays) = stays(report) {
        page.prose(style::QUIET, 0, &stays)?;
    }
    Ok(())
}

/// The commands that upgrade all that is told, one for each tool. Every name in them is one that a shell takes as it is.
pub(in crate::output) fn commands(upgrades: &[PlannedUpgrade]) -> Vec<String> {
    let mut commands: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for upgrade in upgrades {
        let Some(command) = &upgrade.command else { continue };
        let first = upgrades.iter().position(|one| one.command.as_ref() == Some(command));
        let plain = upgrade.packages.iter().map(String::as_str).filter(|name| is_plain(name));
        commands.entry((first.unwrap_or_default(), command)).or_default().extend(plain);
    }
    let commands = commands.into_iter().filter(|(_, packages)| !packages.is_empty());
    commands.map(|((_, command), packages)| format!("{} {}", escaped(command), packages.join(" "))).collect()
}

/// Where the first fix is not the version to upgrade to, and where no version is known that nothing affects.
fn targets(upgrades: &[PlannedUpgrade]) -> Vec<String> {
    let mut told = Vec::new();
    for upgrade in upgrades {
        let (name, to) = (escaped(&upgrade.name), escaped(upgrade.to.as_deref().unwrap_or_default()));
        let passed: Vec<String> = upgrade.passed().map(|one| one.id.clone()).collect();
        let remaining: Vec<String> = upgrade.remaining().map(|one| one.id.clone()).collect();
        if let Some(first) = upgrade.passed().next().map(|one| escaped(&one.version)) {
            told.push(format!(
                "{name} {first} would do, but {} affects it.",
                first_few(&passed, NAMED, "advisory")
            ));
        }
        if !remaining.is_empty() {
            told.push(format!(
                "No version of {name} is known that nothing affects: {to} has {}.",
                first_few(&remaining, NAMED, "advisory")
            ));
        }
    }
    told
}

/// What stays after that.
pub(in crate::output) fn stays(report: &Report) -> Option<String> {
    let left = report.standing().filter(|finding| finding.fixed_in.is_none()).count() as u64;
    // A report that knows no commands says nothing of tools.
    let of_no_tool = report.upgrades.iter().filter(|one| one.command.is_none()).count() as u64;
    let mut parts = Vec::new();
    if of_no_tool > 0 {
        let what = counted(of_no_tool, "package");
        parts
            .push(format!("For {what} the image has no tool that upgrades: build it again with newer ones."));
    }
    parts.extend(targets(&report.plan()));
    match left {
        0 => {}
        1 => parts.push("1 finding stays after that: no fix is known for it.".to_owned()),
        several => {
            parts.push(format!("{} findings stay after that: no fix is known for them.", number(several)));
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A command over several lines, as a shell takes it.
fn broken(command: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in command.split(' ') {
        if !line.trim().is_empty() && line.len() + word.len() + " ".len() + " \\".len() > width {
            lines.push(format!("{line} \\"));
            line = format!("  {word}");
        } else if line.is_empty() {
            word.clone_into(&mut line);
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}

fn row(upgrade: &PlannedUpgrade) -> Vec<Cell> {
    let packages: Vec<String> = upgrade.packages.iter().map(|package| escaped(package)).collect();
    let name = escaped(&upgrade.name);
    let as_named = packages.len() == 1 && packages.first() == Some(&name);
    let to = upgrade.to.as_deref();
    vec![
        Cell::new(name, style::STRONG),
        to.map_or_else(|| Cell::new("see above", style::QUIET), |version| Cell::plain(escaped(version))),
        Cell::plain(number(upgrade.fixes)),
        Cell::new(if as_named { String::new() } else { packages.join(", ") }, style::QUIET),
    ]
}

#[cfg(test)]
mod tests {
    use limpid_core::{Severity, report::AffectedTarget};

    use super::*;

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
            assert_eq!(targets(&[upgrade]), told);
        }
    }
}
