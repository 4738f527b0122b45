//! CSAF 2.0, profile 5: VEX.
//!
//! Source: OASIS, “Common Security Advisory Framework Version 2.0”, sections 3.2.2 and 3.2.3. Products are named by their package
//! URLs; a product without one is nobody whom we could meet.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{VexError, instant, invalid, items, sentence, text};
use crate::policy::{Product, Statement, StatementStatus};

/// The products of a document by their identifiers.
type Products = BTreeMap<String, Vec<Product>>;

const STATUSES: [(&str, StatementStatus); 5] = [
    ("known_not_affected", StatementStatus::NotAffected),
    ("fixed", StatementStatus::Fixed),
    ("first_fixed", StatementStatus::Fixed),
    ("known_affected", StatementStatus::Affected),
    ("under_investigation", StatementStatus::UnderInvestigation),
];

pub(super) fn read(document: &Value) -> Result<Vec<Statement>, VexError> {
    let mut products = Products::new();
    if let Some(tree) = document.get("product_tree") {
        branches(tree, &mut products);
        items(tree, "full_product_names").for_each(|product| note(product, &mut products));
        for relationship in items(tree, "relationships") {
            relate(relationship, &mut products);
        }
    }
    let publisher = document.pointer("/document/publisher/name").and_then(Value::as_str);
    let by = publisher.unwrap_or("a CSAF document");
    let tracking = document.pointer("/document/tracking");
    let at = tracking
        .map_or(Ok(None), |tracking| instant(tracking, "current_release_date", "document.tracking"))?;
    let mut statements = Vec::new();
    for (place, vulnerability) in items(document, "vulnerabilities").enumerate() {
        let ids = ids(vulnerability);
        if ids.is_empty() {
            return Err(invalid(format!("vulnerabilities[{place}]"), "it names no vulnerability"));
        }
        for (name, status) in STATUSES {
            let Some(listed) = vulnerability.get("product_status").and_then(|all| all.get(name)) else {
                continue;
            };
            for id in listed.as_array().into_iter().flatten().filter_map(Value::as_str) {
                let Some(products) = products.get(id) else { continue };
                let why = why(vulnerability, id);
                let (ids, products, by) = (ids.clone(), products.clone(), by.to_owned());
                statements.push(Statement { ids, products, status, why, by, at });
            }
        }
    }
    Ok(statements)
}

fn ids(vulnerability: &Value) -> Vec<String> {
    let others = items(vulnerability, "ids").map(|id| text(id, "text"));
    [text(vulnerability, "cve")]
        .into_iter()
        .chain(others)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

fn branches(node: &Value, products: &mut Products) {
    for branch in items(node, "branches") {
        branch.get("product").into_iter().for_each(|product| note(product, products));
        branches(branch, products);
    }
}

fn note(product: &Value, products: &mut Products) {
    let helper = product.get("product_identification_helper");
    let purl = helper.map(|helper| text(helper, "purl")).unwrap_or_default();
    if !purl.is_empty() {
        let known = products.entry(text(product, "product_id").to_owned()).or_default();
        known.push(Product { id: purl.to_owned(), parts: None });
    }
}

/// A product within another: the former is the part. Where the whole has no package URL nobody can tell whether an image has it, and
/// what is said of the part in it says nothing of the part elsewhere.
fn relate(relationship: &Value, products: &mut Products) {
    let find = |products: &Products, name: &str| {
        products
            .get(text(relationship, name))
            .and_then(|found| found.first())
            .map(|product| product.id.clone())
    };
    let (part, whole) = (find(products, "product_reference"), find(products, "relates_to_product_reference"));
    let (Some(part), Some(whole)) = (part, whole) else { return };
    let related = Product { id: whole, parts: Some(vec![part]) };
    let name = relationship.get("full_product_name").map(|name| text(name, "product_id")).unwrap_or_default();
    products.entry(name.to_owned()).or_default().push(related);
}

/// Justification and impact, as far as they are about a product.
fn why(vulnerability: &Value, product: &str) -> String {
    let is_about = |value: &&Value| items(value, "product_ids").any(|id| id.as_str() == Some(product));
    let flag = items(vulnerability, "flags").find(is_about).map(|flag| text(flag, "label"));
    let impacts: Vec<&Value> =
        items(vulnerability, "threats").filter(|threat| text(threat, "category") == "impact").collect();
    let of_all = || impacts.iter().find(|impact| impact.get("product_ids").is_none());
    let impact = impacts.iter().find(|impact| is_about(impact)).or_else(of_all);
    sentence(&[flag.unwrap_or_default(), impact.map(|impact| text(impact, "details")).unwrap_or_default()])
}
