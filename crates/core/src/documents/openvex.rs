//! OpenVEX, written from decisions: what somebody who knows the program says of findings in an image.
//!
//! Source: the OpenVEX specification 0.2.0. A decision is written only where it says that the package is not affected, and why
//! in a word that OpenVEX has: an accepted risk is none, and neither is what holds until a day. Each statement is about one package of one image, and about nothing
//! else.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use packageurl::PackageUrl;
use serde_json::{Value, json};

use super::identifier::uuid;
use crate::{
    ImageFacts, Report,
    policy::{Ignore, Justification},
    report::Finding,
};

/// Writes the decisions that hold for findings of a report. `None` where none says that something is not affected.
pub fn openvex(report: &Report, decisions: &[Ignore], author: &str, at: DateTime<Utc>) -> Option<Value> {
    let (image, as_of) = (&report.image, report.proof.as_of);
    // Of several decisions about a finding the first holds.
    let mut packages: BTreeMap<(String, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        let mut deciding = decisions.iter().filter(|one| one.is_statement());
        let Some(decision) = deciding.find(|one| one.holds(image, as_of, finding)) else { continue };
        let why = decision.justification.map_or("", Justification::as_str);
        packages.entry((format!("{why}\n{}", decision.told()), &finding.id)).or_default().push(finding);
    }
    let product = product(image);
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let statements: Vec<Value> =
        packages.iter().map(|((why, id), findings)| statement(why, id, findings, &product, &at)).collect();
    if statements.is_empty() {
        return None;
    }
    let said = statements.iter().map(Value::to_string).collect::<Vec<_>>();
    let name = uuid(said.iter().map(String::as_str).chain([author]));
    Some(json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("urn:uuid:{name}"),
        "author": author,
        "timestamp": at,
        "version": 1,
        "statements": statements,
    }))
}

fn statement(why: &str, id: &str, findings: &[&Finding], product: &str, at: &str) -> Value {
    let (justification, reason) = why.split_once('\n').unwrap_or((why, ""));
    let parts: Vec<Value> = findings.iter().map(|finding| json!({ "@id": finding.package.purl })).collect();
    json!({
        "vulnerability": { "name": id },
        "products": [{ "@id": product, "subcomponents": parts }],
        "status": "not_affected",
        "justification": justification,
        "impact_statement": reason,
        "timestamp": at,
    })
}

/// The image as a package URL: its digest decides, its name is for people.
fn product(image: &ImageFacts) -> String {
    let reference = image.reference.strip_prefix("sbom:").unwrap_or(&image.reference);
    let last = reference.rsplit('/').next().unwrap_or_default();
    let name = last.split(['@', ':']).next().filter(|name| !name.is_empty()).unwrap_or("image");
    let purl = PackageUrl::new("oci", name.to_lowercase()).and_then(|mut purl| {
        purl.with_version(image.digest.to_string())?;
        Ok(purl.to_string())
    });
    purl.unwrap_or_else(|_no_purl| image.digest.to_string())
}
