//! Red Hat's VEX documents: what holds of one CVE in every product.
//!
//! Each row (a component of a product) becomes a statement under the product's namespace; rows that differ in nothing but the
//! architecture become one. Kinds of components that no image has as a package (Maven artifacts of middleware and the like) are
//! passed over, and so are products without components. Nothing else is: a row that cannot be read is an unreadable range.
//!
//! Source of the format: Red Hat, “CSAF Security Advisories and VEX Security Data”, and the documents at
//! `https://security.access.redhat.com/data/csaf/v2/vex/`.

mod images;
mod rows;
mod statements;
mod streams;
mod subject;
mod words;

use std::collections::BTreeSet;

pub(super) use self::images::is_instant;
use self::{rows::Rows, words::Words};
use super::cpe;
use crate::{
    Advisory,
    advisory::Record,
    cvss,
    feed::{FeedDocument, FeedError, FeedHead},
    formats::csaf::{self, Document, Products, Vulnerability},
};

/// The namespace of statements about container images themselves, which name no product.
pub(super) const IMAGES: &str = "Red Hat:containers";

/// Reads one document.
pub(super) fn parse(
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let bytes = csaf::read(document)?;
    let document = Document::parse(&bytes)?;
    let mut covers = BTreeSet::from([cpe::OSV_NAME.to_owned()]);
    let tracking = &document.document.tracking;
    let mut head = FeedHead {
        upstream_date: tracking.current_release_date.as_deref().map(str::to_owned),
        ..FeedHead::default()
    };
    if !document.is_deleted() {
        let category = document.document.category.as_deref();
        head.misfit = category
            .filter(|one| *one != "csaf_vex")
            .map(|one| format!("it says that it is a “{one}”, not a “csaf_vex”"));
        if document.vulnerabilities.is_empty() {
            head.unread.push(format!("{}: it says nothing of any vulnerability", &*tracking.id));
        }
        let products = Products::new(&document.product_tree);
        for vulnerability in &document.vulnerabilities {
            let read = Rows::read(&products, vulnerability, &Words::new(vulnerability));
            head.unread.extend(read.unread);
            covers.extend(read.statements.iter().map(|one| one.namespace.clone()));
            if !read.statements.is_empty() {
                let advisory = advisory(&document, vulnerability);
                sink(Record { advisory, affected: read.statements });
            }
        }
    }
    head.covers = covers.into_iter().collect();
    Ok(head)
}

/// What holds of the vulnerability in all products. Neither bugs nor errata are its aliases: one may be of several CVEs.
fn advisory(document: &Document<'_>, vulnerability: &Vulnerability<'_>) -> Advisory {
    // The document is told by this identifier, which is the CVE.
    let tracking = &*document.document.tracking.id;
    let id = if tracking.starts_with("CVE-") {
        tracking
    } else {
        vulnerability.cve.as_deref().unwrap_or(tracking)
    };
    let described = || vulnerability.notes.iter().find(|note| &*note.category == "description");
    let summary = vulnerability.title.as_deref().or(document.document.title.as_deref());
    let summary = summary.or_else(|| described().map(|note| &*note.text)).unwrap_or_default();
    let aggregate = document.document.aggregate_severity.as_ref().map(|one| &*one.text);
    let word = words::severity_of_all(vulnerability).or(aggregate).unwrap_or_default();
    let vectors = vulnerability.scores.iter().flat_map(|score| score.cvss_v3.iter().chain(&score.cvss_v2));
    Advisory {
        id: id.to_owned(),
        severity: words::severity(word),
        severity_word: word.to_owned(),
        summary: summary.to_owned(),
        links: vulnerability.references.iter().map(|reference| reference.url.to_string()).collect(),
        published: vulnerability.release_date.as_deref().map(str::to_owned),
        cvss: cvss::vectors("Red Hat", vectors.map(|one| &*one.vector)),
        ..Advisory::default()
    }
}

#[cfg(test)]
mod tests;
