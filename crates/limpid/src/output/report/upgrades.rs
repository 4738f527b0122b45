//! Which packages to upgrade, to which version and with which command, how many findings that fixes, and how many stay.

use std::io;

use limpid_core::{
    Report,
    report::{PlannedUpgrade, upgrade_commands},
};

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
    if let Some(stays) = report.stays_after_upgrades() {
        page.prose(style::QUIET, 0, &escaped(&stays))?;
    }
    Ok(())
}

/// The commands that upgrade all that is told, one for each tool.
pub(in crate::output) fn commands(upgrades: &[PlannedUpgrade]) -> Vec<String> {
    upgrade_commands(upgrades).iter().map(|command| escaped(command)).collect()
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
