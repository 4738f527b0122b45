//! Databases for tests, and what is put into them.

use std::path::Path;

use limpid_core::Digest;
use limpid_store::{
    Database, DatabaseUrl, StoreError, Transaction,
    database::Value,
    manifests,
    manifests::{Manifest, ManifestLayer},
    packages::PackageKey,
    reports,
    reports::StoredReport,
};

/// Connections of a database in a test: fewer than threads, so that these wait for each other here as well.
pub(crate) const CONNECTIONS: usize = 8;

/// Runs a test on a fresh database of each kind.
pub(crate) fn on_each(test: impl Fn(&Database)) {
    on_each_url(|url| test(&Database::open(url, CONNECTIONS).unwrap()));
}

/// Runs a test on the address of a fresh database of each kind, which was not opened yet.
pub(crate) fn on_each_url(test: impl Fn(&DatabaseUrl)) {
    let directory = tempfile::tempdir().unwrap();
    test(&sqlite(directory.path()));
    #[cfg(unix)]
    if let Some(url) = postgres() {
        test(&url);
    }
}

pub(crate) fn sqlite(directory: &Path) -> DatabaseUrl {
    format!("sqlite:{}", directory.join("limpid.db").display()).parse().unwrap()
}

/// A fresh database of the server that all tests share.
#[cfg(unix)]
pub(crate) fn postgres() -> Option<DatabaseUrl> {
    let server = limpid_testkit::postgres::Postgres::shared()?;
    Some(server.database().parse().unwrap())
}

pub(crate) fn write<T>(
    database: &Database,
    work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
) -> T {
    database.write(work).unwrap()
}

pub(crate) fn read<T>(
    database: &Database,
    work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
) -> T {
    database.read(work).unwrap()
}

pub(crate) fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

/// A manifest of these layers.
pub(crate) fn manifest(name: &str, layers: &[&str]) -> Manifest {
    let layer = |layer: &&str| ManifestLayer { digest: digest(layer), uri: format!("https://r/{layer}") };
    Manifest { digest: digest(name), layers: layers.iter().map(layer).collect() }
}

pub(crate) fn report(manifest: &str, index_state: &str) -> StoredReport {
    let json = format!("{{\"manifest\": \"{manifest}\", \"state\": \"{index_state}\"}}").into_bytes();
    StoredReport {
        manifest: digest(manifest),
        index_state: digest(index_state),
        is_complete: true,
        digest: Digest::of(&json),
        indexed_at: chrono::DateTime::UNIX_EPOCH,
        json,
    }
}

pub(crate) fn key(name: &str) -> PackageKey {
    PackageKey { namespace: "Alpine:v3.16".to_owned(), name: name.to_owned() }
}

/// Stores a manifest with a report of these packages.
pub(crate) fn save(
    tx: &mut Transaction<'_>,
    name: &str,
    state: &str,
    packages: &[&str],
) -> Result<(), StoreError> {
    manifests::put(tx, &manifest(name, &["base"]))?;
    let packages: Vec<PackageKey> = packages.iter().map(|name| key(name)).collect();
    assert!(reports::save(tx, &report(name, state), &packages)?);
    Ok(())
}

/// Puts the row of a blob, as if its bytes had been put.
pub(crate) fn blob(tx: &mut Transaction<'_>, digest: &Digest) -> Result<(), StoreError> {
    let statement = "INSERT INTO blob (digest, bytes, touched_at) VALUES ($1, 10, limpid_now() - 1000000)";
    tx.execute(statement, &[digest.into()]).map(drop)
}

/// Runs a statement that tells how many rows it changed.
pub(crate) fn execute(database: &Database, statement: &'static str, parameters: &[Value]) -> u64 {
    write(database, |tx| tx.execute(statement, parameters))
}

/// A number that a query tells.
pub(crate) fn number(database: &Database, query: &'static str) -> i64 {
    read(database, |tx| tx.query_optional(query, &[])?.unwrap().get(0))
}
