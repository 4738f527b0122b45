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

pub(super) use self::{upgrades::commands, verdict::sentence};

use std::io::{self, Write};

use limpid_core::Report;

use super::{blind_spots, page::Page, style, text::escaped};
use crate::terminal::Terminal;

/// Writes the report as a page, or as plain lines where there is no terminal.
pub(crate) fn report_table(report: &Report, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let Some(width) = terminal.width else { return lines::write(report, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    header::write(page, report)?;
    findings::write(page, report)?;
    if let Some(sentence) = report.sentence_of_base() {
        page.prose(style::PLAIN, 0, &escaped(&sentence))?;
    }
    upgrades::write(page, report)?;
    blind_spots::section(page, &report.blind_spots)?;
    page.blank()?;
    since(page, report)?;
    verdict::write(page, report)
}

/// What became of the image since its baseline.
fn since(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let Some(since) = &report.since else { return Ok(()) };
    let digest = format!("{}:{}", since.digest.algorithm(), since.digest.short());
    let text = format!(
        "Since {} ({digest}, as of {}): {}.",
        escaped(&since.reference),
        since.as_of,
        escaped(&since.explanation)
    );
    page.prose(style::PLAIN, 0, &text)?;
    page.blank()
}
