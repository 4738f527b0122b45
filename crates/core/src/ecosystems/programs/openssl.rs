//! The feed of OpenSSL: the project's own CVE records, of all vulnerabilities since 2002, and the days on which its branches end.
//!
//! A record names the versions of each branch that was looked after when it was written, and of others says that they are not
//! affected, which nobody looked at. So each branch is a release here, with a namespace of its own: one that no record names is not
//! covered, and of one that has ended nothing is judged after its end. The branches with long term support end for the public and go
//! on for those who pay; the records go on to name them, with the versions that those get (`1.0.2zs`).
//!
//! All of it is in the repository from which the project's pages are made, of which the archive is one document: the pages have the
//! records one by one only.
//!
//! Source: `https://github.com/openssl/release-metadata`, `secjson` and `data.json`.

mod branches;

use std::collections::BTreeSet;

pub(super) use self::branches::{end_of_life, namespace_of};
use crate::{
    Affected,
    advisory::{Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource, Guard},
    formats::{
        cve5::{self, Dialect, Product, Stated},
        program_version::VERSIONS,
    },
};

/// The namespace of what is said of no single branch; those of branches have the branch behind it.
pub(super) const NAMESPACE: &str = "programs:openssl";

/// The name of the program, here and there.
pub(super) const NAME: &str = "openssl";

pub(super) const GUARD: Guard = Guard {
    // There are some 300 records, of two branches and more each.
    floor: 100,
    most_shrink_percent: 5,
    stale_after_hours: 72,
    // The archive has some 10 MB, with the texts of the advisories.
    most_bytes: 256 << 20,
};

pub(super) fn source() -> FeedSource {
    FeedSource {
        name: "programs/openssl".to_owned(),
        namespace: NAMESPACE.to_owned(),
        url: "https://github.com/openssl/release-metadata/archive/refs/heads/main.zip".to_owned(),
    }
}

/// Whether a namespace is that of a branch, or of all.
pub(super) fn is_its(namespace: &str) -> bool {
    namespace.strip_prefix(NAMESPACE).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

pub(super) fn parse(
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let is_in = |folder: &str| document.name.rsplit('/').nth(1) == Some(folder);
    if document.name.ends_with("-main/data.json") {
        return branches::read(document.reader, sink);
    }
    let is_record = document.name.is_empty() || (is_in("secjson") && document.name.ends_with(".json"));
    if !is_record {
        return Ok(FeedHead::default());
    }
    let dialect = Dialect { is_meant, versions: &VERSIONS, state: &state };
    let mut covers = BTreeSet::from([NAMESPACE.to_owned()]);
    if let Some(record) = cve5::parse(&dialect, document)? {
        covers.extend(record.affected.iter().map(|one| one.namespace.clone()));
        sink(record);
    }
    Ok(FeedHead { covers: covers.into_iter().collect(), ..FeedHead::default() })
}

/// The project numbers the vulnerabilities of other things as well. One without a name could be this one.
fn is_meant(product: &Product) -> bool {
    let name = [&product.product, &product.package_name].into_iter().find(|name| !name.trim().is_empty());
    name.is_none_or(|name| name.trim().eq_ignore_ascii_case(NAME))
}

/// A statement of the branch of which all versions are that it names, or of all.
fn state(stated: &Stated) -> Affected {
    let mut of: Vec<String> = stated.versions.iter().map(|version| namespace_of(version)).collect();
    of.dedup();
    let namespace = of.pop().filter(|_| of.is_empty()).unwrap_or_else(|| NAMESPACE.to_owned());
    Affected::new(namespace, NAME, Names::Binary, stated.range.clone())
}

#[cfg(test)]
mod tests;
