//! CVE records, as numbering authorities write them: one JSON document for one vulnerability, of products by name.
//!
//! Who makes a product and numbers its vulnerabilities says here which versions are affected. Nothing that is not understood is
//! taken for “not affected”: a version of which nobody knows (`unknown`, which also holds where no `defaultStatus` is given) is
//! reported as such, and what follows no rule is kept as unreadable. A record that was rejected says nothing.
//!
//! Source of the format: the CVE record format 5.0 to 5.2 (`https://github.com/CVEProject/cve-schema`).

mod document;
mod limits;
mod ranges;
mod status;

pub use self::{
    document::{CveRecord, Product},
    ranges::Stated,
};
use crate::{
    Advisory, Affected, Severity,
    advisory::{Dated, Plan, Record},
    cvss,
    feed::{FeedDocument, FeedError},
    formats::text::{CVE_PAGE, shortened},
    version::VersionOrder,
};

/// What sets the records of one product apart.
#[derive(Clone, Copy)]
pub struct Dialect<'a> {
    /// Whether a product is the one that is asked for.
    pub is_meant: fn(&Product) -> bool,
    /// The order of its versions.
    pub versions: &'a VersionOrder,
    /// What is said with a part of the versions.
    pub state: &'a dyn Fn(&Stated) -> Affected,
}

/// Reads one record, and hands on what it says of the product.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no CVE record or cut off; [`FeedError::Unreadable`] where the reader fails.
pub fn parse(dialect: &Dialect<'_>, document: &mut FeedDocument<'_>) -> Result<Option<Record>, FeedError> {
    let record = CveRecord::read(document.reader)?;
    if record.is_rejected() {
        return Ok(None);
    }
    let products = &record.containers.cna.affected;
    let mut stated: Vec<Stated> = Vec::new();
    for product in products.iter().filter(|product| (dialect.is_meant)(product)) {
        stated.extend(ranges::stated(product, dialect.versions));
    }
    // One that names no product at all could be about any.
    if products.is_empty() {
        stated.extend(ranges::stated(&Product::default(), dialect.versions));
    }
    let mut affected: Vec<Affected> = Vec::new();
    for one in &stated {
        let mut said = (dialect.state)(one);
        if one.is_unknown {
            said.stance.plan = Plan::UnderInvestigation;
            "the makers do not say whether these versions are affected".clone_into(&mut said.stance.words);
        }
        if !affected.contains(&said) {
            affected.push(said);
        }
    }
    Ok((!affected.is_empty()).then(|| Record { advisory: advisory(&record), affected }))
}

fn advisory(record: &CveRecord) -> Advisory {
    let (cna, id) = (&record.containers.cna, record.cve_metadata.cve_id.clone());
    let vectors: Vec<&str> = cna
        .metrics
        .iter()
        .flat_map(|metric| [&metric.v31, &metric.v30, &metric.v40, &metric.v20])
        .filter_map(|scored| scored.get("vectorString")?.as_str())
        .collect();
    let mut words = cna.metrics.iter().filter_map(|metric| metric.other.pointer("/content/text")?.as_str());
    let word = words.find(|word| Severity::of_word(word).is_some());
    let severity = word
        .and_then(Severity::of_word)
        .or_else(|| vectors.iter().find_map(|vector| cvss::base_severity(vector)))
        .unwrap_or_default();
    let english = cna.descriptions.iter().find(|one| one.lang.starts_with("en"));
    let description = english.or(cna.descriptions.first()).map_or("", |one| one.value.as_str());
    let summary = if cna.title.trim().is_empty() { description } else { &cna.title };
    Advisory {
        aliases: Vec::new(),
        severity,
        severity_word: word.unwrap_or_default().trim().to_owned(),
        summary: shortened(summary),
        links: links(record),
        published: record.cve_metadata.date_published.clone().or_else(|| cna.date_public.clone()),
        dated: Dated::Vulnerability,
        cvss: cvss::vectors(&cna.provider_metadata.short_name, vectors),
        id,
    }
}

/// The page of the CVE, the vendor's own advisory, and the rest.
fn links(record: &CveRecord) -> Vec<String> {
    let mut references: Vec<_> = record.containers.cna.references.iter().collect();
    references.sort_by_key(|one| !one.tags.iter().any(|tag| tag == "vendor-advisory"));
    let mut links = vec![format!("{CVE_PAGE}{}", record.cve_metadata.cve_id)];
    for url in references.into_iter().map(|one| one.url.trim()).filter(|url| !url.is_empty()) {
        if links.len() < limits::LINKS && !links.iter().any(|one| one == url) {
            links.push(url.to_owned());
        }
    }
    links
}

#[cfg(test)]
mod tests;
