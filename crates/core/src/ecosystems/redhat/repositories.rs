//! Red Hat's mapping of repositories to products, as facts.
//!
//! `repository-to-cpe.json` says of each repository which CPEs its packages belong to:
//!
//! ```json
//! {"data": {"rhel-8-for-x86_64-baseos-rpms": {"cpes": ["cpe:/o:redhat:enterprise_linux:8::baseos"],
//!                                            "repo_relative_urls": ["content/dist/rhel8/8/x86_64/baseos/os"]}}}
//! ```
//!
//! It also tells which channels a product has at all, which is a fact of its own: `enterprise_linux:8` has
//! `enterprise_linux:8::baseos`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
};

use serde::Deserialize;

use super::{cpe, limits};
use crate::{
    advisory::Record,
    feed::{FeedDocument, FeedError, FeedHead},
};

/// Subject of the facts: repository → products.
pub(super) const REPOSITORIES: &str = "redhat/repositories";

/// Subject of the facts: name and version of a product → the same with its channels.
pub(super) const PRODUCTS: &str = "redhat/products";

#[derive(Deserialize)]
struct Mapping {
    data: BTreeMap<String, Repository>,
}

#[derive(Deserialize)]
struct Repository {
    cpes: Vec<String>,
}

/// Reads the mapping.
pub(super) fn parse(
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let mut bytes = Vec::new();
    let mut limited = (&mut document.reader).take(limits::MOST_MAPPING_BYTES);
    limited.read_to_end(&mut bytes).map_err(|error| FeedError::Unreadable(error.to_string()))?;
    let mapping: Mapping =
        serde_json::from_slice(&bytes).map_err(|error| FeedError::Malformed(error.to_string()))?;
    if mapping.data.is_empty() {
        return Err(FeedError::Malformed("it names no repository".to_owned()));
    }
    let mut unread = Vec::new();
    let mut families: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (repository, Repository { cpes }) in &mapping.data {
        for one in cpes {
            let Some(product) = cpe::product(one) else {
                unread.push(format!("“{one}” of {repository} is no product of Red Hat"));
                continue;
            };
            sink(Record::fact(REPOSITORIES, &**repository, product));
            for family in families_of(product) {
                families.entry(family.to_owned()).or_default().insert(product);
            }
        }
    }
    let namespaces = families.iter().flat_map(|(family, products)| {
        std::iter::once(&**family)
            .chain(products.iter().copied())
            .map(|one| format!("{}:{one}", cpe::OSV_NAME))
    });
    let subjects = [REPOSITORIES, PRODUCTS, cpe::OSV_NAME].map(str::to_owned);
    let covers: BTreeSet<String> = namespaces.chain(subjects).collect();
    for (family, products) in &families {
        products.iter().for_each(|product| sink(Record::fact(PRODUCTS, &**family, *product)));
    }
    Ok(FeedHead { covers: covers.into_iter().collect(), unread, ..FeedHead::default() })
}

/// Name and version; and of the main stream the major version too: since release 10 its CPEs have the minor one.
fn families_of(product: &str) -> impl Iterator<Item = &str> {
    let family = cpe::family(product);
    let major = family.strip_prefix("enterprise_linux:").and_then(|_| family.split_once('.'));
    std::iter::once(family).chain(major.map(|(major, _)| major))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<String>, FeedHead), FeedError> {
        let mut facts = Vec::new();
        let mut reader = text.as_bytes();
        let head = parse(&mut FeedDocument { name: "", reader: &mut reader }, &mut |record| {
            let affected = &record.affected[0];
            facts.push(format!("{} {} {}", affected.namespace, affected.package, record.advisory.id));
        })?;
        Ok((facts, head))
    }

    #[test]
    fn repositories_and_channels_become_facts() {
        let (facts, head) = read(
            r#"{"data": {"rhel-8-for-x86_64-baseos-rpms": {"cpes": ["cpe:/o:redhat:enterprise_linux:8::baseos"], "repo_relative_urls": []},
                "rhel-10-baseos": {"cpes": ["cpe:/o:redhat:enterprise_linux:10.1"]},
                "other": {"cpes": ["cpe:/o:centos:centos:8"]}}}"#,
        )
        .unwrap();
        assert_eq!(
            facts,
            [
                "redhat/repositories rhel-10-baseos enterprise_linux:10.1",
                "redhat/repositories rhel-8-for-x86_64-baseos-rpms enterprise_linux:8::baseos",
                "redhat/products enterprise_linux:10 enterprise_linux:10.1",
                "redhat/products enterprise_linux:10.1 enterprise_linux:10.1",
                "redhat/products enterprise_linux:8 enterprise_linux:8::baseos",
            ]
        );
        for namespace in ["Red Hat:enterprise_linux:8", "Red Hat:enterprise_linux:10", REPOSITORIES] {
            assert!(head.covers.iter().any(|one| one == namespace), "{namespace} {:?}", head.covers);
        }
        assert_eq!(head.unread, ["“cpe:/o:centos:centos:8” of other is no product of Red Hat"]);
    }

    #[test]
    fn another_document_is_refused() {
        for text in ["", "{}", r#"{"data": {}}"#, r#"{"data": []}"#, r#"{"data": {"x": {}}}"#] {
            assert!(matches!(read(text), Err(FeedError::Malformed(_))), "{text}");
        }
    }
}
