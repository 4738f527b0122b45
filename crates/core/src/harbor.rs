//! Vulnerabilities as Harbor's scanner adapter API has them (version 1.2, `HarborVulnerabilityReport`).
//!
//! Harbor has no place for what was not judged, and shows green where nothing was found: so each blind spot that counts is a
//! vulnerability of severity Unknown, always. What is suppressed is left out: Harbor has no place for that either.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    BlindSpot, Report, Severity,
    cvss::{Cvss, Score},
    documents::web_links,
    report::{Finding, Status},
};

/// What begins the identifier of what was not judged; the reason follows, in capitals.
pub const NOT_JUDGED: &str = "LIMPID-NOT-JUDGED-";

/// Harbor's word for the severity of an image in which nothing is wrong.
const NO_SEVERITY: &str = "None";

/// The version of what has none.
const NO_VERSION: &str = "unknown";

/// What Harbor is told of an image, apart from which image it is and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HarborVulnerabilities {
    /// When the report was made.
    pub generated_at: DateTime<Utc>,
    /// The worst severity of all; `None` (as a word) where there is nothing.
    pub severity: &'static str,
    /// One for each vulnerability of each package in a version, the worst first.
    pub vulnerabilities: Vec<HarborVulnerability>,
}

/// A vulnerability of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HarborVulnerability {
    /// The advisory, or what was not judged.
    pub id: String,
    /// The package, or the subject of what was not judged.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The first version that is not affected; empty where there is none.
    pub fix_version: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether there is a fix, in Harbor's words; left out where it is not judged.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub status: &'static str,
    /// A sentence about it.
    pub description: String,
    /// Where to read more.
    pub links: Vec<String>,
    /// What it scores; left out where nobody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_cvss: Option<HarborCvss>,
    /// What Harbor keeps and does not show.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub vendor_attributes: BTreeMap<&'static str, String>,
}

/// What a vulnerability scores. Harbor has a place for versions 3 and 2, and none for 4.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HarborCvss {
    /// From 0 to 10, by version 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_v3: Option<Score>,
    /// From 0 to 10, by version 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_v2: Option<Score>,
    /// As upstream writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector_v3: Option<String>,
    /// As upstream writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector_v2: Option<String>,
}

impl HarborCvss {
    /// Of each version the first, which is the vendor's where it has one.
    fn of(all: &[Cvss]) -> Option<Self> {
        let first = |version: &str| all.iter().find(|one| one.version.starts_with(version));
        let (three, two) = (first("3."), first("2."));
        (three.is_some() || two.is_some()).then(|| Self {
            score_v3: three.map(|one| one.score),
            score_v2: two.map(|one| one.score),
            vector_v3: three.map(|one| one.vector.clone()),
            vector_v2: two.map(|one| one.vector.clone()),
        })
    }
}

/// The vulnerabilities of a report.
pub fn vulnerabilities(report: &Report) -> HarborVulnerabilities {
    let found = report.standing().map(of_finding);
    let not_judged = report.blind_spots.iter().filter(|spot| spot.counts).map(of_blind_spot);
    let vulnerabilities = merged(found.chain(not_judged));
    let worst = vulnerabilities.iter().map(|one| one.severity).max();
    HarborVulnerabilities {
        generated_at: report.observed.generated_at,
        severity: worst.map_or(NO_SEVERITY, Severity::as_str),
        vulnerabilities,
    }
}

/// Harbor keeps one row for an identifier, a package and a version, so one is what it gets: with the worst severity and all
/// that is said.
fn merged(all: impl Iterator<Item = HarborVulnerability>) -> Vec<HarborVulnerability> {
    let mut one_each: BTreeMap<[String; 3], HarborVulnerability> = BTreeMap::new();
    for more in all {
        let key = [more.id.clone(), more.package.clone(), more.version.clone()];
        match one_each.get_mut(&key) {
            None => {
                one_each.insert(key, more);
            }
            Some(known) => {
                known.severity = known.severity.max(more.severity);
                known.preferred_cvss = known.preferred_cvss.take().or(more.preferred_cvss);
                if known.fix_version.is_empty() && !more.fix_version.is_empty() {
                    (known.fix_version, known.status) = (more.fix_version, more.status);
                }
                if !known.description.contains(&more.description) {
                    known.description = format!("{}\n{}", known.description, more.description);
                }
            }
        }
    }
    let mut merged: Vec<HarborVulnerability> = one_each.into_values().collect();
    merged.sort_by_key(|one| std::cmp::Reverse(one.severity));
    merged
}

fn of_finding(finding: &Finding) -> HarborVulnerability {
    let summary = if finding.summary.is_empty() { &finding.why } else { &finding.summary };
    let attributes = [
        ("feed", finding.feed.clone()),
        ("why", finding.why.clone()),
        ("aliases", finding.aliases.join(" ")),
        ("purl", finding.package.purl.clone()),
        ("vendor_status", finding.vendor_status.clone()),
    ];
    HarborVulnerability {
        id: finding.id.clone(),
        package: finding.package.name.clone(),
        version: finding.package.version.clone(),
        fix_version: finding.fixed_in.clone().unwrap_or_default(),
        severity: finding.severity,
        status: status(finding.status),
        description: summary.clone(),
        links: web_links(&finding.links).cloned().collect(),
        preferred_cvss: HarborCvss::of(&finding.cvss),
        vendor_attributes: attributes.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
    }
}

/// Harbor's words, which are Trivy's.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Fixed => "fixed",
        Status::Affected => "affected",
        Status::UnderInvestigation => "under_investigation",
        Status::FixDeferred => "fix_deferred",
        Status::WillNotFix => "will_not_fix",
        Status::EndOfLife => "end_of_life",
    }
}

fn of_blind_spot(spot: &BlindSpot) -> HarborVulnerability {
    let packages = match spot.packages {
        0 => String::new(),
        1 => " (1 package)".to_owned(),
        more => format!(" ({more} packages)"),
    };
    HarborVulnerability {
        id: format!("{NOT_JUDGED}{}", spot.reason.as_str().to_uppercase()),
        package: spot.subject.clone(),
        version: NO_VERSION.to_owned(),
        fix_version: String::new(),
        severity: Severity::Unknown,
        status: "",
        description: format!("Not judged: {}{packages}", spot.detail),
        links: Vec::new(),
        preferred_cvss: None,
        vendor_attributes: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests;
