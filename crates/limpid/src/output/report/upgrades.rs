//! Which packages to upgrade, to which version, and how many findings that fixes.

use std::io;

use limpid_core::{Report, ecosystem::Ecosystems, ecosystems, report::Upgrade};

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
    let upgrades = report.upgrades();
    if upgrades.is_empty() {
        return Ok(());
    }
    let ecosystems = ecosystems::all();
    let rows = upgrades.iter().take(TOLD).map(|upgrade| row(upgrade, &ecosystems)).collect();
    page.blank()?;
    Table::new(COLUMNS, rows).write(page)?;
    if upgrades.len() > TOLD {
        let more = counted((upgrades.len() - TOLD) as u64, "more package");
        page.line(&page.styled(style::QUIET, &format!("and {more}")))?;
    }
    Ok(())
}

fn row(upgrade: &Upgrade<'_>, ecosystems: &Ecosystems) -> Vec<Cell> {
    let packages: Vec<String> = upgrade.packages.iter().map(|package| escaped(package)).collect();
    let as_named =
        packages.len() == 1 && packages.first().is_some_and(|package| *package == escaped(upgrade.name));
    vec![
        Cell::new(escaped(upgrade.name), style::STRONG),
        upgrade
            .newest(ecosystems)
            .map_or_else(|| Cell::new("see above", style::QUIET), |version| Cell::plain(escaped(version))),
        Cell::plain(number(upgrade.findings)),
        Cell::new(if as_named { String::new() } else { packages.join(", ") }, style::QUIET),
    ]
}
