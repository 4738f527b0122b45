//! The texts of a record, as short as a report has them.

use super::{document::Document, identifiers, limits};
use crate::formats::text::{CVE_PAGE, shortened};

/// The summary, or the beginning of the details, on one line.
pub(super) fn summary(document: &Document) -> String {
    let text = if document.summary.trim().is_empty() { &document.details } else { &document.summary };
    // Reports about packages that were made to do harm have identifiers of their own.
    let kind = if document.id.starts_with("MAL-") { "malicious package: " } else { "" };
    shortened(&format!("{kind}{text}"))
}

/// The links of a record, the advisory itself first.
pub(super) fn links(document: &Document) -> Vec<String> {
    let is_advisory = |kind: &Option<String>| kind.as_deref() == Some("ADVISORY");
    let mut references: Vec<_> = document.references.iter().collect();
    references.sort_by_key(|one| !is_advisory(&one.kind));
    let mut links: Vec<String> = Vec::new();
    for url in references.into_iter().map(|one| one.url.trim()).filter(|url| !url.is_empty()) {
        if links.len() < limits::LINKS && !links.iter().any(|one| one == url) {
            links.push(url.to_owned());
        }
    }
    links
}

/// The same, and the page of the CVE: some who read reports know a CVE by its links alone.
pub(super) fn links_of(id: &str, links: &[String]) -> Vec<String> {
    let named = links.iter().any(|link| link.contains(id));
    let page = (identifiers::cve(id).is_some() && !named).then(|| format!("{CVE_PAGE}{id}"));
    page.into_iter().chain(links.iter().cloned()).collect()
}
