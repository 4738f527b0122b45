//! Findings, as rows of a table.

use chrono::NaiveDate;
use limpid_core::{
    Report,
    enrichment::{Kev, Share},
    fix::age_in_words,
    report::{Finding, Origin, Status},
};

use super::choice::{layer_of, source};
use crate::pages::{
    form::query_of,
    link,
    parts::{SeverityMark, short},
};

/// A link that a stranger wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Link {
    pub(in crate::pages) address: String,
    pub(in crate::pages) host: String,
}

/// A layer in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct LayerCell {
    /// Its place, from 1.
    pub(in crate::pages) place: usize,
    /// Its digest, short.
    pub(in crate::pages) short: String,
    /// Whether it is of the base.
    pub(in crate::pages) is_of_base: bool,
}

/// A finding.
#[derive(Debug, Clone)]
pub(in crate::pages) struct FindingRow {
    /// The source package, where a group begins with this row: its name, and how many findings of it are shown.
    pub(in crate::pages) group: Option<(String, usize)>,
    pub(in crate::pages) severity: SeverityMark,
    pub(in crate::pages) id: String,
    /// Where to read about it.
    pub(in crate::pages) address: Option<String>,
    /// Where it is told why it is reported.
    pub(in crate::pages) explained: String,
    /// Where the images are that have it.
    pub(in crate::pages) elsewhere: String,
    pub(in crate::pages) aliases: String,
    pub(in crate::pages) summary: String,
    pub(in crate::pages) package: String,
    pub(in crate::pages) source: Option<String>,
    pub(in crate::pages) installed: String,
    pub(in crate::pages) fixed_in: Option<String>,
    /// What there is in place of a fix.
    pub(in crate::pages) without_fix: &'static str,
    pub(in crate::pages) vendor_words: String,
    pub(in crate::pages) layer: Option<LayerCell>,
    pub(in crate::pages) feed: String,
    pub(in crate::pages) why: String,
    pub(in crate::pages) path: String,
    pub(in crate::pages) purl: String,
    pub(in crate::pages) links: Vec<Link>,
    /// What was no link, and is shown as text.
    pub(in crate::pages) other_links: Vec<String>,
    /// Who took it out, and why.
    pub(in crate::pages) suppressed: Option<(String, String)>,
    /// Whether it is known to be exploited.
    pub(in crate::pages) exploited: bool,
    /// What is known of it beside the advisory: a word and a text each.
    pub(in crate::pages) known: Vec<(&'static str, String)>,
}

/// The rows of some findings, in their order. `groups`: whether those of one source stand together; `path`: of the image.
pub(in crate::pages) fn rows(
    report: &Report,
    shown: &[&Finding],
    all: &[&Finding],
    groups: bool,
    path: &str,
) -> Vec<FindingRow> {
    let mut rows = Vec::with_capacity(shown.len());
    let mut last = None;
    for finding in shown.iter().copied() {
        let own = source(finding);
        let begins = groups && last != Some(own);
        last = Some(own);
        let group = begins.then(|| (own.to_owned(), all.iter().filter(|other| source(other) == own).count()));
        rows.push(FindingRow { group, ..row(report, finding, path) });
    }
    rows
}

fn row(report: &Report, finding: &Finding, path: &str) -> FindingRow {
    let package = &finding.package;
    let mut links = Vec::new();
    let mut other_links = Vec::new();
    for text in &finding.links {
        match link::web(text) {
            Some(address) => links.push(Link { host: link::host(&address), address }),
            None => other_links.push(text.clone()),
        }
    }
    FindingRow {
        group: None,
        severity: SeverityMark(finding.severity),
        id: finding.id.clone(),
        address: links.first().map(|link| link.address.clone()),
        explained: format!("{path}/explain{}", query_of([("id", finding.id.as_str())])),
        elsewhere: format!("/search{}", query_of([("id", finding.id.as_str()), ("package", &package.name)])),
        aliases: finding.aliases.join(", "),
        summary: finding.summary.clone(),
        package: package.name.clone(),
        source: package.source.clone(),
        installed: package.version.clone(),
        fixed_in: finding.fixed_in.clone(),
        without_fix: without_fix(finding.status),
        vendor_words: finding.vendor_status.clone(),
        layer: layer_of(report, finding).zip(package.layer.as_ref()).map(|(place, digest)| LayerCell {
            place,
            short: short(digest),
            is_of_base: finding.origin == Some(Origin::Base),
        }),
        feed: finding.feed.clone(),
        why: finding.why.clone(),
        path: package.path.clone().unwrap_or_default(),
        purl: package.purl.clone(),
        links,
        other_links,
        suppressed: finding.suppressed.as_ref().map(|one| (one.by.clone(), one.reason.clone())),
        exploited: finding.kev.is_some(),
        known: known(finding, report.proof.as_of),
    }
}

/// What is known of a finding's vulnerability, whatever it is in.
fn known(finding: &Finding, as_of: NaiveDate) -> Vec<(&'static str, String)> {
    let due = |kev: &Kev| kev.due.map_or(String::new(), |due| format!(", to be acted upon until {due}"));
    let used = |kev: &Kev| if kev.ransomware { ", by ransomware too" } else { "" };
    let kev = finding
        .kev
        .iter()
        .map(|kev| ("Exploited", format!("known since {}{}{}", kev.added, used(kev), due(kev))));
    let epss = finding.epss.iter().map(|epss| {
        let percent = |share: Share| format!("{:.1} %", share.number() * 100.0);
        let likely = format!("{} within 30 days of {}", percent(epss.score), epss.date);
        ("EPSS", format!("{likely}, no less than {} of all", percent(epss.percentile)))
    });
    let cvss =
        finding.cvss.iter().map(|one| ("CVSS", format!("{} by {}: {}", one.score, one.source, one.vector)));
    let fix = age_in_words(finding, as_of).into_iter().map(|age| ("Fix", age));
    kev.chain(epss).chain(fix).chain(cvss).collect()
}

/// What there is in place of a fix, in the words of the command line.
fn without_fix(status: Status) -> &'static str {
    match status {
        Status::Fixed => "",
        Status::Affected => "no fix",
        Status::UnderInvestigation => "in doubt",
        Status::FixDeferred => "deferred",
        Status::WillNotFix => "never",
        Status::EndOfLife => "ended",
    }
}
