//! A report as one HTML file: it needs nothing from elsewhere, runs no script, and prints well.
//!
//! The template escapes whatever it is given, and links lead to the web alone. Severity is a word and a shape, never a
//! colour alone.

use std::io::{self, Write};

use askama::Template;
use chrono::NaiveDate;
use limpid_core::{
    BlindSpot, Report, Severity,
    cvss::Cvss,
    enrichment::by_risk,
    fix::age_in_words,
    report::{Finding, PlannedUpgrade},
};

use super::{
    report::{commands, sentence},
    text::{age, counted, escaped, number, risk},
};

/// Writes reports as one page.
pub(crate) fn html(reports: &[&Report], out: &mut dyn Write) -> io::Result<()> {
    let page =
        Page { title: title(reports), reports: reports.iter().map(|report| of_report(report)).collect() };
    page.render_into(&mut Utf8(out)).map_err(io::Error::other)?;
    out.write_all(b"\n")
}

/// Takes what the template writes.
struct Utf8<'a>(&'a mut dyn Write);

impl std::fmt::Write for Utf8<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write_all(text.as_bytes()).map_err(|_told_by_the_renderer| std::fmt::Error)
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    reports: Vec<Section>,
}

/// One image.
struct Section {
    reference: String,
    facts: Vec<(&'static str, String)>,
    verdict: &'static str,
    sentence: String,
    counts: Vec<Count>,
    fixable: String,
    base: String,
    upgrades: Vec<Upgrade>,
    commands: Vec<String>,
    stays: String,
    findings: Vec<Row>,
    suppressed: Vec<Row>,
    blind_spots: Vec<Spot>,
    feeds: Vec<[String; 4]>,
}

struct Count {
    severity: &'static str,
    count: String,
    /// Of all findings, in thousandths: how long its part of the bar is.
    share: u64,
}

struct Upgrade {
    name: String,
    to: String,
    fixes: String,
    packages: String,
}

struct Row {
    severity: &'static str,
    id: String,
    link: Option<String>,
    aliases: String,
    summary: String,
    package: String,
    source: String,
    version: String,
    fixed_in: Option<String>,
    /// Since when that is known.
    fix_age: String,
    status: &'static str,
    why: String,
    place: String,
    feed: String,
    note: String,
    risk: String,
    cvss: Vec<String>,
}

struct Spot {
    reason: &'static str,
    subject: String,
    detail: String,
    packages: String,
    weight: &'static str,
}

fn title(reports: &[&Report]) -> String {
    match reports {
        [one] => format!("{} · {}", one.verdict, escaped(&one.image.reference)),
        several => counted(several.len() as u64, "image"),
    }
}

fn of_report(report: &Report) -> Section {
    let total: u64 = report.summary.findings.values().sum();
    let count = |severity: Severity| {
        let count = report.summary.findings.get(&severity).copied().unwrap_or(0);
        let share = count.saturating_mul(1000).checked_div(total).unwrap_or(0);
        Count {
            severity: severity.as_str(),
            count: number(count),
            share: share.max(u64::from(count > 0) * 4),
        }
    };
    let mut findings: Vec<&Finding> = report.standing().collect();
    findings.sort_by(|a, b| by_risk(a, b));
    let of_day = |finding| row(finding, report.proof.as_of);
    let suppressed = report.findings.iter().filter(|finding| finding.suppressed.is_some());
    Section {
        reference: escaped(&report.image.reference),
        facts: facts(report),
        verdict: report.verdict.as_str(),
        sentence: escaped(&sentence(report)),
        counts: Severity::WORST_FIRST.map(count).into(),
        fixable: number(report.summary.fixable),
        base: report.sentence_of_base().as_deref().map(escaped).unwrap_or_default(),
        upgrades: report.plan().iter().map(upgrade).collect(),
        commands: commands(&report.plan()),
        stays: report.stays_after_upgrades().unwrap_or_default(),
        findings: findings.into_iter().map(of_day).collect(),
        suppressed: suppressed.map(of_day).collect(),
        blind_spots: report.blind_spots.iter().map(spot).collect(),
        feeds: feeds(report),
    }
}

fn upgrade(upgrade: &PlannedUpgrade) -> Upgrade {
    Upgrade {
        name: escaped(&upgrade.name),
        to: upgrade.to.as_deref().map_or_else(|| "see above".to_owned(), escaped),
        fixes: number(upgrade.fixes),
        packages: escaped(&upgrade.packages.join(", ")),
    }
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let image = &report.image;
    let names: Vec<String> =
        report.distributions.iter().map(|distribution| escaped(&distribution.name)).collect();
    let system = if names.is_empty() { "none was recognised".to_owned() } else { names.join(", ") };
    let (judged, packages) = (number(report.summary.judged), counted(report.summary.packages, "package"));
    vec![
        ("Distribution", system),
        ("Packages", format!("{judged} of {packages} judged")),
        ("Judged as of", report.proof.as_of.to_string()),
        ("Image", image.digest.to_string()),
        ("Platform", escaped(&image.platform)),
        ("Layers", number(image.layers.len() as u64)),
        ("Index state", report.proof.index_state.to_string()),
        ("Advisory data", report.proof.catalog.to_string()),
        ("Policy", report.proof.policy.to_string()),
    ]
}

fn feeds(report: &Report) -> Vec<[String; 4]> {
    let now = report.observed.generated_at;
    let feed = |feed: &limpid_core::report::ReportFeed| {
        let checked = report.observed.feeds.get(&feed.name).map(|observed| age(observed.checked_at, now));
        let is_stale = report.proof.stale.contains(&feed.name);
        let freshness = if is_stale { "stale" } else { "fresh" };
        [escaped(&feed.name), number(feed.records), freshness.to_owned(), checked.unwrap_or_default()]
    };
    report.feeds.iter().map(feed).collect()
}

fn row(finding: &Finding, as_of: NaiveDate) -> Row {
    let package = &finding.package;
    let text = |text: &Option<String>| text.as_deref().map(escaped).unwrap_or_default();
    let is_web = |link: &&String| link.starts_with("https://") || link.starts_with("http://");
    let suppressed = finding.suppressed.as_ref().map(|by| format!("{}: {}", by.by, by.reason));
    let note = suppressed.unwrap_or_else(|| finding.vendor_status.clone());
    Row {
        severity: finding.severity.as_str(),
        id: escaped(&finding.id),
        link: finding.links.iter().find(is_web).cloned(),
        aliases: finding.aliases.iter().map(|alias| escaped(alias)).collect::<Vec<_>>().join(", "),
        summary: escaped(&finding.summary),
        package: escaped(&package.name),
        source: text(&package.source),
        version: escaped(&package.version),
        fixed_in: finding.fixed_in.as_deref().map(escaped),
        fix_age: age_in_words(finding, as_of).unwrap_or_default(),
        status: finding.status.as_str(),
        why: escaped(&finding.why),
        place: text(&package.path),
        feed: escaped(&finding.feed),
        note: escaped(&note),
        risk: risk(finding),
        cvss: finding.cvss.iter().map(scored).collect(),
    }
}

/// Such as `9.8 by GHSA: CVSS:3.1/AV:N/…`.
fn scored(cvss: &Cvss) -> String {
    format!("{} by {}: {}", cvss.score, escaped(&cvss.source), escaped(&cvss.vector))
}

fn spot(spot: &BlindSpot) -> Spot {
    let weight = if spot.waived {
        "waived"
    } else if spot.counts {
        "counts"
    } else {
        "does not count"
    };
    Spot {
        reason: spot.reason.as_str(),
        subject: escaped(&spot.subject),
        detail: escaped(&spot.detail),
        packages: if spot.packages == 0 { String::new() } else { counted(spot.packages, "package") },
        weight,
    }
}
