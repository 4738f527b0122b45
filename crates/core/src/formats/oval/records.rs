//! Definitions as records: one for each CVE that a definition names, or one for a definition that names none.
//!
//! A CVE's record has the name of its definition (`ELSA-2021-9151`) as alias. Never another CVE of it: an advisory that
//! speaks about several makes them no less several.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use chrono::{DateTime, NaiveDate};

use super::{
    Dialect,
    clauses::Clause,
    definition::{Cve, Definition},
    limits, rating,
};
use crate::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Dated, Only, Record},
    cvss,
};

/// The namespaces that each product of a document stands for.
pub(super) type Releases = BTreeMap<Rc<str>, Vec<String>>;

/// What tells one statement of a definition from another, beside architectures.
type Key = (String, Rc<str>, AffectedRange, Option<Rc<str>>);

/// What a definition says about packages. Alternatives that differ in their architectures become one.
pub(super) fn affected(
    clauses: &[Clause],
    dialect: &Dialect<'_>,
    releases: &Releases,
    everywhere: &BTreeSet<String>,
) -> Vec<Affected> {
    let mut statements: BTreeMap<Key, Option<BTreeSet<Rc<str>>>> = BTreeMap::new();
    for clause in clauses {
        let namespaces: BTreeSet<&String> = match &clause.only.products {
            Some(products) => products.iter().filter_map(|one| releases.get(one)).flatten().collect(),
            None => everywhere.iter().collect(),
        };
        for package in &clause.packages {
            let range = match &clause.only.unknown {
                Some(text) => AffectedRange::Unreadable { text: text.clone() },
                None => package.range.clone(),
            };
            let architectures = package.architectures.as_ref().or(clause.only.architectures.as_ref());
            for namespace in &namespaces {
                let namespace = (dialect.variant)(namespace, clause.only.release_word.as_deref(), &range);
                let key = (namespace, Rc::clone(&package.name), range.clone(), clause.only.module.clone());
                join(&mut statements, key, architectures);
            }
        }
    }
    statements
        .into_iter()
        .map(|((namespace, package, range, module), architectures)| {
            let architectures = architectures.unwrap_or_default().iter().map(ToString::to_string).collect();
            let module = module.map(|module| module.to_string());
            let only = Only { architectures, module, ..Only::default() };
            Affected { only, ..Affected::new(namespace, &*package, dialect.names, range) }
        })
        .collect()
}

fn join(
    statements: &mut BTreeMap<Key, Option<BTreeSet<Rc<str>>>>,
    key: Key,
    architectures: Option<&BTreeSet<Rc<str>>>,
) {
    let known = statements.entry(key).or_insert_with(|| Some(BTreeSet::new()));
    match (known.as_mut(), architectures) {
        (Some(known), Some(more)) => known.extend(more.iter().cloned()),
        (Some(_), None) => *known = None,
        (None, _) => {}
    }
}

/// The records of a definition that says this about packages.
pub(super) fn records(definition: &Definition, affected: &[Affected], publisher: &str) -> Vec<Record> {
    let own = own_id(definition);
    let cves = cves(definition);
    let record = |advisory| Record { advisory, affected: affected.to_vec() };
    if cves.is_empty() {
        return vec![record(advisory(definition, &own, &own, publisher))];
    }
    cves.iter().map(|cve| record(advisory(definition, cve, &own, publisher))).collect()
}

fn advisory(definition: &Definition, id: &str, own: &str, publisher: &str) -> Advisory {
    let (severity, word) = severity(definition, id);
    let summary = if definition.class == "patch" || definition.description.is_empty() {
        definition.title.chars().take(limits::MOST_SUMMARY).collect()
    } else {
        definition.description.clone()
    };
    Advisory {
        id: id.to_owned(),
        aliases: (id != own && !own.is_empty()).then(|| own.to_owned()).into_iter().collect(),
        severity,
        severity_word: word,
        summary,
        links: links(definition, id),
        published: published(&definition.issued),
        dated: match definition.class.as_str() {
            "patch" => Dated::Fix,
            _ if definition.is_of_advisory => Dated::Advisory,
            _ => Dated::Vulnerability,
        },
        cvss: cvss::vectors(publisher, about(definition, id).filter_map(|one| rating::vector(&one.cvss))),
    }
}

/// How the vendor calls the definition: the beginning of a patch's title (`ELSA-2021-9151: openssl security update`). One
/// about a vulnerability has no name beside the CVE.
fn own_id(definition: &Definition) -> String {
    let first = definition.title.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
    let is_name = first.contains('-') && first.bytes().any(|byte| byte.is_ascii_digit());
    if is_name && definition.class == "patch" {
        return first.to_owned();
    }
    if definition.class == "patch" || cves(definition).is_empty() {
        return definition.id.clone();
    }
    String::new()
}

/// Every CVE that is named as the subject, sorted.
fn cves(definition: &Definition) -> BTreeSet<String> {
    let named = definition.cves.iter().map(|cve| cve.text.as_str());
    let referred = definition.references.iter().map(|reference| reference.id.as_str());
    let title = (definition.class == "vulnerability").then_some(definition.title.as_str());
    named.chain(referred).chain(title).filter_map(cve).collect()
}

/// The CVE in a text such as `Mitre CVE-1999-0524`.
fn cve(text: &str) -> Option<String> {
    let (_, after) = text.split_once("CVE-")?;
    let (year, number) = after.split_once('-')?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let number = number.get(..digits)?;
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    (is_year && digits >= 4).then(|| format!("CVE-{year}-{number}"))
}

/// The vendor's own word first; where it has none that means anything, its word for the CVE, and then its score.
fn severity(definition: &Definition, id: &str) -> (Severity, String) {
    let about: Vec<&Cve> = about(definition, id).collect();
    let words = about.iter().map(|one| one.impact.as_str()).chain([definition.severity.as_str()]);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if let Some((severity, word)) = words.iter().find_map(|word| Some((rating::of_word(word)?, word))) {
        return (severity, (*word).to_owned());
    }
    let score = about.iter().find_map(|one| rating::of_score(&one.cvss));
    let word = words.first().copied().unwrap_or_default().to_owned();
    (score.unwrap_or_default(), word)
}

/// What is said of one CVE.
fn about<'a>(definition: &'a Definition, id: &'a str) -> impl Iterator<Item = &'a Cve> {
    definition.cves.iter().filter(move |one| cve(&one.text).as_deref() == Some(id))
}

fn links(definition: &Definition, id: &str) -> Vec<String> {
    let about = |reference: &&super::definition::Reference| match cve(&reference.id) {
        Some(other) => other == id,
        None => true,
    };
    let urls = definition.references.iter().filter(about).map(|reference| reference.url.clone());
    let mut links: Vec<String> = urls.filter(|url| url.starts_with("http")).collect();
    links.dedup();
    links.truncate(limits::MOST_LINKS);
    links
}

/// A day or an instant as RFC 3339; what is neither is not shown.
fn published(text: &str) -> Option<String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some(format!("{day}T00:00:00Z"));
    }
    DateTime::parse_from_rfc3339(text).is_ok().then(|| text.to_owned())
}
