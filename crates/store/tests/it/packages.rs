//! The inverted index.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Barrier,
    thread,
};

use limpid_core::Digest;
use limpid_store::{
    Database, manifests,
    packages::{self, PackageKey},
    reports,
};

use crate::support::{digest, execute, key, manifest, number, on_each, read, report, save, write};

/// Those who have packages, by digest.
fn holders(database: &Database, keys: &[PackageKey]) -> BTreeMap<Digest, Vec<usize>> {
    read(database, |tx| {
        let mut named = BTreeMap::new();
        for (number, places) in packages::holders(tx, keys)? {
            let report = reports::load_numbered(tx, &[number])?.remove(0);
            named.insert(report.manifest, places);
        }
        Ok(named)
    })
}

#[test]
fn holders_are_found_by_namespace_and_name() {
    on_each(|database| {
        write(database, |tx| {
            save(tx, "a", "state", &["musl", "zlib", "zlib"])?;
            save(tx, "b", "state", &["musl", "Zlib"])?;
            save(tx, "c", "state", &[])
        });
        let other = PackageKey { namespace: "Alpine:v3.17".to_owned(), name: "musl".to_owned() };
        let keys = [key("zlib"), key("busybox"), other, key("musl"), key("musl")];
        let expected = [(digest("a"), vec![0, 3, 4]), (digest("b"), vec![3, 4])];
        assert_eq!(holders(database, &keys), BTreeMap::from(expected));
        assert_eq!(holders(database, &[]), BTreeMap::new());
        let holding = |keys: &[PackageKey]| read(database, |tx| packages::holding(tx, keys));
        let all = read(database, |tx| packages::holders(tx, &keys)).into_keys().collect();
        assert_eq!((holding(&keys), holding(&[])), (all, BTreeSet::new()));
    });
}

#[test]
fn a_name_is_found_in_all_namespaces() {
    on_each(|database| {
        let other = PackageKey { namespace: "Alpine:v3.17".to_owned(), name: "musl".to_owned() };
        write(database, |tx| {
            manifests::put(tx, &manifest("a", &[]))?;
            reports::save(tx, &report("a", "state"), &[key("musl"), key("zlib"), other.clone()]).map(drop)
        });
        let found = |name: &str| read(database, |tx| packages::in_all_namespaces(tx, name));
        assert_eq!(found("musl"), [key("musl"), other.clone()]);
        assert_eq!(found("busybox"), []);
        assert_eq!(read(database, packages::namespaces), [key("musl").namespace, other.namespace.clone()]);
    });
}

#[test]
fn a_new_report_replaces_the_names_of_the_old_one() {
    on_each(|database| {
        write(database, |tx| save(tx, "a", "state", &["musl", "zlib", "apk"]));
        write(database, |tx| save(tx, "b", "state", &["musl"]));
        write(database, |tx| save(tx, "a", "state", &["zlib", "busybox"]));
        let keys = ["musl", "zlib", "apk", "busybox"].map(key);
        let expected = [(digest("a"), vec![1, 3]), (digest("b"), vec![0])];
        assert_eq!(holders(database, &keys), BTreeMap::from(expected));
        write(database, |tx| save(tx, "a", "state", &[]));
        assert_eq!(holders(database, &keys), BTreeMap::from([(digest("b"), vec![0])]));
    });
}

#[test]
fn names_that_did_not_change_are_not_written_again() {
    on_each(|database| {
        write(database, |tx| save(tx, "a", "state", &["musl", "zlib"]));
        // Whoever wrote them again would bring this back.
        execute(database, "DELETE FROM manifest_package", &[]);
        write(database, |tx| save(tx, "a", "other state", &["zlib", "musl", "zlib"]));
        assert_eq!(number(database, "SELECT COUNT(*) FROM manifest_package"), 0);
        write(database, |tx| save(tx, "a", "other state", &["zlib"]));
        assert_eq!(number(database, "SELECT COUNT(*) FROM manifest_package"), 1);
    });
}

#[test]
fn thousands_of_names_are_asked_for_at_once() {
    on_each(|database| {
        let names: Vec<String> = (0..2500).map(|number| format!("package-{number}")).collect();
        let keys: Vec<PackageKey> = names.iter().map(|name| key(name)).collect();
        write(database, |tx| {
            manifests::put(tx, &manifest("a", &[]))?;
            manifests::put(tx, &manifest("b", &[]))?;
            reports::save(tx, &report("a", "state"), &keys)?;
            reports::save(tx, &report("b", "state"), &keys[2000..2001])
        });
        let expected = [(digest("a"), (0..2500).collect()), (digest("b"), vec![2000])];
        assert_eq!(holders(database, &keys), BTreeMap::from(expected));
    });
}

#[test]
fn names_that_strangers_made_up_are_found_as_well() {
    on_each(|database| {
        let odd = ["a\0b", "a\u{fffd}b", "\\u0000", "\"]; DROP TABLE manifest", "ü", ""];
        write(database, |tx| save(tx, "a", "state", &odd));
        let found = holders(database, &odd.map(key));
        assert_eq!(found, BTreeMap::from([(digest("a"), vec![0, 1, 2, 3, 4, 5])]));
    });
}

#[test]
fn many_who_save_the_same_new_names_while_others_remove_unused_ones_lose_none() {
    on_each(|database| {
        let names: Vec<String> = (0..40).map(|number| format!("package-{number}")).collect();
        let start = Barrier::new(9);
        thread::scope(|scope| {
            for thread in 0..8 {
                let (names, start) = (&names, &start);
                scope.spawn(move || {
                    start.wait();
                    for round in 0..10 {
                        // All, in orders of their own, and then nearly none.
                        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
                        names.rotate_left(thread * 5);
                        let names = if round % 2 == 0 { &names[..] } else { &names[..1] };
                        write(database, |tx| save(tx, &format!("manifest-{thread}"), "state", names));
                    }
                    write(database, |tx| {
                        let names: Vec<&str> = names.iter().map(String::as_str).collect();
                        save(tx, &format!("manifest-{thread}"), "state", &names)
                    });
                });
            }
            scope.spawn(|| {
                start.wait();
                for _ in 0..40 {
                    write(database, |tx| limpid_store::garbage::collect(tx, "revision"));
                }
            });
        });
        let keys: Vec<PackageKey> = names.iter().map(|name| key(name)).collect();
        let all: Vec<usize> = (0..40).collect();
        let expected = (0..8).map(|thread| (digest(&format!("manifest-{thread}")), all.clone()));
        assert_eq!(holders(database, &keys), expected.collect());
    });
}
