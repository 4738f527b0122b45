//! SPDX 2.3 in JSON: the packages of an image, and with a report its advisories.
//!
//! Source: ISO/IEC 5962, SPDX 2.3. Licences are not looked at, and said to be so (`NOASSERTION`). What is not judged is an annotation
//! of the document.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{TOOL, TOOL_VERSION, identifier::uuid, sentence, web_links, with};
use crate::{
    BlindSpot, Distribution, ImageFacts, IndexReport, Report, formats::sbom::own,
    index_report::IndexedPackage, report::Finding,
};

/// The findings of each package, by package URL and path.
type Findings<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Finding>>;

/// What the image is called within the document.
const IMAGE: &str = "SPDXRef-Image";
const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const UNSAID: &str = "NOASSERTION";

/// The packages of an image with the advisories about them. The report is one of this index.
pub fn spdx(index: &IndexReport, report: &Report) -> Value {
    let mut findings = Findings::new();
    for finding in &report.findings {
        let package = &finding.package;
        let path = package.path.as_deref().unwrap_or_default();
        findings.entry((&package.purl, path)).or_default().push(finding);
    }
    let proof = &report.proof;
    let made_of = [proof.index_state.as_str(), proof.catalog.as_str(), proof.policy.as_str()];
    let at = report.observed.generated_at;
    let mut document = document(index, &made_of, at, &report.blind_spots, &findings);
    let verdict = format!("verdict: {}, as of {}", report.verdict, proof.as_of);
    if let Some(annotations) = document.get_mut("annotations").and_then(Value::as_array_mut) {
        annotations.push(annotation(at, &verdict));
    }
    document
}

/// The packages of an image. The format wants to know when a document was made: `at`.
pub fn spdx_index(index: &IndexReport, at: DateTime<Utc>) -> Value {
    document(index, &[index.index_state.as_str()], at, &index.blind_spots, &Findings::new())
}

fn document(
    index: &IndexReport,
    made_of: &[&str],
    at: DateTime<Utc>,
    spots: &[BlindSpot],
    findings: &Findings<'_>,
) -> Value {
    let image = &index.image;
    let name = uuid([image.digest.as_str(), &*image.reference].into_iter().chain(made_of.iter().copied()));
    let packages = index.packages.iter().enumerate();
    let packages = packages.map(|(place, package)| of_package(place, package, findings, at));
    let systems = index.distributions.iter().enumerate();
    let all: Vec<Value> = std::iter::once(of_image(image))
        .chain(systems.map(|(place, system)| of_system(place, system)))
        .chain(packages)
        .collect();
    let contained = (all.iter().skip(1).filter_map(|one| one.get("SPDXID")?.as_str()))
        .map(|identifier| relationship(IMAGE, "CONTAINS", identifier));
    let described = [relationship(DOCUMENT, "DESCRIBES", IMAGE)];
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": image.reference,
        "documentNamespace": format!("urn:uuid:{name}"),
        "creationInfo": { "created": instant(at), "creators": [creator()] },
        "comment": own::comment(&own::of_index(index)),
        "relationships": described.into_iter().chain(contained).collect::<Vec<_>>(),
        "packages": all,
        "annotations": spots.iter().map(|spot| annotation(at, &sentence(spot))).collect::<Vec<_>>(),
    })
}

fn of_image(image: &ImageFacts) -> Value {
    let checksum = match image.digest.algorithm() {
        "sha512" => "SHA512",
        _other => "SHA256",
    };
    json!({
        "SPDXID": IMAGE,
        "name": image.reference,
        "versionInfo": image.digest,
        "downloadLocation": UNSAID,
        "filesAnalyzed": false,
        "licenseConcluded": UNSAID,
        "licenseDeclared": UNSAID,
        "copyrightText": UNSAID,
        "primaryPackagePurpose": "CONTAINER",
        "checksums": [{ "algorithm": checksum, "checksumValue": image.digest.hex() }],
    })
}

fn of_system(place: usize, system: &Distribution) -> Value {
    json!({
        "SPDXID": format!("SPDXRef-System-{place}"),
        "name": system.id,
        "versionInfo": system.version,
        "description": system.name,
        "downloadLocation": UNSAID,
        "filesAnalyzed": false,
        "licenseConcluded": UNSAID,
        "licenseDeclared": UNSAID,
        "copyrightText": UNSAID,
        "primaryPackagePurpose": "OPERATING-SYSTEM",
        "comment": own::comment(&[(own::ECOSYSTEM, system.ecosystem.clone())]),
    })
}

fn of_package(place: usize, indexed: &IndexedPackage, findings: &Findings<'_>, at: DateTime<Utc>) -> Value {
    let package = &indexed.package;
    let own = findings.get(&(indexed.purl.as_str(), indexed.path.as_str()));
    let advisories = own.iter().copied().flatten().flat_map(|finding| advisory(finding));
    let purl = json!({
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": indexed.purl,
    });
    let told = json!({
        "SPDXID": identifier(place),
        "name": package.name,
        "versionInfo": package.version,
        "downloadLocation": UNSAID,
        "filesAnalyzed": false,
        "licenseConcluded": UNSAID,
        "licenseDeclared": UNSAID,
        "copyrightText": UNSAID,
        "comment": own::comment(&own::of_package(indexed)),
        "externalRefs": std::iter::once(purl).chain(advisories).collect::<Vec<_>>(),
    });
    let place = Some(json!(format!("found in {}", indexed.path))).filter(|_| !indexed.path.is_empty());
    let told = with(told, "sourceInfo", place);
    let vendor = package.vendor.as_ref().filter(|vendor| !vendor.is_empty());
    let told = with(told, "supplier", vendor.map(|vendor| json!(format!("Organization: {vendor}"))));
    let said = own.map(|own| own.iter().map(|finding| annotation(at, &said(finding))).collect());
    with(told, "annotations", said)
}

/// A finding in one sentence: not every advisory has an address on the web.
fn said(finding: &Finding) -> String {
    let known = finding.fix_known.as_ref().map_or(String::new(), |known| format!(", {}", known.in_words()));
    let fix = finding.fixed_in.as_ref().map_or(String::new(), |fix| format!("; fixed in {fix}{known}"));
    let suppressed = finding.suppressed.as_ref();
    let suppressed =
        suppressed.map_or(String::new(), |by| format!("; suppressed by {}: {}", by.by, by.reason));
    let Finding { id, severity, status, feed, why, .. } = finding;
    format!("{id} ({severity}, {}): {why}{fix}; told by {feed}{suppressed}", status.as_str())
}

/// The links of an advisory, as annex F of the specification has them.
fn advisory(finding: &Finding) -> Vec<Value> {
    let reference = |link: &String| json!({ "referenceCategory": "SECURITY", "referenceType": "advisory", "referenceLocator": link });
    web_links(&finding.links).map(reference).collect()
}

fn identifier(place: usize) -> String {
    format!("SPDXRef-Package-{place}")
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

fn annotation(at: DateTime<Utc>, text: &str) -> Value {
    json!({
        "annotationDate": instant(at),
        "annotationType": "OTHER",
        "annotator": creator(),
        "comment": text,
    })
}

fn creator() -> String {
    format!("Tool: {TOOL}-{TOOL_VERSION}")
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
