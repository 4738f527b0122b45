//! Markdown, for comments on changes: the verdict first, what was not judged before what was found.
//!
//! Strangers' text is escaped, so that nobody is mentioned and nothing is formatted by it. A comment may not be long: the
//! lesser findings are counted, not listed.

use std::io::{self, Write};

use limpid_core::{Report, Severity, enrichment::by_risk, report::Finding};

use super::{
    report::{commands, sentence},
    text::{counted, escaped, number, risk},
};

/// Findings, and blind spots, that are listed one by one: with more a comment would pass GitHub's 65,536 characters.
const LISTED: usize = 100;

/// Writes a report as a section.
pub(crate) fn markdown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Limpid: {}\n", plain(&report.image.reference))?;
    writeln!(out, "**{}**: {}\n", report.verdict, plain(&sentence(report)))?;
    not_judged(report, out)?;
    counts(report, out)?;
    findings(report, out)?;
    upgrades(report, out)?;
    let proof = &report.proof;
    let [image, catalog] = [&report.image.digest, &proof.catalog].map(|digest| digest.as_str());
    let platform = plain(&report.image.platform);
    writeln!(out, "<sub>Image {image}, {platform}, advisory data {catalog}, as of {}.</sub>\n", proof.as_of)
}

fn not_judged(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.blind_spots.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Not judged\n\n| reason | what | packages | detail |\n|---|---|---:|---|")?;
    for spot in report.blind_spots.iter().take(LISTED) {
        let noted = if spot.counts { "" } else { " (does not count)" };
        let (subject, detail) = (plain(&spot.subject), plain(&spot.detail));
        writeln!(out, "| {}{noted} | {subject} | {} | {detail} |", spot.reason, number(spot.packages))?;
    }
    rest(report.blind_spots.len(), "thing that was not judged", "things that were not judged", out)
}

fn counts(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = report.summary.findings.values().sum();
    if total == 0 {
        return Ok(());
    }
    let words = Severity::WORST_FIRST.map(Severity::as_str).join(" | ");
    writeln!(
        out,
        "### {}\n\n| {words} | fixable |\n|---:|---:|---:|---:|---:|---:|---:|",
        counted(total, "finding")
    )?;
    let count = |severity| number(report.summary.findings.get(&severity).copied().unwrap_or(0));
    let counts = Severity::WORST_FIRST.map(count).join(" | ");
    writeln!(out, "| {counts} | {} |\n", number(report.summary.fixable))?;
    report.sentence_of_base().map_or(Ok(()), |sentence| writeln!(out, "{}\n", plain(&sentence)))
}

fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut standing: Vec<&Finding> = report.standing().collect();
    if standing.is_empty() {
        return Ok(());
    }
    standing.sort_by(|a, b| by_risk(a, b));
    writeln!(out, "| severity | id | package | installed | fixed in |\n|---|---|---|---|---|")?;
    for finding in standing.iter().take(LISTED) {
        let package = &finding.package;
        let fix = finding.fixed_in.as_deref().map_or_else(|| finding.status.as_str().to_owned(), plain);
        let (id, name, version) = (plain(&finding.id), plain(&package.name), plain(&package.version));
        let risk = risk(finding);
        let risk = if risk.is_empty() { risk } else { format!(" ({})", plain(&risk)) };
        writeln!(out, "| {}{risk} | {id} | {name} | {version} | {fix} |", finding.severity)?;
    }
    rest(standing.len(), "lesser finding", "lesser findings", out)
}

/// What to do, and what stays after it.
fn upgrades(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let plan = report.plan();
    if plan.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Upgrades\n\n| upgrade | to | fixes | installed as |\n|---|---|---:|---|")?;
    for upgrade in plan.iter().take(LISTED) {
        let to = upgrade.to.as_deref().map_or_else(|| "see above".to_owned(), plain);
        let (name, packages) = (plain(&upgrade.name), plain(&upgrade.packages.join(", ")));
        writeln!(out, "| {name} | {to} | {} | {packages} |", number(upgrade.fixes))?;
    }
    rest(plan.len(), "more upgrade", "more upgrades", out)?;
    for command in commands(&plan) {
        writeln!(out, "    {command}\n")?;
    }
    report.stays_after_upgrades().map_or(Ok(()), |stays| writeln!(out, "{}\n", plain(&stays)))
}

fn rest(all: usize, one: &str, several: &str, out: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(LISTED) {
        0 => writeln!(out),
        1 => writeln!(out, "\n… and 1 {one}.\n"),
        more => writeln!(out, "\n… and {} {several}.\n", number(more as u64)),
    }
}

/// A stranger's text that is shown as it is. What could be markup or a mention is written as a character reference; an
/// underscore within a word is neither.
fn plain(text: &str) -> String {
    let text: Vec<char> = escaped(text).chars().collect();
    let is_letter = |place: Option<usize>| {
        place.and_then(|place| text.get(place)).is_some_and(|character| character.is_alphanumeric())
    };
    let mut plain = String::new();
    for (place, character) in text.iter().enumerate() {
        let is_within = *character == '_' && is_letter(place.checked_sub(1)) && is_letter(Some(place + 1));
        if character.is_ascii_punctuation() && !HARMLESS.contains(*character) && !is_within {
            plain.push_str(&format!("&#{};", u32::from(*character)));
        } else {
            plain.push(*character);
        }
    }
    plain
}

/// Punctuation that means nothing in the middle of a line.
const HARMLESS: &str = ".,-/:;()+=%";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_text_formats_nothing_and_mentions_nobody() {
        assert_eq!(plain("1.2.3-r0 (x86/64) a_b"), "1.2.3-r0 (x86/64) a_b");
        assert_eq!(plain("_a_"), "&#95;a&#95;");
        assert_eq!(
            plain("<b>|@all `x` [a](b)\n"),
            "&#60;b&#62;&#124;&#64;all &#96;x&#96; &#91;a&#93;(b)&#92;n"
        );
    }
}
