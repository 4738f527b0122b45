//! What every ecosystem must fulfil, checked over the whole list: whoever adds a folder adds fixtures, and no test.
//!
//! `fixtures/` of a folder holds:
//! - `ok/CASE/…`: a small root file system, and `expected.tsv` with what is recognised in it;
//! - `empty/CASE/…`: databases without packages; `broken/CASE/…`: databases that are damaged;
//! - `feed/FEED.EXT`: a document of the feed of this name, and beside it `FEED.tsv` with its records; neither where there are no feeds;
//! - `feed-broken/FEED/…`: documents that the feed must refuse;
//! - `versions.txt`: versions in ascending order, equal ones on one line; `versions-invalid.txt`: text that is none.

mod databases;
pub(crate) mod feeds;
mod fixtures;
mod versions;

use std::collections::BTreeSet;

use limpid_core::{ecosystems, revision, version};

#[test]
fn every_folder_is_listed_and_every_listed_one_has_a_folder() {
    let folders: BTreeSet<String> = fixtures::ecosystem_folders();
    let listed: BTreeSet<String> =
        ecosystems::all().iter().map(|ecosystem| ecosystem.id.to_owned()).collect();
    let missing: Vec<_> = folders.symmetric_difference(&listed).collect();
    assert!(missing.is_empty(), "a folder that is not in the list, or the other way around: {missing:?}");
}

#[test]
fn names_are_unique() {
    let all = ecosystems::all();
    let ids: BTreeSet<_> = all.iter().map(|ecosystem| ecosystem.id).collect();
    let osv_names: BTreeSet<_> = all.iter().map(|ecosystem| ecosystem.osv_name).collect();
    assert_eq!((ids.len(), osv_names.len()), (all.iter().count(), all.iter().count()));
    for ecosystem in all.iter() {
        assert!(!ecosystem.name.is_empty(), "{}", ecosystem.id);
        assert!(!ecosystem.osv_name.contains(':'), "{}", ecosystem.id);
    }
}

#[test]
fn package_urls_can_be_written() {
    for ecosystem in ecosystems::all().iter() {
        let mut purl = packageurl::PackageUrl::new(ecosystem.purl.kind, "name").unwrap();
        // Names that carry a namespace of their own always have one where the type asks for it.
        let carried = ecosystem.purl.separator.map(|_| "group");
        if let Some(namespace) = ecosystem.purl.namespace.or(carried) {
            purl.with_namespace(namespace).unwrap();
        }
        assert!(purl.to_string().parse::<packageurl::PackageUrl<'_>>().is_ok(), "{purl}");
    }
}

#[test]
fn revisions_are_those_of_the_folders() {
    let units: Vec<(&str, &str)> = revision::all().collect();
    for ecosystem in ecosystems::all().iter() {
        let unit = format!("ecosystems/{}", ecosystem.id);
        assert!(units.contains(&(unit.as_str(), ecosystem.revision)), "{unit}");
        for detector in ecosystem.detectors {
            let places = ["formats", "ecosystems"].map(|parent| format!("{parent}/{}", detector.id));
            let found = places.iter().any(|unit| units.contains(&(unit.as_str(), detector.revision)));
            assert!(found, "the revision of detector {} is not that of its folder", detector.id);
        }
        assert!(!ecosystem.publisher().parser_revision().is_empty());
    }
}

#[test]
fn orders_of_versions_are_named_once_each() {
    let schemes: Vec<&str> = version::orders().iter().map(|order| order.scheme).collect();
    assert!(schemes.is_sorted_by(|a, b| a < b), "{schemes:?}");
    for ecosystem in ecosystems::all().iter() {
        let scheme = ecosystem.versions.scheme;
        assert_eq!(version::order(scheme).map(|order| order.scheme), Some(scheme));
    }
}

#[test]
fn what_detectors_want_is_bounded() {
    for detector in ecosystems::all().detectors() {
        assert!(!detector.wants.is_empty(), "{}", detector.id);
        for want in detector.wants {
            // An extract is taken of a file that lies on disk; whole files are read into memory.
            let most: u64 = if want.extractor.is_some() { 4 << 30 } else { 256 << 20 };
            assert!((1..=most).contains(&want.most), "{want:?}");
        }
    }
}
