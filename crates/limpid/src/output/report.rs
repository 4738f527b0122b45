//! The vulnerability report.
//!
//! A page reads from the top to where the eye ends up: what was looked at, the findings from the worst on, the totals,
//! what to upgrade, what was not judged, and last of all the verdict.

mod findings;
pub(super) mod header;
mod lines;
#[cfg(test)]
pub(in crate::output) mod tests;
mod upgrades;
mod verdict;

pub(super) use self::verdict::sentence;

use std::io::{self, Write};

use limpid_core::Report;

use super::{blind_spots, page::Page};
use crate::terminal::Terminal;

/// Writes the report as a page, or as plain lines where there is no terminal.
pub(crate) fn report_table(report: &Report, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let Some(width) = terminal.width else { return lines::write(report, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    header::write(page, report)?;
    findings::write(page, report)?;
    upgrades::write(page, report)?;
    blind_spots::section(page, &report.blind_spots)?;
    page.blank()?;
    verdict::write(page, report)
}
