//! Orders of versions.

use std::{cmp::Ordering, collections::BTreeSet};

use limpid_core::ecosystems;

use super::fixtures::lines;

#[test]
fn the_order_of_the_fixture_is_the_order_of_the_ecosystem() {
    for ecosystem in ecosystems::all().iter() {
        let listed = lines(ecosystem, "versions.txt");
        let rows: Vec<Vec<&str>> = listed.iter().map(|line| line.split(' ').collect()).collect();
        for (position, row) in rows.iter().enumerate() {
            for (other_position, other) in rows.iter().enumerate() {
                for (a, b) in row.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                    let order = (ecosystem.versions.compare)(a, b);
                    assert_eq!(order, Ok(position.cmp(&other_position)), "{}: {a} {b}", ecosystem.id);
                }
            }
        }
    }
}

#[test]
fn what_is_no_version_is_refused_on_either_side() {
    for ecosystem in ecosystems::all().iter() {
        let valid = lines(ecosystem, "versions.txt");
        let invalid = lines(ecosystem, "versions-invalid.txt");
        assert_eq!(valid.is_empty(), invalid.is_empty(), "{} has only one of the two lists", ecosystem.id);
        for text in &invalid {
            assert!((ecosystem.versions.check)(text).is_err(), "{}: {text}", ecosystem.id);
            for version in valid.iter().filter_map(|line| line.split(' ').next()) {
                assert!((ecosystem.versions.compare)(text, version).is_err(), "{text} {version}");
                assert!((ecosystem.versions.compare)(version, text).is_err(), "{version} {text}");
            }
            assert!((ecosystem.versions.compare)(text, text).is_err(), "{text}");
        }
    }
}

#[test]
fn every_order_has_a_fixture() {
    let all = ecosystems::all();
    let orders: BTreeSet<_> = all.iter().map(|ecosystem| ecosystem.versions.scheme).collect();
    let shown: BTreeSet<_> = all
        .iter()
        .filter(|ecosystem| !lines(ecosystem, "versions.txt").is_empty())
        .map(|ecosystem| ecosystem.versions.scheme)
        .collect();
    assert_eq!(orders, shown);
}

#[test]
fn ordering_is_reported_from_the_first_versions_side() {
    for ecosystem in ecosystems::all().iter() {
        let listed = lines(ecosystem, "versions.txt");
        if let [first, .., last] = listed.as_slice() {
            let [first, last] = [first, last].map(|row| row.split(' ').next().unwrap_or_default());
            assert_eq!((ecosystem.versions.compare)(first, last), Ok(Ordering::Less), "{}", ecosystem.id);
        }
    }
}
