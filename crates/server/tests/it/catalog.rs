//! Following what is published, where segments are lost, late, or damaged.

use std::{fs, path::PathBuf};

use limpid_catalog::{Mirror, Selection, Store, SystemClock, Updater, replica, update::Quiet};
use limpid_core::{Digest, ecosystems};
use limpid_server::engine::Engine;
use limpid_store::{
    StoreError, Transaction, catalog,
    presence::{self, Purpose},
};
use limpid_testkit::alpine;
use serde_json::Value;

use crate::{
    nodes::{eventually, write},
    service::{FIXES, Service, vulnerable},
};

fn segments(engine: &Engine) -> Vec<Digest> {
    engine.database.read(catalog::segments).unwrap().into_iter().collect()
}

/// Where a blob is.
fn blob(service: &Service, digest: &Digest) -> PathBuf {
    service.directory.path().join("blobs/sha256").join(&digest.hex()[..2]).join(digest.hex())
}

fn wanted(service: &Service) -> Vec<String> {
    let names = |tx: &mut Transaction<'_>| presence::names(tx, Purpose::WantedBlob);
    service.engine.database.read::<_, StoreError>(names).unwrap().into_iter().collect()
}

async fn in_force(service: &Service) -> Value {
    service.get("/api/v1/catalog").await.with_status(200).value()
}

/// Publishes, as another node does, a catalog with a fix more. Its segments are in the folder that is returned, and nowhere
/// else.
fn publish_elsewhere(service: &Service) -> Store {
    let mirror = alpine::Mirror::at(&service.directory.path().join("elsewhere"));
    let fixes = [FIXES, &[("musl", "1.2.9-r0", &["CVE-2099-0099"])]].concat();
    mirror.alpine("v3.99", "main", &fixes);
    let store = Store::new(service.directory.path().join("elsewhere/catalog"));
    let from = Mirror::Directory(mirror.path().to_owned());
    Updater::new(store.clone(), Some(from), std::sync::Arc::new(SystemClock))
        .update(&ecosystems::all(), &Selection::Prefixes(vec!["alpine".to_owned()]), None, &Quiet)
        .unwrap();
    let state = store.read().unwrap();
    let named: Vec<Digest> = state.segments().map(|loaded| loaded.segment.clone()).collect();
    let text = replica::encode(&state).unwrap();
    write(service, |tx| {
        for segment in &named {
            let row = "
                INSERT INTO blob (digest, bytes, touched_at) VALUES ($1, 1, limpid_now())
                ON CONFLICT (digest) DO NOTHING";
            tx.execute(row, &[segment.into()])?;
        }
        let version = catalog::version(tx)?;
        catalog::publish(tx, version, &text, &named)
    });
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_fetched_holds_nobody_up_and_is_in_force_when_it_comes() {
    let service = Service::start();
    service.advise(FIXES).await;
    let manifest = service.index(&vulnerable()).await;
    let path = format!("/api/v1/manifests/{manifest}/report");
    let before = service.get(&path).await.with_status(200);
    let catalog = in_force(&service).await;
    assert_eq!(before.value()["proof"]["catalog"], catalog["digest"]);

    let store = publish_elsewhere(&service);
    let engine = &service.engine;
    let lost: Vec<Digest> =
        segments(engine).into_iter().filter(|segment| !blob(&service, segment).exists()).collect();
    assert_ne!(lost, []);
    // What was answered before is answered again, and says of which catalog it is.
    let answer = service.get(&path).await.with_status(200);
    assert_eq!(answer.header("etag"), before.header("etag"));
    assert_eq!(in_force(&service).await["digest"], catalog["digest"]);
    assert_eq!(in_force(&service).await["version"], catalog["version"]);
    let asked = tokio::task::block_in_place(|| {
        eventually("other nodes are asked", || wanted(&service).into_iter().next())
    });
    assert!(lost.iter().any(|segment| segment.as_str() == asked));

    for segment in &lost {
        engine.blobs.put_file(&store.segment_path(segment)).unwrap();
    }
    tokio::task::block_in_place(|| {
        eventually("what is wanted is there", || wanted(&service).is_empty().then_some(()));
    });
    let answer = service.get(&path).await.with_status(200);
    assert_ne!(answer.header("etag"), before.header("etag"));
    assert_eq!(answer.value()["findings"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_another_node_wants_is_put_again() {
    let service = Service::start();
    service.advise(FIXES).await;
    in_force(&service).await;
    let segment = segments(&service.engine).remove(0);
    let good = fs::read(blob(&service, &segment)).unwrap();
    fs::remove_file(blob(&service, &segment)).unwrap();
    let names = [segment.to_string()].into();
    write(&service, |tx| {
        presence::note(tx, "another", Purpose::WantedBlob, &names, std::time::Duration::ZERO)
    });
    tokio::task::block_in_place(|| {
        eventually("it is there", || fs::read(blob(&service, &segment)).ok().filter(|bytes| *bytes == good));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_that_are_lost_or_cut_off_are_put_again_without_being_asked_for() {
    let service = Service::start();
    service.advise(FIXES).await;
    in_force(&service).await;
    let all = segments(&service.engine);
    let good: Vec<Vec<u8>> = all.iter().map(|segment| fs::read(blob(&service, segment)).unwrap()).collect();
    assert_eq!(good.len(), 2);
    fs::remove_file(blob(&service, &all[0])).unwrap();
    // Another file, for this one has a link in the folder of the node.
    fs::remove_file(blob(&service, &all[1])).unwrap();
    fs::write(blob(&service, &all[1]), &good[1][..good[1].len() / 2]).unwrap();
    tokio::task::block_in_place(|| {
        eventually("garbage is collected now", || {
            let due = "UPDATE job SET run_at = 0 WHERE kind = 'collect-garbage' AND state = 'queued'";
            write(&service, |tx| tx.execute(due, &[])).checked_sub(1)
        });
        eventually("both are there", || {
            let read = all.iter().map(|segment| fs::read(blob(&service, segment)).unwrap_or_default());
            (read.collect::<Vec<_>>() == good).then_some(())
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_catalog_is_open_nobody_gets_an_answer_of_it() {
    let service = Service::configured(|configuration| {
        // What is in the way of the folder's files.
        let folder = configuration.data.join("catalog");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("in-force"), "no folder").unwrap();
    });
    let answer = service.get("/api/v1/catalog").await;
    assert_eq!(answer.header("retry-after"), "10");
    let message = answer.error(503, "internal-error");
    assert!(message.starts_with("the advisory data is not open on this node yet: "), "{message}");
    fs::remove_file(service.directory.path().join("catalog/in-force")).unwrap();
    tokio::task::block_in_place(|| {
        eventually("it is open", || {
            let asked = tokio::runtime::Handle::current().block_on(service.get("/api/v1/catalog"));
            (asked.status == 200).then_some(())
        });
    });
}
