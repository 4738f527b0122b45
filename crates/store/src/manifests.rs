//! Manifests: which layers an image has, and where they were last to be had.

use std::collections::BTreeSet;

use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most, rows},
    limits,
};

/// A manifest, as it was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its digest.
    pub digest: Digest,
    /// Its layers, lowest first. The same layer may be there several times.
    pub layers: Vec<ManifestLayer>,
}

/// A layer of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestLayer {
    /// Digest of the stored bytes.
    pub digest: Digest,
    /// Where it was last to be had. Headers, which carry secrets, are never stored here.
    pub uri: String,
}

const INSERT: &str = "
    INSERT INTO manifest (digest, created_at, attempt_state, attempt_error, attempt_failures, attempt_at)
    VALUES ($1, limpid_now(), 'waiting', '', 0, limpid_now())
    ON CONFLICT (digest) DO NOTHING
    RETURNING number";

const LOCK: &str = "SELECT number FROM manifest WHERE digest = $1 /*postgres FOR NO KEY UPDATE*/";

const LAYERS: &str = "SELECT digest, uri FROM manifest_layer WHERE manifest = $1 ORDER BY place";

const INSERT_LAYERS: &str = "
    INSERT INTO manifest_layer (manifest, place, digest, uri)
    SELECT CAST($1 AS BIGINT), item.key, item.value ->> 0, item.value ->> 1
    FROM /*sqlite json_each($2) AS item*/
        /*postgres jsonb_array_elements($2::text::jsonb) WITH ORDINALITY AS item (value, key)*/
    WHERE true
    ON CONFLICT (manifest, place) DO UPDATE SET uri = excluded.uri WHERE manifest_layer.uri <> excluded.uri";

/// Stores a manifest. Where it is known, the addresses of its layers are replaced. Layers of a digest never change.
///
/// # Errors
/// [`StoreError::Stale`] where it is known with other layers. One of the two lists is not that of the digest, so whoever
/// submits it must hear of it.
pub fn put(tx: &mut Transaction<'_>, manifest: &Manifest) -> Result<(), StoreError> {
    let number = number(tx, manifest)?;
    let layers = rows(manifest.layers.iter().map(|layer| [layer.digest.as_str(), &layer.uri]))?;
    tx.execute(INSERT_LAYERS, &[number.into(), layers])?;
    Ok(())
}

/// Stores a manifest whose layers are those of its bytes. Whoever said otherwise before was wrong: what was made of that is
/// forgotten.
///
/// # Errors
/// Those of the database.
pub fn put_proven(tx: &mut Transaction<'_>, manifest: &Manifest) -> Result<(), StoreError> {
    match put(tx, manifest) {
        Err(StoreError::Stale(_)) => {
            delete(tx, std::slice::from_ref(&manifest.digest))?;
            put(tx, manifest)
        }
        done => done,
    }
}

/// The number of a manifest, which is stored if it is not known. One that is known may be deleted before it is locked.
fn number(tx: &mut Transaction<'_>, manifest: &Manifest) -> Result<i64, StoreError> {
    for _ in 0..limits::ROW_ATTEMPTS {
        if let Some(row) = tx.query_optional(INSERT, &[(&manifest.digest).into()])? {
            return row.get(0);
        }
        if let Some(number) = known(tx, manifest)? {
            return Ok(number);
        }
    }
    Err(StoreError::Unavailable("the manifest is being deleted again and again".to_owned()))
}

/// The number of a manifest that has these layers.
fn known(tx: &mut Transaction<'_>, manifest: &Manifest) -> Result<Option<i64>, StoreError> {
    let Some(number) = lock(tx, &manifest.digest)? else { return Ok(None) };
    let known = layers(tx, number)?;
    if known.iter().map(|layer| &layer.digest).ne(manifest.layers.iter().map(|layer| &layer.digest)) {
        return Err(StoreError::Stale("the list of layers of this manifest"));
    }
    Ok(Some(number))
}

/// The number of a manifest, which nobody else changes or deletes from now on.
pub(crate) fn lock(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Option<i64>, StoreError> {
    tx.query_optional(LOCK, &[digest.into()])?.map(|row| row.get(0)).transpose()
}

fn layers(tx: &mut Transaction<'_>, number: i64) -> Result<Vec<ManifestLayer>, StoreError> {
    let layer = |row: &Row| Ok(ManifestLayer { digest: row.get(0)?, uri: row.get(1)? });
    tx.query(LAYERS, &[number.into()])?.iter().map(layer).collect()
}

/// A manifest, with its layers.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Option<Manifest>, StoreError> {
    let row = tx.query_optional("SELECT number FROM manifest WHERE digest = $1", &[digest.into()])?;
    let Some(row) = row else { return Ok(None) };
    let layers = layers(tx, row.get(0)?)?;
    Ok(Some(Manifest { digest: digest.clone(), layers }))
}

const DELETE_JOBS: &str = "DELETE FROM job WHERE kind IN ('index', 'reindex') AND key = $1";

/// Deletes manifests with all that is known of them (reports, places in the inverted index, jobs of kind index and
/// re-index). Returns those that were there.
///
/// # Errors
/// Those of the database.
pub fn delete(tx: &mut Transaction<'_>, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    let mut deleted = Vec::new();
    // In one order, or two who delete the same would wait for each other.
    for digest in digests.iter().collect::<BTreeSet<_>>() {
        if tx.execute("DELETE FROM manifest WHERE digest = $1", &[digest.into()])? > 0 {
            deleted.push(digest.clone());
        }
        tx.execute(DELETE_JOBS, &[digest.into()])?;
    }
    Ok(deleted)
}

/// Up to `most` manifests after this one, sorted by digest.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Transaction<'_>, after: Option<&Digest>, most: u64) -> Result<Vec<Digest>, StoreError> {
    let after = after.map_or("", Digest::as_str);
    let query = "SELECT digest FROM manifest WHERE digest > $1 ORDER BY digest LIMIT $2";
    tx.query(query, &[after.into(), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}

/// How many manifests there are.
///
/// # Errors
/// Those of the database.
pub fn count(tx: &mut Transaction<'_>) -> Result<u64, StoreError> {
    tx.query_one("SELECT COUNT(*) FROM manifest", &[])?.get(0)
}
