//! SARIF 2.1.0, as code scanning services read it.
//!
//! Source: OASIS, “Static Analysis Results Interchange Format (SARIF) Version 2.1.0”. What is not judged is a notification of
//! the run (§3.58), and, because the services show no notifications, a result as well where it counts.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{TOOL, TOOL_VERSION, identifier::uuid, sentence, web_links, with};
use crate::{BlindSpot, Report, Severity, report::Finding};

/// What stands for itself in the path of an address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One document with a run for each report.
pub fn sarif<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": reports.into_iter().map(run).collect::<Vec<_>>(),
    })
}

fn run(report: &Report) -> Value {
    let mut rules = BTreeMap::new();
    let mut results = Vec::new();
    for finding in &report.findings {
        rules.entry(finding.id.clone()).or_insert_with(|| rule(finding));
        results.push(result(report, finding));
    }
    for spot in report.blind_spots.iter().filter(|spot| spot.counts) {
        rules.entry(rule_of(spot)).or_insert_with(|| rule_of_reason(spot));
        results.push(result_of(report, spot));
    }
    let notifications: Vec<Value> = report.blind_spots.iter().map(notification).collect();
    json!({
        "tool": { "driver": {
            "name": TOOL,
            "version": TOOL_VERSION,
            "rules": rules.into_values().collect::<Vec<_>>(),
        }},
        "automationDetails": { "id": format!("limpid/{}/{}", report.image.reference, report.image.platform) },
        "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
        "results": results,
        "columnKind": "utf16CodeUnits",
        "properties": {
            "imageReference": report.image.reference,
            "imageDigest": report.image.digest,
            "verdict": report.verdict,
            "proof": report.proof,
        },
    })
}

fn rule(finding: &Finding) -> Value {
    let title = if finding.summary.is_empty() { &finding.id } else { &finding.summary };
    let exploited = finding.kev.as_ref().map(|_| "known-exploited");
    let tags = ["vulnerability", "security", finding.severity.as_str()].into_iter().chain(exploited);
    let properties = json!({
        "tags": tags.collect::<Vec<_>>(),
        "precision": "very-high",
    });
    let rule = json!({
        "id": finding.id,
        "name": "VulnerablePackage",
        "shortDescription": { "text": format!("{} ({})", finding.id, finding.severity) },
        "fullDescription": { "text": title },
        "help": { "text": help(finding) },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": with(properties, "security-severity", score(finding.severity).map(Value::from)),
    });
    with(rule, "helpUri", web_links(&finding.links).next().map(|link| json!(link)))
}

fn help(finding: &Finding) -> String {
    let links: String = web_links(&finding.links).map(|link| format!("\n{link}")).collect();
    let summary = if finding.summary.is_empty() { String::new() } else { format!("{}\n", finding.summary) };
    format!("{summary}{} is told by the feed {}.{links}", finding.id, finding.feed)
}

fn result(report: &Report, finding: &Finding) -> Value {
    let package = &finding.package;
    let fix = finding.fixed_in.as_ref().map_or("no fix is known".to_owned(), |fix| format!("fixed in {fix}"));
    let text = format!(
        "{} {} is affected by {} ({}; {fix}): {}. Image {}.",
        package.name, package.version, finding.id, finding.severity, finding.why, report.image.reference
    );
    let path = package.path.as_deref().unwrap_or_default();
    let result = json!({
        "ruleId": finding.id,
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(report, path, &package.purl)],
        "partialFingerprints": { "limpid/v1": uuid([&*finding.id, &*package.purl, path]) },
        "properties": properties(finding),
    });
    let suppressions = finding.suppressed.as_ref().map(|suppressed| {
        let justification = format!("{}: {}", suppressed.by, suppressed.reason);
        json!([{ "kind": "external", "justification": justification }])
    });
    with(result, "suppressions", suppressions)
}

fn properties(finding: &Finding) -> Value {
    let properties = json!({ "severity": finding.severity, "feed": finding.feed, "status": finding.status });
    let properties = with(properties, "origin", finding.origin.map(|origin| json!(origin)));
    let properties = with(properties, "fix_known", finding.fix_known.as_ref().map(|known| json!(known)));
    let properties = with(properties, "kev", finding.kev.as_ref().map(|kev| json!(kev)));
    let properties = with(properties, "epss", finding.epss.as_ref().map(|epss| json!(epss)));
    with(properties, "cvss", (!finding.cvss.is_empty()).then(|| json!(finding.cvss)))
}

/// Services demand a place in a file: the database or file that the package was found in, else the image itself.
fn location(report: &Report, path: &str, name: &str) -> Value {
    let place = if path.is_empty() { report.image.reference.as_str() } else { path };
    let address = utf8_percent_encode(place.trim_start_matches('/'), PATH).to_string();
    json!({
        "physicalLocation": { "artifactLocation": { "uri": address }, "region": { "startLine": 1 } },
        "logicalLocations": [{ "fullyQualifiedName": name, "kind": "package" }],
    })
}

fn rule_of(spot: &BlindSpot) -> String {
    format!("limpid/not-judged/{}", spot.reason)
}

fn rule_of_reason(spot: &BlindSpot) -> Value {
    json!({
        "id": rule_of(spot),
        "name": "NotJudged",
        "shortDescription": { "text": format!("Not judged: {}", spot.reason) },
        "fullDescription": { "text": "Something in the image was not judged: it may have vulnerabilities that are not reported." },
        "defaultConfiguration": { "level": "warning" },
        "properties": { "tags": ["not-judged", "security"] },
    })
}

fn result_of(report: &Report, spot: &BlindSpot) -> Value {
    json!({
        "ruleId": rule_of(spot),
        "level": "warning",
        "message": { "text": format!("{}. Image {}.", sentence(spot), report.image.reference) },
        "locations": [location(report, "", &spot.subject)],
        "partialFingerprints": { "limpid/v1": uuid([spot.reason.as_str(), &*spot.subject]) },
    })
}

fn notification(spot: &BlindSpot) -> Value {
    let level = if spot.counts { "warning" } else { "note" };
    json!({ "level": level, "message": { "text": sentence(spot) }, "descriptor": { "id": spot.reason.as_str() } })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        // What nobody has rated may be anything.
        Severity::Medium | Severity::Unknown => "warning",
        Severity::Low | Severity::Negligible => "note",
    }
}

/// A number for services that sort by one: the middle of the severity's range in CVSS 3. None where nobody has rated.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.5"),
        Severity::Negligible => Some("0.1"),
        Severity::Unknown => None,
    }
}
