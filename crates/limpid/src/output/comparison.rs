//! The comparison of two reports.
//!
//! A page tells what was compared, which inputs differ, what that changed, and ends with the explanation.

mod advisories;
mod lines;
mod rows;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use limpid_core::comparison::{Change, Comparison, Inputs, SideFacts};

use super::{
    columns::{Cell, Column, Table},
    page::Page,
    style,
    text::{counted, escaped},
};
use crate::terminal::Terminal;

/// Writes the comparison as a page, or as plain lines where there is no terminal.
pub(crate) fn comparison_table(
    comparison: &Comparison,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(width) = terminal.width else { return lines::write(comparison, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    side(page, "A", &comparison.a)?;
    side(page, "B", &comparison.b)?;
    inputs(page, &comparison.inputs)?;
    let packages = comparison.packages.iter().flatten().map(rows::package).collect();
    section(page, "PACKAGES", &rows::PACKAGES, packages)?;
    let feeds = comparison.feeds.iter().flatten().map(rows::feed).collect();
    section(page, "ADVISORY DATA", &rows::FEEDS, feeds)?;
    advisories::section(page, comparison.advisories.as_deref().unwrap_or_default())?;
    section(page, "FINDINGS", &rows::FINDINGS, comparison.findings.iter().map(rows::finding).collect())?;
    section(
        page,
        "BLIND SPOTS",
        &rows::BLIND_SPOTS,
        comparison.blind_spots.iter().filter_map(rows::blind_spot).collect(),
    )?;
    page.blank()?;
    page.prose_led_by(style::STRONG, "In short:", &escaped(&comparison.explanation))
}

fn side(page: &mut Page<'_>, label: &str, side: &SideFacts) -> io::Result<()> {
    let name = page.styled(style::STRONG, &escaped(&side.reference));
    page.labelled(label, &name)?;
    let digest = format!("{}:{}", side.digest.algorithm(), side.digest.short());
    page.labelled_pieces("", &[(style::PLAIN, digest), (style::PLAIN, escaped(&side.platform))])?;
    let mut pieces = vec![
        (style::of_verdict(side.verdict), side.verdict.to_string()),
        (style::PLAIN, counted(side.packages, "package")),
        (style::PLAIN, counted(side.findings, "finding")),
    ];
    if side.blind_spots > 0 {
        pieces.push((style::NOT_JUDGED, counted(side.blind_spots, "blind spot")));
    }
    page.labelled_pieces("", &pieces)
}

fn inputs(page: &mut Page<'_>, inputs: &Inputs) -> io::Result<()> {
    let is_shown = |name: &str, same: Option<bool>| name != "stale feeds" || same == Some(false);
    let rows = inputs.named().into_iter().filter(|(name, input)| is_shown(name, input.same));
    section(page, "INPUTS", &rows::INPUTS, rows.map(|(name, input)| rows::input(name, input)).collect())
}

fn section(page: &mut Page<'_>, title: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(&page.styled(style::QUIET, title))?;
    table(page, columns, rows)
}

fn table(page: &mut Page<'_>, columns: &[Column], rows: Vec<Vec<Cell>>) -> io::Result<()> {
    let lines = Table::new(columns, rows).untitled(page, page.width);
    lines.iter().try_for_each(|line| page.line(line))
}

/// Without colour: what is new is good in one section and bad in another.
fn sign(change: Change) -> Cell {
    let sign = match change {
        Change::Added => "+",
        Change::Removed => "-",
        Change::Changed => "~",
    };
    Cell::new(sign, style::STRONG)
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    }
}
