//! GitLab's container scanning report, version 15.0.
//!
//! Source: `container-scanning-report-format.json` of GitLab's security report schemas. What is not judged is a message of the
//! scan, which GitLab shows with the pipeline; what of it counts also stands among the vulnerabilities, severity Unknown, because
//! lists and approval rules look at nothing else.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{TOOL, TOOL_VERSION, identifier::uuid, sentence, web_links, with};
use crate::{BlindSpot, Report, Severity, report::Finding};

/// One document for all reports. Findings that are suppressed do not stand, and are left out: GitLab has no place for them.
pub fn gitlab(reports: &[&Report]) -> Value {
    let tool = json!({ "id": "limpid", "name": TOOL, "version": TOOL_VERSION, "vendor": { "name": TOOL } });
    let instants = reports.iter().map(|report| report.observed.generated_at);
    let (first, last) = (instants.clone().min().map(instant), instants.max().map(instant));
    let vulnerabilities = reports.iter().flat_map(|report| {
        let spots = report.blind_spots.iter().filter(|spot| spot.counts).map(|spot| not_judged(report, spot));
        spots.chain(report.standing().map(|finding| vulnerability(report, finding)))
    });
    let messages =
        reports.iter().flat_map(|report| report.blind_spots.iter().map(|spot| message(report, spot)));
    json!({
        "version": "15.0.2",
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "container_scanning",
            "start_time": first,
            "end_time": last,
            "status": "success",
            "messages": messages.collect::<Vec<_>>(),
        },
        "vulnerabilities": vulnerabilities.collect::<Vec<_>>(),
        "remediations": [],
    })
}

fn message(report: &Report, spot: &BlindSpot) -> Value {
    let text = format!("{}: {}", report.image.reference, sentence(spot));
    json!({ "level": if spot.counts { "warn" } else { "info" }, "value": text })
}

fn not_judged(report: &Report, spot: &BlindSpot) -> Value {
    let reason = spot.reason.as_str();
    json!({
        "id": uuid([report.image.digest.as_str(), "not judged", reason, &spot.subject, &spot.detail]),
        "name": shortened(&format!("Not judged: {reason}"), 255),
        "description": shortened(&sentence(spot), 1 << 20),
        "severity": Severity::Unknown.as_str(),
        "identifiers": [{ "type": "limpid", "name": format!("Limpid {reason}"), "value": reason }],
        "links": [],
        "location": {
            "dependency": { "package": { "name": spot.subject }, "version": "" },
            "operating_system": system(report),
            "image": report.image.reference,
        },
    })
}

fn system(report: &Report) -> &str {
    // The schema wants some text.
    let named = report.distributions.first().map(|distribution| distribution.name.as_str());
    named.filter(|name| !name.is_empty()).unwrap_or("unknown")
}

fn vulnerability(report: &Report, finding: &Finding) -> Value {
    let package = &finding.package;
    let path = package.path.as_deref().unwrap_or_default();
    let description = if finding.summary.is_empty() { &finding.why } else { &finding.summary };
    let links = web_links(&finding.links).map(|link| json!({ "url": link })).collect::<Vec<_>>();
    let identifiers: Vec<Value> =
        std::iter::once(&finding.id).chain(&finding.aliases).map(|id| identifier(id)).collect();
    let vulnerability = json!({
        "id": uuid([report.image.digest.as_str(), &*finding.id, &*package.purl, path]),
        "name": shortened(&finding.id, 255),
        "description": shortened(description, 1 << 20),
        "severity": severity(finding.severity),
        "identifiers": identifiers,
        "links": links,
        "location": {
            "dependency": { "package": { "name": package.name }, "version": package.version },
            "operating_system": system(report),
            "image": report.image.reference,
        },
    });
    let upgrade = |fix| json!(shortened(&format!("Upgrade {} to {fix}", package.name), 7000));
    with(vulnerability, "solution", finding.fixed_in.as_ref().map(upgrade))
}

fn identifier(id: &str) -> Value {
    let kind = id.split('-').next().unwrap_or(id).to_ascii_lowercase();
    let url = (kind == "cve").then(|| json!(format!("https://www.cve.org/CVERecord?id={id}")));
    with(json!({ "type": kind, "name": id, "value": id }), "url", url)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Negligible => "Info",
        Severity::Unknown | Severity::Low | Severity::Medium | Severity::High | Severity::Critical => {
            severity.as_str()
        }
    }
}

/// As many characters as the schema allows.
fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}
