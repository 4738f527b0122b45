//! Manifests and their layers.

use limpid_core::Digest;
use limpid_store::{
    StoreError,
    jobs::{self, JobKind},
    manifests,
};

use crate::{
    jobs::new,
    support::{digest, manifest, number, on_each, read, save, write},
};

#[test]
fn a_manifest_comes_back_with_its_layers_in_order() {
    on_each(|database| {
        let stored = manifest("a", &["two", "one", "two"]);
        write(database, |tx| manifests::put(tx, &stored));
        assert_eq!(read(database, |tx| manifests::find(tx, &stored.digest)), Some(stored));
        assert_eq!(read(database, |tx| manifests::find(tx, &digest("b"))), None);
        let empty = manifest("empty", &[]);
        write(database, |tx| manifests::put(tx, &empty));
        assert_eq!(read(database, |tx| manifests::find(tx, &empty.digest)), Some(empty));
    });
}

#[test]
fn addresses_are_replaced_and_layers_never() {
    on_each(|database| {
        let mut stored = manifest("a", &["one", "two"]);
        write(database, |tx| manifests::put(tx, &stored));
        stored.layers[1].uri = "https://elsewhere/\0".to_owned();
        write(database, |tx| manifests::put(tx, &stored));
        stored.layers[1].uri = "https://elsewhere/\u{fffd}".to_owned();
        let other = manifest("a", &["one"]);
        let refused = database.write(|tx| manifests::put(tx, &other));
        assert!(matches!(refused, Err(StoreError::Stale(_))), "{refused:?}");
        assert_eq!(read(database, |tx| manifests::find(tx, &stored.digest)), Some(stored));
    });
}

#[test]
fn deleting_takes_everything_of_those_that_were_there() {
    on_each(|database| {
        write(database, |tx| {
            save(tx, "a", "state", &["musl", "zlib"])?;
            save(tx, "b", "state", &["musl"])?;
            for name in ["a", "b"] {
                jobs::submit(tx, &new(JobKind::Index, digest(name).as_str()))?;
                jobs::submit(tx, &new(JobKind::Reindex, digest(name).as_str()))?;
            }
            jobs::submit(tx, &new(JobKind::Deliver, digest("a").as_str())).map(drop)
        });
        let asked = [digest("a"), digest("gone"), digest("a")];
        assert_eq!(write(database, |tx| manifests::delete(tx, &asked)), [digest("a")]);
        assert_eq!(write(database, |tx| manifests::delete(tx, &asked)), []);
        for (query, left) in [
            ("SELECT COUNT(*) FROM manifest", 1),
            ("SELECT COUNT(*) FROM manifest_layer", 1),
            ("SELECT COUNT(*) FROM index_report", 1),
            ("SELECT COUNT(*) FROM manifest_package", 1),
            ("SELECT COUNT(*) FROM job", 3),
        ] {
            assert_eq!(number(database, query), left, "{query}");
        }
    });
}

#[test]
fn a_list_is_read_page_by_page() {
    on_each(|database| {
        let mut all: Vec<Digest> = (0..25).map(|number| digest(&number.to_string())).collect();
        all.push(format!("sha512:{}", "0".repeat(128)).parse().unwrap());
        write(database, |tx| {
            for digest in &all {
                manifests::put(tx, &manifests::Manifest { digest: digest.clone(), layers: Vec::new() })?;
            }
            Ok(())
        });
        assert_eq!(read(database, manifests::count), 26);
        let mut listed: Vec<Digest> = Vec::new();
        loop {
            let page = read(database, |tx| manifests::list(tx, listed.last(), 10));
            if page.is_empty() {
                break;
            }
            listed.extend(page);
        }
        all.sort();
        assert_eq!(listed, all);
        assert_eq!(read(database, |tx| manifests::list(tx, None, u64::MAX)), all);
    });
}
