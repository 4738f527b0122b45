//! OVAL: which systems are vulnerable, as trees of conditions on installed packages.
//!
//! Shared by Oracle Linux, SUSE, openSUSE, Photon OS and Azure Linux. Nothing in a document is passed over: a condition
//! that is not understood makes the packages unreadable that it is about, and a definition that names no package is told
//! as unread. What is left out on purpose: definitions that describe products (class `inventory`), that upstream has
//! withdrawn (`deprecated`), and products that are not of the document's family, which others speak about.
//!
//! Source of the format: the OVAL definitions schema 5.11 with its Linux extension, and the documents of the vendors.

mod clauses;
mod definition;
mod document;
mod limits;
pub mod listing;
mod meaning;
mod rating;
mod records;
mod tables;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use self::{definition::Criteria, document::Document, meaning::Meaning, records::Releases};
use super::unread::Unread;
use crate::{
    AffectedRange,
    advisory::{Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource},
};

/// What sets the documents of one vendor apart.
#[derive(Clone, Copy)]
pub struct Dialect<'a> {
    /// Who publishes the documents, and the scores in them.
    pub publisher: &'a str,
    /// Which packages are meant by a name.
    pub names: Names,
    /// The namespaces that products stand for, in the order of the products: all that a document names, as in “Oracle
    /// Linux 8 is installed”. None for a product that the feed does not speak about.
    pub releases: &'a dyn Fn(&[&str]) -> Vec<Vec<String>>,
    /// The namespace for a statement about one build variant of a package: given that of its product, the word that the
    /// package's release must have in it, and the range. [`one_variant`] where there is but one.
    pub variant: &'a dyn Fn(&str, Option<&str>, &AffectedRange) -> String,
}

/// For vendors who build each package once.
pub fn one_variant(namespace: &str, _word: Option<&str>, _range: &AffectedRange) -> String {
    namespace.to_owned()
}

/// Reads one document.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no OVAL document or is cut off; [`FeedError::Unreadable`] where the reader fails.
/// Records that were handed out before are void then.
pub fn parse(
    dialect: &Dialect<'_>,
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let read = document::read(document)?;
    let releases = releases(dialect, &read);
    let own = BTreeSet::from([source.namespace.clone()]);
    let named: BTreeSet<String> = releases.values().flatten().cloned().collect();
    let everywhere = if named.is_empty() { &own } else { &named };
    let misfit = misfit(source, &releases, &named);
    let mut covers = &own | &named;
    let mut unread = Unread::default();
    for definition in read.definitions.iter().filter(|one| one.class != "inventory" && !one.deprecated) {
        let id = &definition.id;
        if !matches!(definition.class.as_str(), "patch" | "vulnerability") {
            unread.add(format!("{id} is of the class “{}”", definition.class));
            continue;
        }
        let clauses = definition.criteria.as_ref().map(|criteria| clauses::of(&read.tables, criteria));
        let clauses = clauses.unwrap_or_default();
        if clauses.iter().any(|clause| clause.packages.is_empty()) || clauses.is_empty() {
            unread.add(format!("{id} ({}) does not say which packages are affected", definition.title));
        }
        let affected = records::affected(&clauses, dialect, &releases, everywhere);
        if !affected.is_empty() {
            covers.extend(affected.iter().map(|one| one.namespace.clone()));
            records::records(definition, &affected, dialect.publisher).into_iter().for_each(&mut *sink);
        }
    }
    Ok(FeedHead {
        covers: covers.into_iter().collect(),
        upstream_date: read.timestamp,
        misfit,
        unread: unread.finish(),
    })
}

/// The products of a document, and what they stand for.
fn releases(dialect: &Dialect<'_>, document: &Document) -> Releases {
    let mut products: BTreeSet<Rc<str>> = BTreeSet::new();
    for criteria in document.definitions.iter().filter_map(|one| one.criteria.as_ref()) {
        collect(document, criteria, &mut products);
    }
    let names: Vec<&str> = products.iter().map(|name| &**name).collect();
    let namespaces = (dialect.releases)(&names);
    products.iter().cloned().zip(namespaces).collect::<BTreeMap<_, _>>()
}

fn collect(document: &Document, criteria: &Criteria, products: &mut BTreeSet<Rc<str>>) {
    match criteria {
        Criteria::All(children) | Criteria::Any(children) => {
            children.iter().for_each(|child| collect(document, child, products));
        }
        Criteria::Unknown(unknown) => unknown.1.iter().for_each(|child| collect(document, child, products)),
        Criteria::Test { id, comment } => {
            let comment = document.tables.comment(*comment);
            if !comment.is_empty()
                && let Meaning::Product(name) = meaning::of(&document.tables, *id, comment)
            {
                products.insert(name);
            }
        }
    }
}

/// Whether the products are all of another release, or of another distribution.
fn misfit(source: &FeedSource, releases: &Releases, named: &BTreeSet<String>) -> Option<String> {
    let of_release = |one: &String| one.starts_with(&source.namespace);
    if releases.is_empty() || named.iter().any(of_release) {
        return None;
    }
    let product = releases.keys().next()?;
    Some(format!("it speaks about “{product}”, not about {}", source.namespace))
}

#[cfg(test)]
mod tests;
