//! OpenVEX 0.2.0, and 0.0.1, in which vulnerabilities and products are bare texts.
//!
//! Source: the OpenVEX specification, “Document” and “Statement”.

use serde_json::Value;

use super::{VexError, instant, invalid, items, sentence, text};
use crate::policy::{Product, Statement, StatementStatus};

pub(super) fn read(document: &Value) -> Result<Vec<Statement>, VexError> {
    let author = [text(document, "author"), text(document, "@id")].into_iter().find(|name| !name.is_empty());
    let by = author.unwrap_or("an OpenVEX document");
    let made_at = instant(document, "timestamp", "document")?;
    let statements = items(document, "statements").enumerate();
    statements.map(|(place, one)| statement(one, &format!("statements[{place}]"), by, made_at)).collect()
}

fn statement(
    one: &Value,
    place: &str,
    by: &str,
    made_at: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<Statement, VexError> {
    let status = match text(one, "status") {
        "not_affected" => StatementStatus::NotAffected,
        "affected" => StatementStatus::Affected,
        "fixed" => StatementStatus::Fixed,
        "under_investigation" => StatementStatus::UnderInvestigation,
        other => return Err(invalid(format!("{place}.status"), format!("“{other}” is no status"))),
    };
    let ids = one.get("vulnerability").map(ids).unwrap_or_default();
    if ids.is_empty() {
        return Err(invalid(format!("{place}.vulnerability"), "it names none"));
    }
    let products: Vec<Product> = items(one, "products").flat_map(products).collect();
    if products.is_empty() {
        return Err(invalid(format!("{place}.products"), "it names none"));
    }
    let at = instant(one, "last_updated", place)?.or(instant(one, "timestamp", place)?).or(made_at);
    let why =
        sentence(&[text(one, "justification"), text(one, "impact_statement"), text(one, "status_notes")]);
    Ok(Statement { ids, products, status, why, by: by.to_owned(), at })
}

fn ids(vulnerability: &Value) -> Vec<String> {
    if let Some(id) = vulnerability.as_str() {
        return vec![id.to_owned()];
    }
    let named = [text(vulnerability, "name"), text(vulnerability, "@id")].into_iter();
    let aliases = items(vulnerability, "aliases").filter_map(Value::as_str);
    named.chain(aliases).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// A product has several names, of which each stands for it.
fn products(product: &Value) -> Vec<Product> {
    let has_parts = items(product, "subcomponents").next().is_some();
    let parts = has_parts.then(|| items(product, "subcomponents").flat_map(names).collect::<Vec<String>>());
    names(product).into_iter().map(|id| Product { id, parts: parts.clone() }).collect()
}

fn names(component: &Value) -> Vec<String> {
    if let Some(id) = component.as_str() {
        return vec![id.to_owned()];
    }
    let purl = component.pointer("/identifiers/purl").and_then(Value::as_str).unwrap_or_default();
    let hash = component.pointer("/hashes/sha-256").and_then(Value::as_str);
    let hash = hash.map(|hash| format!("sha256:{hash}")).unwrap_or_default();
    let named = [text(component, "@id"), purl, hash.as_str()].map(str::to_owned);
    named.into_iter().filter(|name| !name.is_empty()).collect()
}
