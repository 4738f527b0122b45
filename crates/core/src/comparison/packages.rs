//! Packages that were added, removed or changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Change;
use crate::IndexedPackage;

/// A package that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageChange {
    /// Where it is.
    pub change: Change,
    /// Its name.
    pub name: String,
    /// Its type, as in its package URL.
    #[serde(rename = "type")]
    pub kind: String,
    /// The database or file in which it was found.
    pub path: String,
    /// What it is in A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<PackageFacts>,
    /// What it is in B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<PackageFacts>,
}

/// What decides how a package is judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PackageFacts {
    /// Its version.
    pub version: String,
    /// Name and version of its source package, where they are not its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<(String, String)>,
    /// The namespace under which it is judged.
    pub namespace: Option<String>,
}

impl PackageFacts {
    pub(super) fn of(indexed: &IndexedPackage) -> Self {
        let package = &indexed.package;
        // One that is called and counted as the package itself says nothing, and not everybody writes it down.
        let source = package.source.as_ref();
        let source = source.filter(|one| one.name != package.name || one.version != package.version);
        Self {
            version: package.version.clone(),
            source: source.map(|source| (source.name.clone(), source.version.clone())),
            namespace: indexed.namespace.clone(),
        }
    }
}

/// What makes two packages the same one at two times.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    kind: String,
    path: String,
}

type Listing = BTreeMap<Key, BTreeSet<PackageFacts>>;

fn listing(packages: &[IndexedPackage]) -> Listing {
    let mut listing = Listing::new();
    for indexed in packages {
        let key = Key {
            name: indexed.package.name.clone(),
            kind: indexed.package.kind.clone(),
            path: indexed.path.clone(),
        };
        listing.entry(key).or_default().insert(PackageFacts::of(indexed));
    }
    listing
}

/// The packages that differ, by name. Several versions under one name are paired in their order.
pub(super) fn changes(a: &[IndexedPackage], b: &[IndexedPackage]) -> Vec<PackageChange> {
    let (a, b) = (listing(a), listing(b));
    let nothing = BTreeSet::new();
    let keys: BTreeSet<&Key> = a.keys().chain(b.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (in_a, in_b) = (a.get(key).unwrap_or(&nothing), b.get(key).unwrap_or(&nothing));
        let mut gone = in_a.difference(in_b).cloned();
        let mut new = in_b.difference(in_a).cloned();
        loop {
            let (a, b) = (gone.next(), new.next());
            let change = match (&a, &b) {
                (None, None) => break,
                (None, Some(_)) => Change::Added,
                (Some(_), None) => Change::Removed,
                (Some(_), Some(_)) => Change::Changed,
            };
            let Key { name, kind, path } = key.clone();
            changes.push(PackageChange { change, name, kind, path, a, b });
        }
    }
    changes
}
