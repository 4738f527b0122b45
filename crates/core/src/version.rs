//! Orders of versions.
//!
//! An order either compares two versions exactly as its own tool does, or says that it cannot. There is no fallback
//! to comparing text: a version that does not parse becomes a blind spot.

use std::cmp::Ordering;

use crate::{ecosystem, ecosystems, formats::semver};

/// One way to order versions.
#[derive(Debug, Clone, Copy)]
pub struct VersionOrder {
    /// Its name on the command line and in documents, such as `apk`.
    pub scheme: &'static str,
    /// Checks that a version is one that this order knows.
    pub check: fn(&str) -> Result<(), InvalidVersion>,
    /// Compares two versions.
    pub compare: fn(&str, &str) -> Result<Ordering, InvalidVersion>,
}

/// A version that follows no rule of its ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{version}” is not a version that {scheme} knows")]
pub struct InvalidVersion {
    /// The order that was asked.
    pub scheme: &'static str,
    /// The version, as written.
    pub version: String,
}

/// The orders of all ecosystems and those that are nobody's own, each once, sorted by the name of the scheme.
pub fn orders() -> Vec<&'static VersionOrder> {
    let mut orders: Vec<_> = ecosystems::all().iter().map(|ecosystem| ecosystem.versions).collect();
    orders.push(&semver::VERSIONS);
    orders.sort_by_key(|order| order.scheme);
    orders.dedup_by_key(|order| order.scheme);
    orders
}

/// The order of this name: that of a scheme, or what an ecosystem is called: by its folder, in OSV's data, or in package URLs.
pub fn order(name: &str) -> Option<&'static VersionOrder> {
    let scheme = orders().into_iter().find(|order| order.scheme == name);
    scheme.or_else(|| {
        let is_called = |ecosystem: &&ecosystem::Ecosystem| {
            [ecosystem.id, ecosystem.osv_name, ecosystem.purl.kind].contains(&name)
        };
        ecosystems::all().iter().find(is_called).map(|ecosystem| ecosystem.versions)
    })
}
