//! OSV records: one JSON document for one vulnerability or one advisory, of any distribution or language.
//!
//! A record that cannot be read is refused as a whole, and the rest of its feed stands. Within one, nothing is passed over
//! but what is about other ecosystems, what has no package, and what was withdrawn: that is upstream's word that there is
//! nothing. A range that follows no rule is kept as unreadable.
//!
//! What a name and a version mean, and whose severities count, is the ecosystem's to say: see [`Dialect`].
//!
//! Source of the format: the OSV schema 1.7 (`https://ossf.github.io/osv-schema/`). Exports:
//! `https://osv-vulnerabilities.storage.googleapis.com/ECOSYSTEM/all.zip`, one member a record.

mod document;
pub mod enterprise;
pub mod export;
mod identifiers;
pub mod language;
mod limits;
mod list;
mod ranges;
mod severity;
mod text;

use std::collections::BTreeSet;

pub use self::{
    document::{AffectedPackage, Document, Event, PackageName, Range, Reference, Score},
    identifiers::{Reported, cve},
    list::parse_list,
    severity::Rating,
};
use crate::{
    Advisory, Affected, AffectedRange,
    advisory::{Dated, Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource},
    version::VersionOrder,
};

/// What sets the records of one ecosystem apart.
#[derive(Clone, Copy)]
pub struct Dialect<'a> {
    /// The ecosystem whose packages are meant, in OSV's words: itself, or one of its releases (`AlmaLinux:9`). Others that a
    /// record names are passed over.
    pub ecosystem: &'a str,
    /// The order of its versions.
    pub versions: &'a VersionOrder,
    /// Under which identifiers a record is reported.
    pub reported: Reported,
    /// Whether each beginning and the end that follows it are a range of their own, in the order in which they stand, and all that
    /// any of them has is affected: so where ranges overlap, which the schema's evaluation takes for the first of them alone.
    pub in_pairs: bool,
    /// How the ecosystem itself rates a record; where it gives `None`, what the record says generally counts.
    pub rate: fn(&Document) -> Option<Rating>,
    /// What is said with one range of one package: [`Said::about`] where a name and a version mean just that.
    pub state: &'a dyn Fn(&Said<'_>) -> Vec<Affected>,
}

/// One range of one package, of one record.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The record.
    pub document: &'a Document,
    /// What it says of the package, with what only its ecosystem has (`ecosystem_specific`).
    pub affected: &'a AffectedPackage,
    /// The package.
    pub package: &'a PackageName,
    /// The range.
    pub range: &'a AffectedRange,
}

impl Said<'_> {
    /// A statement about the package under its ecosystem as namespace, with the severity that is given for it alone.
    pub fn about(&self, names: Names) -> Affected {
        let PackageName { ecosystem, name } = self.package;
        let mut affected = Affected::new(ecosystem.trim(), name.trim(), names, self.range.clone());
        if let Some(rating) = severity::of_package(&self.affected.severity) {
            affected.stance.severity = rating.severity;
            affected.stance.severity_word = rating.word;
        }
        affected
    }
}

/// Reads one record. A member of an archive that is no JSON document by its name says nothing.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no OSV record or cut off; [`FeedError::Unreadable`] where the reader fails.
pub fn parse(
    dialect: &Dialect<'_>,
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if !document.name.is_empty() && !document.name.ends_with(".json") {
        return Ok(FeedHead::default());
    }
    let document = Document::read(document.reader)?;
    let mut covers = BTreeSet::from([source.namespace.clone()]);
    covers.extend(hand_on(dialect, &document, sink));
    Ok(FeedHead { covers: covers.into_iter().collect(), ..FeedHead::default() })
}

/// Hands on what a record says, and returns the namespaces that it is about.
fn hand_on(dialect: &Dialect<'_>, document: &Document, sink: &mut dyn FnMut(Record)) -> Vec<String> {
    let is_withdrawn = document.withdrawn.as_ref().is_some_and(|instant| !instant.trim().is_empty());
    let affected = if is_withdrawn { Vec::new() } else { statements(dialect, document) };
    if !affected.is_empty() {
        for advisory in advisories(dialect, document) {
            sink(Record { advisory, affected: affected.clone() });
        }
    }
    affected.into_iter().map(|one| one.namespace).collect()
}

fn statements(dialect: &Dialect<'_>, document: &Document) -> Vec<Affected> {
    let mut statements: Vec<Affected> = Vec::new();
    let mut seen = BTreeSet::new();
    for affected in &document.affected {
        let Some(package) = affected.package.as_ref().filter(|one| is_of(&one.ecosystem, dialect.ecosystem))
        else {
            continue;
        };
        for range in ranges::ranges(affected, dialect.versions, dialect.in_pairs) {
            let said = Said { document, affected, package, range: &range };
            let new = (dialect.state)(&said).into_iter().filter(|one| seen.insert(one.clone()));
            statements.extend(new);
        }
    }
    statements
}

/// Whether a package's ecosystem is the wanted one or a release of it.
fn is_of(ecosystem: &str, wanted: &str) -> bool {
    let below = ecosystem.trim().strip_prefix(wanted);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

fn advisories(dialect: &Dialect<'_>, document: &Document) -> impl Iterator<Item = Advisory> {
    let rating = (dialect.rate)(document).or_else(|| severity::of_document(document)).unwrap_or_default();
    let links = text::links(document);
    let summary = text::summary(document);
    let published = document.published.clone();
    let cvss = severity::vectors(document, dialect.ecosystem);
    let dated = match dialect.reported {
        // What a distribution publishes is an update; a record of a language is about a vulnerability, and names the fix.
        Reported::ByCve => Dated::Fix,
        Reported::AsItself => Dated::Advisory,
    };
    identifiers::vulnerabilities(document, dialect.reported).into_iter().map(move |(id, aliases)| Advisory {
        links: text::links_of(&id, &links),
        id,
        aliases,
        severity: rating.severity,
        severity_word: rating.word.clone(),
        summary: summary.clone(),
        published: published.clone(),
        dated,
        cvss: cvss.clone(),
    })
}

#[cfg(test)]
mod tests;
