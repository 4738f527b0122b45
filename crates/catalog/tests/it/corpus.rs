//! Real Alpine security databases, from a mirror's folder into a catalog and out again.

use std::{env, fs, path::PathBuf, sync::Arc};

use chrono::Utc;
use limpid_catalog::{Catalog, Mirror, Outcome, Selection, Store, SystemClock, Updater, update::Quiet};
use limpid_core::{AffectedRange, ecosystem::Ecosystems, ecosystems, matching::Advisories};

fn corpus() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    let corpus = env::var_os("LIMPID_CORPUS").map_or_else(beside, PathBuf::from);
    let found = corpus.join("mirror").is_dir();
    if !found {
        eprintln!("skipped: no corpus at {}", corpus.display());
    }
    found.then_some(corpus)
}

fn update(store: &Store, mirror: PathBuf, ecosystems: &Ecosystems) -> limpid_catalog::UpdateReport {
    let updater = Updater::new(store.clone(), Some(Mirror::Directory(mirror)), Arc::new(SystemClock));
    updater.update(ecosystems, &Selection::Prefixes(vec!["alpine".to_owned()]), None, &Quiet).unwrap()
}

#[test]
fn the_security_databases_of_a_mirror_are_all_there() {
    let Some(corpus) = corpus() else { return };
    let ecosystems = ecosystems::all();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let catalogs = folders.each_ref().map(|folder| {
        let store = Store::new(folder.path());
        let report = update(&store, corpus.join("mirror"), &ecosystems);
        assert_eq!(report.feeds.len(), 8);
        assert!(
            report.feeds.values().all(|outcome| matches!(outcome, Outcome::Updated { .. })),
            "{report:?}"
        );
        let again = update(&store, corpus.join("mirror"), &ecosystems);
        assert!(again.feeds.values().all(|outcome| *outcome == Outcome::Unchanged), "{again:?}");
        Catalog::open(&store, &ecosystems, Utc::now()).unwrap()
    });
    assert_eq!(catalogs[0].digest(), catalogs[1].digest());
    assert_eq!(catalogs[0].status().feeds.len(), 8);

    let expected = fs::read_to_string(corpus.join("expected/alpine-3.10.secdb-v3.10.tsv")).unwrap();
    let mut rows = 0;
    for row in expected.lines().skip(1) {
        let [_, _, origin, id, fixed] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let said = catalogs[0].find("Alpine:v3.10", origin, &mut |_| true).statements;
        let named = said.iter().any(|statement| {
            let fix = matches!(&statement.affected.range, AffectedRange::Fixed { fixed: version, .. } if version == fixed);
            fix && statement.advisory.id == id
        });
        assert!(named, "{row}");
        rows += 1;
    }
    assert_eq!(rows, 20);
}

#[test]
fn a_real_document_that_is_cut_anywhere_is_never_taken_into_force() {
    let Some(corpus) = corpus() else { return };
    let whole = fs::read(corpus.join("mirror/secdb.alpinelinux.org/v3.16/main.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("mirror");
    let document = mirror.join("secdb.alpinelinux.org/v3.16/main.json");
    fs::create_dir_all(document.parent().unwrap()).unwrap();
    let store = Store::new(folder.path().join("db"));
    for part in 0..32 {
        fs::write(&document, &whole[..whole.len() * part / 32]).unwrap();
        let report = update(&store, mirror.clone(), &ecosystems::all());
        let outcome = &report.feeds["alpine/v3.16/main"];
        assert!(matches!(outcome, Outcome::Quarantined { .. }), "{part} of 32: {outcome:?}");
    }
    fs::write(&document, &whole).unwrap();
    let report = update(&store, mirror, &ecosystems::all());
    assert!(matches!(report.feeds["alpine/v3.16/main"], Outcome::Updated { .. }), "{report:?}");
}
