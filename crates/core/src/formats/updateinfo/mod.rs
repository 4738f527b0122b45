//! updateinfo.xml: what the updates in a repository of rpm packages are for, and which packages they brought.
//!
//! Kept is what is published as a security update, and whatever else names a CVE; other updates say nothing about
//! vulnerabilities. A package whose version cannot be read is kept as unreadable, and what names no package is told as unread. **A vulnerability without a fix is not in
//! this format at all**: that nothing is found means that every published update is installed.
//!
//! Read as a stream: one update is held at a time.
//!
//! Source of the format: libsolv's and dnf's readers, and documents of Amazon Linux, Fedora and Rocky Linux.

mod repository;
mod text;
mod update;

use std::collections::{BTreeMap, BTreeSet};

pub use self::repository::{locate, locate_by_mirrors};
use self::update::{Package, Update};
use super::{
    text::{CVE_PAGE, shortened},
    unread::Unread,
    xml::{Elements, Step},
};
use crate::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Dated, Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource},
};

/// What sets the documents of one distribution apart.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    /// What comes before an update's identifier in the address of the page about it.
    pub page: &'a str,
    /// Whether the distribution has modules: then an update without one is not about packages of a module.
    pub has_modules: bool,
}

/// Reads one document.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no updateinfo or cut off; [`FeedError::Unreadable`] where the reader fails.
pub fn parse(
    dialect: &Dialect<'_>,
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let mut elements = Elements::of("updates", document.reader)?;
    let mut unread = Unread::default();
    loop {
        match elements.next()? {
            Step::Open(element) if element.name == "update" => {
                let update = Update::read(&element, &mut elements)?;
                if update.id.is_empty() {
                    return Err(FeedError::Malformed("an update without an identifier".to_owned()));
                }
                if update.is_about_vulnerabilities() {
                    update.unread().into_iter().for_each(|what| unread.add(format!("{}: {what}", update.id)));
                    records(dialect, source, &update).into_iter().for_each(&mut *sink);
                }
            }
            Step::Open(_) => elements.skip()?,
            Step::Close(_) => break,
        }
    }
    elements.finish()?;
    let covers = vec![source.namespace.clone()];
    Ok(FeedHead { covers, unread: unread.finish(), ..FeedHead::default() })
}

/// A record for each CVE of an update; one under its own identifier where it names none.
fn records(dialect: &Dialect<'_>, source: &FeedSource, update: &Update) -> Vec<Record> {
    let affected = statements(dialect, source, &update.packages);
    if affected.is_empty() {
        return Vec::new();
    }
    let cves = update.cves();
    let ids = if cves.is_empty() { vec![update.id.clone()] } else { cves };
    let record = |id: String| Record { advisory: advisory(dialect, update, id), affected: affected.clone() };
    ids.into_iter().map(record).collect()
}

fn advisory(dialect: &Dialect<'_>, update: &Update, id: String) -> Advisory {
    let is_own = id == update.id;
    let mut links = vec![format!("{}{}", dialect.page, update.id)];
    if !is_own {
        links.push(format!("{}{id}", CVE_PAGE));
    }
    Advisory {
        aliases: if is_own { Vec::new() } else { vec![update.id.clone()] },
        id,
        severity: Severity::of_word(&update.severity).unwrap_or_default(),
        severity_word: update.severity.clone(),
        summary: shortened(if update.title.is_empty() { &update.description } else { &update.title }),
        links,
        published: text::instant(&update.issued),
        dated: Dated::Fix,
        ..Advisory::default()
    }
}

/// One statement for each package and version, with all architectures that have it.
fn statements(dialect: &Dialect<'_>, source: &FeedSource, packages: &[Package]) -> Vec<Affected> {
    let mut listed: BTreeMap<(&str, &AffectedRange, Option<&str>), BTreeSet<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|one| !one.is_source()) {
        let module = package.module.as_deref().or(dialect.has_modules.then_some(""));
        let key = (package.name.as_str(), &package.range, module);
        listed.entry(key).or_default().insert(&package.architecture);
    }
    let is_of_one = is_of_one_repository(packages);
    let mut statements = Vec::new();
    for ((name, range, module), architectures) in listed {
        let mut affected = Affected::new(&*source.namespace, name, Names::Binary, range.clone());
        // What is for all architectures today may have been built for each of them before.
        let is_for_all = is_of_one || architectures.iter().any(|one| matches!(*one, "" | "noarch"));
        if !is_for_all {
            affected.only.architectures = architectures.into_iter().map(str::to_owned).collect();
        }
        affected.only.module = module.map(str::to_owned);
        statements.push(affected);
    }
    statements
}

/// Whether an update lists what the repository of `x86_64` has, and nothing else: that leaves the other architectures out,
/// and does not except them. They are built with the same versions.
fn is_of_one_repository(packages: &[Package]) -> bool {
    const OF_ONE: [&str; 6] = ["x86_64", "i686", "noarch", "src", "nosrc", ""];
    packages.iter().all(|one| OF_ONE.contains(&one.architecture.as_str()))
}

#[cfg(test)]
mod tests;
