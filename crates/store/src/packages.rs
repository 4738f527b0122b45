//! The inverted index: from the name of a package to the manifests that have it.
//!
//! A name is that of the installed package or of its source; both are there. Names are kept once and numbered, because
//! a hundred thousand manifests share some thousands of them.

use std::collections::BTreeMap;

use crate::{StoreError, Transaction};

/// The name of a package, as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageKey {
    /// Ecosystem and release, such as `Alpine:v3.16`.
    pub namespace: String,
    /// Name of the installed package, or of its source.
    pub name: String,
}

/// The manifests that have any of these packages: by their numbers, each with the places of its packages in `keys`.
pub fn holders(
    _tx: &mut Transaction<'_>,
    _keys: &[PackageKey],
) -> Result<BTreeMap<i64, Vec<usize>>, StoreError> {
    todo!()
}
