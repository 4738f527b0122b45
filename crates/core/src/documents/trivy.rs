//! The JSON that Trivy writes, schema version 2, as far as services read it.
//!
//! Source: the types `Report`, `Result` and `DetectedVulnerability` of Trivy's package `pkg/types`; what is read of them by Trivy's own
//! `convert`, DefectDojo, and the warnings plugin of Jenkins. They have no place for what was not judged and show green where nothing
//! is listed: so each blind spot that counts is a vulnerability of severity UNKNOWN, among those of languages, because Trivy leaves
//! out of its tables what is of any class but that and the system's.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{sentence, web_links, with};
use crate::{
    BlindSpot, Distribution, Report, Severity,
    advisory::is_cve,
    cvss::Cvss,
    ecosystem::{Ecosystem, Ecosystems},
    ecosystems,
    harbor::{NOT_JUDGED, status},
    report::Finding,
};

/// What Trivy calls the packages of languages, by the type of their package URL.
const KINDS: &str = include_str!("trivy.tsv");
/// What Trivy calls distributions, and the `ID` of their os-release.
const FAMILIES: &str = include_str!("../formats/sbom/distributions.tsv");
/// The kinds whose packages Trivy tells together, each with its path; those of others are told by path.
const TOLD_TOGETHER: [&str; 5] = ["conda-pkg", "gemspec", "jar", "node-pkg", "python-pkg"];

const OF_SYSTEM: &str = "os-pkgs";
const OF_LANGUAGE: &str = "lang-pkgs";

/// One document for a report. What Trivy's form has no words for stands beside, under `limpid`.
pub fn trivy(report: &Report) -> Value {
    let image = &report.image;
    let mut parts = image.platform.split('/');
    let config = json!({ "os": parts.next(), "architecture": parts.next() });
    let metadata = json!({ "ImageConfig": config });
    let system = report.distributions.first().map(|distribution| {
        let has_ended = distribution.end_of_life.is_some_and(|end| end < report.proof.as_of);
        let system = json!({ "Family": family(distribution), "Name": distribution.version });
        with(system, "EOSL", has_ended.then_some(Value::Bool(true)))
    });
    let results = systems(report).into_iter().chain(languages(report)).chain(not_judged(report));
    json!({
        "SchemaVersion": 2,
        "CreatedAt": report.observed.generated_at,
        "ArtifactName": image.reference,
        "ArtifactType": "container_image",
        "Metadata": with(metadata, "OS", system),
        "Results": results.collect::<Vec<_>>(),
        "limpid": {
            "digest": image.digest,
            "verdict": report.verdict,
            "proof": report.proof,
            "blind_spots": report.blind_spots,
        },
    })
}

/// A part of the image: what stands in it, and what was taken out.
#[derive(Default)]
struct Part<'a> {
    findings: Vec<&'a Finding>,
}

impl Part<'_> {
    fn result(&self, target: &str, class: &str, kind: &str) -> Value {
        let result = json!({ "Target": target, "Class": class, "Type": kind });
        let (taken_out, standing): (Vec<&Finding>, Vec<&Finding>) =
            self.findings.iter().partition(|finding| finding.suppressed.is_some());
        let list = |of: Vec<Value>| (!of.is_empty()).then_some(Value::Array(of));
        let result = with(
            result,
            "Vulnerabilities",
            list(standing.into_iter().map(|finding| vulnerability(finding, class)).collect()),
        );
        let modified = taken_out.into_iter().map(|finding| modified(finding, class)).collect();
        with(result, "ExperimentalModifiedFindings", list(modified))
    }
}

/// Each distribution, also where nothing is found in it: that is how Trivy says that it looked.
fn systems(report: &Report) -> Vec<Value> {
    let ecosystems = ecosystems::all();
    let mut parts: Vec<Part<'_>> = report.distributions.iter().map(|_| Part::default()).collect();
    let mut others: BTreeMap<&str, Part<'_>> = BTreeMap::new();
    let of_system = |finding: &&Finding| language(&ecosystems, &finding.package.kind).is_none();
    for finding in report.findings.iter().filter(of_system) {
        match parts.get_mut(place(&ecosystems, report, &finding.package.purl)) {
            Some(part) => part.findings.push(finding),
            None => others.entry(&finding.package.kind).or_default().findings.push(finding),
        }
    }
    let reference = &report.image.reference;
    let known = parts.iter().zip(&report.distributions).map(|(part, distribution)| {
        let family = family(distribution);
        part.result(&format!("{reference} ({family} {})", distribution.version), OF_SYSTEM, &family)
    });
    known.chain(others.iter().map(|(kind, part)| part.result(reference, OF_SYSTEM, kind))).collect()
}

/// Which distribution a package is of: the one whose packages have its namespace, else the first.
fn place(ecosystems: &Ecosystems, report: &Report, purl: &str) -> usize {
    let namespace = purl.split('/').nth(1).unwrap_or_default();
    let is_its_own = |distribution: &Distribution| {
        let ecosystem = ecosystems.of_namespace(&distribution.ecosystem);
        ecosystem.is_some_and(|one| one.purl.namespace_of(&distribution.id) == Some(namespace))
    };
    report.distributions.iter().position(is_its_own).unwrap_or_default()
}

/// The parts that have findings, by kind and place.
fn languages(report: &Report) -> Vec<Value> {
    let ecosystems = ecosystems::all();
    let mut parts: BTreeMap<(&str, &str), Part<'_>> = BTreeMap::new();
    for finding in &report.findings {
        let package = &finding.package;
        let Some(language) = language(&ecosystems, &package.kind) else { continue };
        let kind =
            line(KINDS, |told, _| told == package.kind).map_or(package.kind.as_str(), |(_, kind)| kind);
        let path = package.path.as_deref().filter(|path| !path.is_empty() && !TOLD_TOGETHER.contains(&kind));
        parts.entry((kind, path.unwrap_or(language.name))).or_default().findings.push(finding);
    }
    parts.iter().map(|((kind, target), part)| part.result(target, OF_LANGUAGE, kind)).collect()
}

fn language<'a>(ecosystems: &'a Ecosystems, kind: &str) -> Option<&'a Ecosystem> {
    ecosystems.iter().find(|ecosystem| ecosystem.identity.is_none() && ecosystem.purl.kind == kind)
}

/// What Trivy calls a distribution; as the distribution itself does, where that is not known. Its older names have spaces and dots.
fn family(distribution: &Distribution) -> String {
    let is_it = |told: &str, id: &str| id == distribution.id && !told.contains([' ', '.']);
    line(FAMILIES, is_it).map_or(&*distribution.id, |(told, _)| told).to_owned()
}

fn line(table: &'static str, is_it: impl Fn(&str, &str) -> bool) -> Option<(&'static str, &'static str)> {
    table.lines().filter_map(|line| line.split_once('\t')).find(|(one, other)| is_it(one, other))
}

fn vulnerability(finding: &Finding, class: &str) -> Value {
    let package = &finding.package;
    let summary = if finding.summary.is_empty() { &finding.why } else { &finding.summary };
    let links: Vec<&String> = web_links(&finding.links).collect();
    let of_cve = || is_cve(&finding.id).then(|| format!("https://www.cve.org/CVERecord?id={}", finding.id));
    let more = json!({ "why": finding.why, "feed": finding.feed });
    let more = with(more, "origin", finding.origin.map(|origin| json!(origin)));
    let more = with(more, "fix_known", finding.fix_known.as_ref().map(|known| json!(known)));
    let more = with(more, "kev", finding.kev.as_ref().map(|kev| json!(kev)));
    let more = with(more, "epss", finding.epss.as_ref().map(|epss| json!(epss)));
    let mut fields = Map::new();
    let mut say = |name: &str, value: Option<Value>| {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    };
    say("VulnerabilityID", Some(json!(finding.id)));
    say("VendorIDs", (!finding.aliases.is_empty()).then(|| json!(finding.aliases)));
    say("PkgID", Some(json!(format!("{}@{}", package.name, package.version))));
    say("PkgName", Some(json!(package.name)));
    say(
        "PkgPath",
        package.path.as_ref().filter(|path| class == OF_LANGUAGE && !path.is_empty()).map(|path| json!(path)),
    );
    say("PkgIdentifier", Some(json!({ "PURL": package.purl })));
    say("InstalledVersion", Some(json!(package.version)));
    say("FixedVersion", finding.fixed_in.as_ref().map(|fix| json!(fix)));
    say("Status", Some(json!(status(finding.status))));
    say("Layer", package.layer.as_ref().map(|layer| json!({ "Digest": layer })));
    say("SeveritySource", Some(json!(finding.feed)));
    say("PrimaryURL", of_cve().or_else(|| links.first().map(ToString::to_string)).map(Value::from));
    say("DataSource", Some(json!({ "ID": finding.feed, "Name": finding.feed })));
    say("Custom", Some(more));
    say("Title", Some(json!(summary.lines().next().unwrap_or_default())));
    say("Description", Some(json!(summary)));
    say("Severity", Some(json!(severity(finding.severity))));
    say("CVSS", (!finding.cvss.is_empty()).then(|| cvss(&finding.cvss)));
    say("References", Some(json!(links)));
    Value::Object(fields)
}

/// By who gives them, each in Trivy's spelling: `redhat`, `ghsa`, `nvd`. The first of a version stands.
fn cvss(all: &[Cvss]) -> Value {
    let mut sources: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for cvss in all {
        let source: String = cvss.source.chars().filter(|character| !character.is_whitespace()).collect();
        let fields = sources.entry(source.to_lowercase()).or_default();
        let version = match cvss.version.as_str() {
            "2.0" => "V2",
            "4.0" => "V40",
            _ => "V3",
        };
        for (name, value) in [("Vector", json!(cvss.vector)), ("Score", json!(cvss.score))] {
            fields.entry(format!("{version}{name}")).or_insert(value);
        }
    }
    json!(sources)
}

/// A decision is told as what it is: somebody chose not to hear of it.
fn modified(finding: &Finding, class: &str) -> Value {
    let (by, reason) =
        finding.suppressed.as_ref().map_or(("", ""), |suppressed| (&*suppressed.by, &*suppressed.reason));
    json!({
        "Type": "vulnerability",
        "Status": "ignored",
        "Statement": reason,
        "Source": by,
        "Finding": vulnerability(finding, class),
    })
}

/// What counts of the blind spots, as vulnerabilities that stand where Trivy and its readers show them.
fn not_judged(report: &Report) -> Option<Value> {
    let told: Vec<Value> = report.blind_spots.iter().filter(|spot| spot.counts).map(of_spot).collect();
    (!told.is_empty()).then(|| {
        json!({
            "Target": format!("{} (not judged)", report.image.reference),
            "Class": OF_LANGUAGE,
            "Type": "limpid",
            "Vulnerabilities": told,
        })
    })
}

fn of_spot(spot: &BlindSpot) -> Value {
    json!({
        "VulnerabilityID": format!("{NOT_JUDGED}{}", spot.reason.as_str().to_uppercase()),
        "PkgID": spot.subject,
        "PkgName": spot.subject,
        "InstalledVersion": "not judged",
        "Status": "under_investigation",
        "SeveritySource": "limpid",
        "Title": format!("not judged ({})", spot.reason),
        "Description": sentence(spot),
        "Severity": severity(Severity::Unknown),
        "References": [],
    })
}

/// Trivy has five words; what others call negligible it calls low.
fn severity(severity: Severity) -> String {
    let severity = if severity == Severity::Negligible { Severity::Low } else { severity };
    severity.as_str().to_uppercase()
}
