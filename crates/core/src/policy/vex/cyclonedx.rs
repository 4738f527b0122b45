//! VEX in CycloneDX: vulnerabilities with an analysis. Those without one say nothing here.
//!
//! Source: ECMA-424, `vulnerabilities[].analysis`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{VexError, instant, invalid, items, sentence, text};
use crate::policy::{Product, Statement, StatementStatus};

pub(super) fn read(document: &Value) -> Result<Vec<Statement>, VexError> {
    let mut purls = BTreeMap::new();
    let root = document.pointer("/metadata/component");
    root.into_iter().chain(items(document, "components")).for_each(|one| collect(one, &mut purls));
    let serial = text(document, "serialNumber");
    let by = if serial.is_empty() { "a CycloneDX document" } else { serial };
    let made_at =
        document.get("metadata").map_or(Ok(None), |metadata| instant(metadata, "timestamp", "metadata"))?;
    let mut statements = Vec::new();
    for (place, one) in items(document, "vulnerabilities").enumerate() {
        let place = format!("vulnerabilities[{place}]");
        let Some(analysis) = one.get("analysis") else { continue };
        let status = match text(analysis, "state") {
            "not_affected" | "false_positive" => StatementStatus::NotAffected,
            "resolved" | "resolved_with_pedigree" => StatementStatus::Fixed,
            "exploitable" => StatementStatus::Affected,
            // Without a state nothing is decided.
            "in_triage" | "" => StatementStatus::UnderInvestigation,
            other => {
                return Err(invalid(format!("{place}.analysis.state"), format!("“{other}” is no state")));
            }
        };
        let named = items(one, "references").map(|reference| text(reference, "id"));
        let ids: Vec<String> = [text(one, "id")]
            .into_iter()
            .chain(named)
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        if ids.is_empty() {
            return Err(invalid(format!("{place}.id"), "it names no vulnerability"));
        }
        let products = items(one, "affects").map(|affected| product(text(affected, "ref"), &purls)).collect();
        let at = instant(analysis, "lastUpdated", &place)?.or(made_at);
        let why = sentence(&[text(analysis, "justification"), text(analysis, "detail")]);
        statements.push(Statement { ids, products, status, why, by: by.to_owned(), at });
    }
    Ok(statements)
}

/// What the references of a document stand for.
fn collect<'a>(component: &'a Value, purls: &mut BTreeMap<&'a str, &'a str>) {
    let (reference, purl) = (text(component, "bom-ref"), text(component, "purl"));
    if !reference.is_empty() && !purl.is_empty() {
        purls.insert(reference, purl);
    }
    items(component, "components").for_each(|one| collect(one, purls));
}

/// A reference leads to a component of this document, or of another one (`urn:cdx:…#REFERENCE`): then it often is a package URL.
fn product(reference: &str, purls: &BTreeMap<&str, &str>) -> Product {
    let other = reference.strip_prefix("urn:cdx:").and_then(|other| other.split_once('#'));
    let name = other.map_or(reference, |(_, name)| name);
    let id = purls.get(name).copied().unwrap_or(name);
    Product { id: id.to_owned(), parts: None }
}
