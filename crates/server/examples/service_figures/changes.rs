//! A change of the advisory data, and what it changes for very many manifests.

use std::{collections::BTreeSet, sync::mpsc::sync_channel, thread, time::Instant};

use limpid_core::Digest;
use limpid_store::{
    Database, StoreError,
    manifests::{self, Manifest, ManifestLayer},
    packages::{self, PackageKey},
    reports::{self, StoredReport},
};
use serde_json::{Value, json};

use crate::{
    Failure, Wish,
    fleet::Fleet,
    mirror::{self, Document},
    place::Place,
    server::Server,
};

/// Advisories that an update changes.
const CHANGED: usize = 1000;

/// Manifests that are put in at once.
const BATCH: usize = 100;

pub(crate) fn measure(wish: &Wish) -> Result<(), Failure> {
    let place = Place::new(wish)?;
    let mut documents = mirror::documents(wish)?;
    mirror::write(&documents, &place.mirror())?;
    let fleet = Fleet::new(wish, &documents)?;
    let server = place.serve("")?;
    server.update()?;
    let state = server.client()?.json("GET", "/indexer/api/v1/index_state", b"", 200)?;
    let state = state.get("state").and_then(Value::as_str).ok_or("no index state")?;
    let state: Digest = state.parse()?;
    server.stop()?;

    let begun = Instant::now();
    let database = place.database()?;
    fill(&database, &fleet, &state, wish.manifests)?;
    eprintln!("{} manifests in {:.0?}", wish.manifests, begun.elapsed());

    let server = place.serve("")?;
    // Where most images have something that changes, and where few have.
    for (what, from) in [("spread over all packages", 0), ("in packages that few have", 150)] {
        let names = change(&mut documents, from);
        mirror::write(&documents, &place.mirror())?;
        update(wish, &server, &database, what, &names)?;
    }
    server.stop()
}

fn update(
    wish: &Wish,
    server: &Server,
    database: &Database,
    what: &str,
    names: &[PackageKey],
) -> Result<(), Failure> {
    server.forget_peak()?;
    let (rest, cpu, before) = (server.peak_memory()?, server.cpu()?, entries(server)?);
    let wall = server.update()?;
    let (cpu, memory) = (server.cpu()? - cpu, server.peak_memory()?);
    let told = entries(server)? - before;
    let mut touched = BTreeSet::new();
    for part in names.chunks(100) {
        let holders = database.read(|tx| packages::holders(tx, part))?;
        touched.extend(holders.into_keys());
    }
    let figure = json!({
        "what": what, "database": wish.database, "manifests": wish.manifests, "advisories": CHANGED,
        "packages": names.len(), "wall": wall, "cpu": cpu, "rest": rest, "memory": memory,
        "touched": touched.len(), "told": told,
    });
    println!("{figure}");
    Ok(())
}

/// Entries of all notifications: one for each manifest and feed.
fn entries(server: &Server) -> Result<u64, Failure> {
    let answer = server.client()?.json("GET", "/api/v1/notifications?limit=1000", b"", 200)?;
    let all = answer.get("notifications").and_then(Value::as_array).ok_or("no notifications")?;
    Ok(all.iter().filter_map(|one| one.get("entries")?.as_u64()).sum())
}

/// Changes advisories, as many in each document. Returns the packages that they are about.
fn change(documents: &mut [Document], from: usize) -> Vec<PackageKey> {
    let mut names = BTreeSet::new();
    let (mut left, mut waiting) = (CHANGED, documents.len());
    for document in documents {
        let (changed, about) = document.change(left / waiting.max(1), from);
        (left, waiting) = (left - changed, waiting - 1);
        let namespace = format!("Alpine:{}", document.release);
        names.extend(about.into_iter().map(|name| PackageKey { namespace: namespace.clone(), name }));
    }
    names.into_iter().collect()
}

/// Stores the reports of a fleet, with the functions that the service stores them with. One thread writes, so that nobody
/// waits for another's names; another makes what is written next.
fn fill(database: &Database, fleet: &Fleet, state: &Digest, count: usize) -> Result<(), Failure> {
    let (give, take) = sync_channel(2);
    thread::scope(|scope| {
        let making = scope.spawn(move || -> Result<(), Failure> {
            for first in (0..count).step_by(BATCH) {
                let numbers = first..count.min(first + BATCH);
                let made: Result<Vec<_>, Failure> =
                    numbers.map(|number| fleet.report(number, state)).collect();
                give.send(made?)?;
            }
            Ok(())
        });
        take.into_iter().try_for_each(|made| put(database, &made))?;
        making.join().unwrap_or_else(|_| Err("a fault".into()))
    })
}

fn put(database: &Database, made: &[(StoredReport, Vec<PackageKey>)]) -> Result<(), Failure> {
    database.write(|tx| {
        for (report, packages) in made {
            let layer = ManifestLayer { digest: report.digest.clone(), uri: String::new() };
            manifests::put(tx, &Manifest { digest: report.manifest.clone(), layers: vec![layer] })?;
            reports::save(tx, report, packages)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}
