//! CycloneDX 1.6 in JSON: the packages of an image, and with a report its vulnerabilities.
//!
//! Source: ECMA-424, CycloneDX 1.6. What is not judged is a property of the document and makes its composition `incomplete`: the
//! format's own word for “there may be more than this”.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{TOOL, TOOL_VERSION, identifier::uuid, sentence, web_links, with};
use crate::{
    BlindSpot, Distribution, ImageFacts, IndexReport, Report, Severity,
    cvss::Cvss,
    formats::sbom::own,
    index_report::IndexedPackage,
    report::{Finding, Suppression},
};

/// What a component is called within the document, by package URL and path.
type References = BTreeMap<(String, String), String>;

/// The packages and the vulnerabilities of an image. The report is one of this index.
pub fn cyclonedx(index: &IndexReport, report: &Report) -> Value {
    let proof = &report.proof;
    let made_of = [proof.index_state.as_str(), proof.catalog.as_str(), proof.policy.as_str()];
    let as_of = proof.as_of.to_string();
    let serial = made_of.into_iter().chain([as_of.as_str()]);
    let mut properties = properties(index, &report.blind_spots);
    properties.push(property("limpid:verdict", report.verdict.as_str()));
    let named = [("index-state", &proof.index_state), ("catalog", &proof.catalog), ("policy", &proof.policy)];
    properties.extend(named.map(|(name, digest)| property(&format!("limpid:proof:{name}"), digest.as_str())));
    properties.push(property("limpid:proof:as-of", &as_of));
    let references = references(&index.packages);
    let findings = report.findings.iter().map(|finding| vulnerability(finding, &references));
    let at = report.observed.generated_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let metadata = with(metadata(&index.image, &properties), "timestamp", Some(json!(at)));
    let document = document(index, serial, &report.blind_spots, metadata);
    with(document, "vulnerabilities", Some(findings.collect()))
}

/// The packages of an image: nothing of it changes with time.
pub fn cyclonedx_index(index: &IndexReport) -> Value {
    let metadata = metadata(&index.image, &properties(index, &index.blind_spots));
    document(index, [index.index_state.as_str()], &index.blind_spots, metadata)
}

fn document<'a>(
    index: &'a IndexReport,
    serial: impl IntoIterator<Item = &'a str>,
    spots: &[BlindSpot],
    metadata: Value,
) -> Value {
    let image = &index.image;
    let serial = uuid([image.digest.as_str(), &*image.reference].into_iter().chain(serial));
    let references = references(&index.packages);
    let systems = index.distributions.iter().map(system);
    let packages = index.packages.iter().map(|package| component(package, &references));
    let aggregate = if spots.iter().any(|spot| spot.counts) { "incomplete" } else { "complete" };
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial.urn().to_string(),
        "version": 1,
        "components": systems.chain(packages).collect::<Vec<_>>(),
        "compositions": [{ "aggregate": aggregate, "assemblies": [IMAGE] }],
    });
    with(document, "metadata", Some(metadata))
}

fn metadata(image: &ImageFacts, properties: &[Value]) -> Value {
    json!({
        "tools": { "components": [{ "type": "application", "name": TOOL, "version": TOOL_VERSION }] },
        "component": of_image(image),
        "properties": properties,
    })
}

/// What the image is called within the document.
const IMAGE: &str = "image";

fn of_image(image: &ImageFacts) -> Value {
    let layers = image.layers.iter().map(|layer| property("limpid:layer", layer.as_str()));
    json!({
        "bom-ref": IMAGE,
        "type": "container",
        "name": image.reference,
        "version": image.digest,
        "properties": layers.chain([property("limpid:platform", &image.platform)]).collect::<Vec<_>>(),
    })
}

fn system(distribution: &Distribution) -> Value {
    json!({
        "bom-ref": format!("system:{}", distribution.ecosystem),
        "type": "operating-system",
        "name": distribution.id,
        "version": distribution.version,
        "description": distribution.name,
        "properties": [property(own::ECOSYSTEM, &distribution.ecosystem)],
    })
}

fn component(indexed: &IndexedPackage, references: &References) -> Value {
    let package = &indexed.package;
    let properties = own::of_package(indexed).into_iter().map(|(name, value)| property(name, &value));
    json!({
        "bom-ref": references.get(&key(&indexed.purl, &indexed.path)),
        "type": "library",
        "name": package.name,
        "version": package.version,
        "purl": indexed.purl,
        "properties": properties.collect::<Vec<_>>(),
    })
}

fn key(purl: &str, path: &str) -> (String, String) {
    (purl.to_owned(), path.to_owned())
}

/// A package URL may be there at several paths: then the path stands behind it.
fn references(packages: &[IndexedPackage]) -> References {
    let mut taken = BTreeSet::new();
    let mut references = References::new();
    for package in packages {
        references.entry(key(&package.purl, &package.path)).or_insert_with(|| {
            let alone = taken.insert(package.purl.as_str());
            if alone { package.purl.clone() } else { format!("{}#{}", package.purl, package.path) }
        });
    }
    references
}

fn vulnerability(finding: &Finding, references: &References) -> Value {
    let package = &finding.package;
    let reference = references.get(&key(&package.purl, package.path.as_deref().unwrap_or_default()));
    let reference = reference.unwrap_or(&package.purl);
    let affected =
        json!([{ "ref": reference, "versions": [{ "version": package.version, "status": "affected" }] }]);
    let source = json!({ "name": finding.feed });
    let others = finding.aliases.iter().map(|alias| json!({ "id": alias, "source": source }));
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(finding.id));
    fields.insert("source".to_owned(), source.clone());
    fields.insert("references".to_owned(), others.collect());
    let word = json!({ "source": source, "severity": severity(finding.severity), "method": "other" });
    let ratings = [word].into_iter().chain(finding.cvss.iter().map(rating));
    fields.insert("ratings".to_owned(), ratings.collect());
    if !finding.summary.is_empty() {
        fields.insert("description".to_owned(), json!(finding.summary));
    }
    if let Some(fix) = &finding.fixed_in {
        fields.insert("recommendation".to_owned(), json!(format!("Upgrade {} to {fix}", package.name)));
    }
    fields.insert(
        "advisories".to_owned(),
        web_links(&finding.links).map(|link| json!({ "url": link })).collect(),
    );
    if let Some(suppressed) = &finding.suppressed {
        fields.insert("analysis".to_owned(), analysis(suppressed));
    }
    fields.insert("affects".to_owned(), affected);
    let mut said =
        vec![property("limpid:status", finding.status.as_str()), property("limpid:why", &finding.why)];
    if !finding.vendor_status.is_empty() {
        said.push(property("limpid:vendor-status", &finding.vendor_status));
    }
    said.extend(enrichment(finding));
    fields.insert("properties".to_owned(), json!(said));
    Value::Object(fields)
}

fn rating(cvss: &Cvss) -> Value {
    let method = match cvss.version.as_str() {
        "2.0" => "CVSSv2",
        "3.0" => "CVSSv3",
        "3.1" => "CVSSv31",
        "4.0" => "CVSSv4",
        _ => "other",
    };
    let word = cvss.severity().map_or("unknown", severity);
    json!({
        "source": { "name": cvss.source },
        "score": cvss.score,
        "severity": word,
        "method": method,
        "vector": cvss.vector,
    })
}

/// The format has no place of its own for it.
fn enrichment(finding: &Finding) -> Vec<Value> {
    let mut said = Vec::new();
    if let Some(known) = &finding.fix_known {
        said.push(property("limpid:fix-known:since", &known.since.to_string()));
        said.push(property("limpid:fix-known:by", known.by.as_str()));
    }
    if let Some(kev) = &finding.kev {
        said.push(property("limpid:kev:added", &kev.added.to_string()));
        said.extend(kev.due.map(|due| property("limpid:kev:due", &due.to_string())));
        if kev.ransomware {
            said.push(property("limpid:kev:ransomware", "true"));
        }
    }
    if let Some(epss) = &finding.epss {
        said.push(property("limpid:epss:score", &epss.score.to_string()));
        said.push(property("limpid:epss:percentile", &epss.percentile.to_string()));
        said.push(property("limpid:epss:date", &epss.date.to_string()));
    }
    said
}

/// A decision is told, and is not called “not affected”: that is for those to say who know the program.
fn analysis(suppressed: &Suppression) -> Value {
    json!({ "state": "in_triage", "detail": format!("suppressed by {}: {}", suppressed.by, suppressed.reason) })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown => "unknown",
        Severity::Negligible => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// What is not judged, for people; and what is read back.
fn properties(index: &IndexReport, spots: &[BlindSpot]) -> Vec<Value> {
    let told = |spot: &BlindSpot| property(&format!("limpid:not-judged:{}", spot.reason), &sentence(spot));
    let of_index = own::of_index(index).into_iter().map(|(name, value)| property(name, &value));
    spots.iter().map(told).chain(of_index).collect()
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}
