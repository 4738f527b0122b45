//! CSV, for spreadsheets: a line for each finding and each blind spot.
//!
//! Cells are strangers' text: one that a spreadsheet would take for a formula begins with an apostrophe, which spreadsheets
//! take for “this is text” and do not show.

use std::io::{self, Write};

use crate::{
    BlindSpot, Report,
    report::{Finding, Origin},
};

/// The columns. New ones are only added at the end.
const COLUMNS: [&str; 28] = [
    "kind",
    "image",
    "digest",
    "platform",
    "severity",
    "id",
    "aliases",
    "package",
    "version",
    "type",
    "source",
    "path",
    "layer",
    "fixed_in",
    "status",
    "feed",
    "detail",
    "links",
    "suppressed",
    "kev",
    "epss",
    "epss_percentile",
    "cvss",
    "cvss_vector",
    "cvss_source",
    "origin",
    "fix_known_since",
    "fix_known_by",
];

/// Writes the lines of a report, with the header before them where it is the first of several. RFC 4180, in UTF-8.
///
/// # Errors
/// Those of `out`.
pub fn csv(report: &Report, with_header: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    let header = with_header.then(|| COLUMNS.map(str::to_owned));
    let findings = report.findings.iter().map(|finding| line(report, finding));
    let spots = report.blind_spots.iter().map(|spot| line_of(report, spot));
    for cells in header.into_iter().chain(findings).chain(spots) {
        writer.write_record(cells.map(|cell| safe(&cell)))?;
    }
    writer.flush()
}

fn line(report: &Report, finding: &Finding) -> [String; 28] {
    let package = &finding.package;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let suppressed = finding.suppressed.as_ref().map(|by| format!("{}: {}", by.by, by.reason));
    let detail = if finding.vendor_status.is_empty() {
        finding.why.clone()
    } else {
        format!("{}; {}", finding.why, finding.vendor_status)
    };
    let [image, digest, platform] = image(report);
    let (epss, cvss, fix) = (finding.epss.as_ref(), finding.cvss.first(), finding.fix_known.as_ref());
    [
        "finding".to_owned(),
        image,
        digest,
        platform,
        finding.severity.to_string(),
        finding.id.clone(),
        finding.aliases.join(" "),
        package.name.clone(),
        package.version.clone(),
        package.kind.clone(),
        text(&package.source),
        text(&package.path),
        package.layer.as_ref().map(ToString::to_string).unwrap_or_default(),
        text(&finding.fixed_in),
        finding.status.as_str().to_owned(),
        finding.feed.clone(),
        detail,
        finding.links.join(" "),
        suppressed.unwrap_or_default(),
        finding.kev.as_ref().map(|kev| kev.added.to_string()).unwrap_or_default(),
        epss.map(|epss| epss.score.to_string()).unwrap_or_default(),
        epss.map(|epss| epss.percentile.to_string()).unwrap_or_default(),
        cvss.map(|cvss| cvss.score.to_string()).unwrap_or_default(),
        cvss.map(|cvss| cvss.vector.clone()).unwrap_or_default(),
        cvss.map(|cvss| cvss.source.clone()).unwrap_or_default(),
        finding.origin.map(Origin::as_str).unwrap_or_default().to_owned(),
        fix.map(|fix| fix.since.to_string()).unwrap_or_default(),
        fix.map(|fix| fix.by.as_str()).unwrap_or_default().to_owned(),
    ]
}

/// A blind spot: its reason stands where a finding has its identifier, its subject where a finding has the package.
fn line_of(report: &Report, spot: &BlindSpot) -> [String; 28] {
    let mut cells: [String; 28] = Default::default();
    let [image, digest, platform] = image(report);
    let counts = if spot.waived {
        "waived"
    } else if spot.counts {
        "counts"
    } else {
        "noted"
    };
    let filled = [
        (0, "blind-spot".to_owned()),
        (1, image),
        (2, digest),
        (3, platform),
        (5, spot.reason.to_string()),
        (7, spot.subject.clone()),
        (14, counts.to_owned()),
        (16, spot.detail.clone()),
    ];
    for (place, text) in filled {
        if let Some(cell) = cells.get_mut(place) {
            *cell = text;
        }
    }
    cells
}

fn image(report: &Report) -> [String; 3] {
    let image = &report.image;
    [image.reference.clone(), image.digest.to_string(), image.platform.clone()]
}

fn safe(cell: &str) -> String {
    let first = cell.chars().next();
    let is_formula = first.is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n'));
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in
            [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2", "'-2"), ("1.2-r0", "1.2-r0"), ("", "")]
        {
            assert_eq!(safe(cell), expected);
        }
    }
}
