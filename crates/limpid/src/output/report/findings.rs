//! The findings, one line each, and their totals.

use std::{collections::BTreeMap, io};

use limpid_core::{
    Report, Severity,
    report::{Finding, Status},
};

use crate::output::{
    columns::{Align, Cell, Column, Fit, Table},
    page::{Page, Piece},
    style,
    text::{counted, escaped, number, share},
};

const COLUMNS: [Column; 8] = [
    Column { title: "SEVERITY", fit: Fit::Cut(8), align: Align::Left },
    Column { title: "ID", fit: Fit::Whole, align: Align::Left },
    Column { title: "RISK", fit: Fit::Whole, align: Align::Left },
    Column { title: "PACKAGE", fit: Fit::Whole, align: Align::Left },
    Column { title: "INSTALLED", fit: Fit::Spare { least: 9, rank: 3 }, align: Align::Left },
    Column { title: "FIXED IN", fit: Fit::Cut(8), align: Align::Left },
    Column { title: "SOURCE", fit: Fit::Spare { least: 7, rank: 1 }, align: Align::Left },
    Column { title: "FEED", fit: Fit::Spare { least: 12, rank: 2 }, align: Align::Tail },
];

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let rows: Vec<Vec<Cell>> = report.standing().map(row).collect();
    if !rows.is_empty() {
        page.blank()?;
        Table::new(COLUMNS, rows).write(page)?;
        page.blank()?;
        totals(page, report)?;
    }
    suppressed(page, report)
}

fn row(finding: &Finding) -> Vec<Cell> {
    let fixed = finding.fixed_in.as_ref();
    vec![
        Cell::new(finding.severity.as_str(), style::of_severity(finding.severity)),
        Cell::plain(escaped(&finding.id)),
        risk(finding),
        Cell::new(escaped(&finding.package.name), style::STRONG),
        Cell::plain(escaped(&finding.package.version)),
        fixed.map_or_else(
            || Cell::new(without_fix(finding.status), style::QUIET),
            |fixed| Cell::plain(escaped(fixed)),
        ),
        Cell::plain(finding.package.source.as_ref().map_or_else(String::new, |source| escaped(source))),
        Cell::new(escaped(&finding.feed), style::QUIET),
    ]
}

/// `KEV` where it is known to be exploited; else how likely it is to be, where that is known. Without any the column is left out.
fn risk(finding: &Finding) -> Cell {
    match (&finding.kev, &finding.epss) {
        (Some(_), _) => Cell::new("KEV", style::of_severity(Severity::Critical)),
        (None, Some(epss)) => Cell::new(share(epss.score), style::QUIET),
        (None, None) => Cell::plain(""),
    }
}

/// What stands where there is no version that fixes it: what the vendor is going to do, where it says so.
fn without_fix(status: Status) -> &'static str {
    match status {
        Status::Fixed | Status::Affected => "no fix",
        Status::UnderInvestigation => "in doubt",
        Status::FixDeferred => "deferred",
        Status::WillNotFix => "never",
        Status::EndOfLife => "ended",
    }
}

/// Such as `20 findings · 2 Critical · 18 Unknown · 18 fixable`.
fn totals(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let summary = &report.summary;
    let total: u64 = summary.findings.values().sum();
    let by_severity = Severity::WORST_FIRST.into_iter().filter_map(|severity| {
        let count = summary.findings.get(&severity).copied().filter(|&count| count > 0)?;
        let unknown = severity == Severity::Unknown && count == total;
        let because = if unknown { ", as their feeds give no severity" } else { "" };
        Some((style::of_severity(severity), format!("{} {severity}{because}", number(count))))
    });
    let fixable = match summary.fixable {
        0 => "none fixable yet".to_owned(),
        fixable if fixable == total => "all fixable".to_owned(),
        fixable => format!("{} fixable", number(fixable)),
    };
    let total = (style::STRONG, counted(total, "finding"));
    let pieces: Vec<Piece> =
        [total].into_iter().chain(by_severity).chain([(style::PLAIN, fixable)]).collect();
    page.pieces(&pieces)
}

/// How many findings do not count, by decision and reason.
fn suppressed(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let mut by_decision: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for suppression in report.findings.iter().filter_map(|finding| finding.suppressed.as_ref()) {
        *by_decision.entry((&suppression.by, &suppression.reason)).or_default() += 1;
    }
    if !by_decision.is_empty() && report.standing().next().is_none() {
        page.blank()?;
    }
    by_decision.into_iter().try_for_each(|((by, reason), count)| {
        let text =
            format!("{} suppressed by {}: {}", counted(count, "finding"), escaped(by), escaped(reason));
        page.prose(style::QUIET, 0, &text)
    })
}
