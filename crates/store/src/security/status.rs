//! What becomes of each digest that was pushed. Whether what was queued is indexed by now is told by its manifest and report.

use std::time::Duration;

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most, microseconds},
};

/// What is to become of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushState {
    /// It is an image, and is indexed.
    Queued,
    /// It is nothing that can be indexed: why.
    Unsupported(String),
    /// It is nothing that runs, such as a signature: what it is.
    Artifact(String),
    /// It is an index: its state is that of its children.
    Index,
}

/// A digest that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// What is to become of it.
    pub state: PushState,
    /// When it was pushed last.
    pub pushed_at: DateTime<Utc>,
}

/// A child of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its digest.
    pub digest: Digest,
    /// Its platform, such as `linux/arm64/v8`; empty where the index does not say.
    pub platform: String,
}

const QUEUED: &str = "queued";
const UNSUPPORTED: &str = "unsupported";
const ARTIFACT: &str = "artifact";
const INDEX: &str = "index";

/// Notes that something was pushed.
///
/// # Errors
/// Those of the database.
pub fn note(tx: &mut Transaction<'_>, digest: &Digest, state: &PushState) -> Result<(), StoreError> {
    let (word, reason) = match state {
        PushState::Queued => (QUEUED, ""),
        PushState::Unsupported(reason) => (UNSUPPORTED, reason.as_str()),
        PushState::Artifact(reason) => (ARTIFACT, reason.as_str()),
        PushState::Index => (INDEX, ""),
    };
    let statement = "
        INSERT INTO security_status (digest, state, reason, pushed_at, changed_at)
        VALUES ($1, $2, $3, limpid_now(), limpid_now())
        ON CONFLICT (digest) DO UPDATE SET
            state = excluded.state, reason = excluded.reason, pushed_at = excluded.pushed_at,
            changed_at = excluded.changed_at";
    tx.execute(statement, &[digest.into(), word.into(), reason.into()])?;
    Ok(())
}

/// What is known of a digest; `None` where it was never pushed.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Option<Pushed>, StoreError> {
    let query = "SELECT state, reason, pushed_at FROM security_status WHERE digest = $1";
    let pushed = |row: Row| {
        let (word, reason): (String, String) = (row.get(0)?, row.get(1)?);
        let state = match word.as_str() {
            QUEUED => PushState::Queued,
            UNSUPPORTED => PushState::Unsupported(reason),
            ARTIFACT => PushState::Artifact(reason),
            INDEX => PushState::Index,
            _unknown => return Err(StoreError::Damaged(format!("the state {word:?} of what was pushed"))),
        };
        Ok(Pushed { state, pushed_at: row.get(2)? })
    };
    tx.query_optional(query, &[digest.into()])?.map(pushed).transpose()
}

/// Whether a digest was pushed.
///
/// # Errors
/// Those of the database.
pub fn exists(tx: &mut Transaction<'_>, digest: &Digest) -> Result<bool, StoreError> {
    let found = tx.query_optional("SELECT 1 FROM security_status WHERE digest = $1", &[digest.into()])?;
    Ok(found.is_some())
}

/// Whether a digest was pushed as an image: then its layers are those of the registry, whatever else is said of them.
///
/// # Errors
/// Those of the database.
pub fn is_queued(tx: &mut Transaction<'_>, digest: &Digest) -> Result<bool, StoreError> {
    let query = "SELECT 1 FROM security_status WHERE digest = $1 AND state = 'queued'";
    Ok(tx.query_optional(query, &[digest.into()])?.is_some())
}

/// Notes the children of an index, in their order.
///
/// # Errors
/// Those of the database.
pub fn set_children(tx: &mut Transaction<'_>, parent: &Digest, children: &[Child]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM security_child WHERE parent = $1", &[parent.into()])?;
    let statement = "INSERT INTO security_child (parent, place, child, platform) VALUES ($1, $2, $3, $4)";
    for (place, child) in (0_i64..).zip(children) {
        tx.execute(
            statement,
            &[parent.into(), place.into(), (&child.digest).into(), child.platform.as_str().into()],
        )?;
    }
    Ok(())
}

/// The children of an index, in their order.
///
/// # Errors
/// Those of the database.
pub fn children(tx: &mut Transaction<'_>, parent: &Digest) -> Result<Vec<Child>, StoreError> {
    let query = "SELECT child, platform FROM security_child WHERE parent = $1 ORDER BY place";
    let child = |row: &Row| Ok(Child { digest: row.get(0)?, platform: row.get(1)? });
    tx.query(query, &[parent.into()])?.iter().map(child).collect()
}

/// The indexes that have a child, up to `most`.
///
/// # Errors
/// Those of the database.
pub fn parents(tx: &mut Transaction<'_>, child: &Digest, most: u64) -> Result<Vec<Digest>, StoreError> {
    let query = "SELECT DISTINCT parent FROM security_child WHERE child = $1 ORDER BY parent LIMIT $2";
    tx.query(query, &[child.into(), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}

/// The repositories that have a manifest: number and name.
///
/// # Errors
/// Those of the database.
pub fn repositories(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Vec<(i64, String)>, StoreError> {
    let query = "
        SELECT repository.number, repository.name
        FROM registry_manifest JOIN repository ON repository.number = registry_manifest.repository
        WHERE registry_manifest.digest = $1 ORDER BY repository.number";
    tx.query(query, &[digest.into()])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The tags of a manifest in a repository, up to `most`, also those of indexes that it is a child of. One that has expired is not there.
///
/// # Errors
/// Those of the database.
pub fn tagged(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
    most: u64,
) -> Result<Vec<String>, StoreError> {
    let query = "
        SELECT name FROM tag
        WHERE repository = $1 AND (expires_at IS NULL OR expires_at > limpid_now())
            AND (manifest = $2 OR manifest IN (SELECT parent FROM security_child WHERE child = $2))
        ORDER BY name LIMIT $3";
    tx.query(query, &[repository.into(), digest.into(), at_most(most)])?
        .iter()
        .map(|row| row.get(0))
        .collect()
}

/// The blob (SHA-256) that has the bytes of a digest of any algorithm, as it was pushed.
///
/// # Errors
/// Those of the database.
pub fn stored_blob(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Option<Digest>, StoreError> {
    let row = tx.query_optional("SELECT stored FROM registry_blob WHERE digest = $1", &[digest.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// The number of a repository, given by its whole name, that has a manifest.
///
/// # Errors
/// Those of the database.
pub fn holder(
    tx: &mut Transaction<'_>,
    repository: &str,
    digest: &Digest,
) -> Result<Option<i64>, StoreError> {
    let query = "
        SELECT repository.number
        FROM repository JOIN registry_manifest ON registry_manifest.repository = repository.number
        WHERE repository.name = $1 AND registry_manifest.digest = $2";
    tx.query_optional(query, &[repository.into(), digest.into()])?.map(|row| row.get(0)).transpose()
}

/// The bytes of a manifest, from any repository that has it.
///
/// # Errors
/// Those of the database.
pub fn manifest_body(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let query = "SELECT body FROM registry_manifest WHERE digest = $1 ORDER BY repository LIMIT 1";
    tx.query_optional(query, &[digest.into()])?.map(|row| row.get(0)).transpose()
}

/// Up to `most` images that were pushed and are still there, and whose manifest is not known any more: somebody deleted it
/// beside the registry.
///
/// # Errors
/// Those of the database.
pub fn lost(tx: &mut Transaction<'_>, most: u64) -> Result<Vec<Digest>, StoreError> {
    let query = "
        SELECT digest FROM security_status
        WHERE state = 'queued'
            AND NOT EXISTS (SELECT 1 FROM manifest WHERE manifest.digest = security_status.digest)
            AND EXISTS (SELECT 1 FROM registry_manifest WHERE registry_manifest.digest = security_status.digest)
        ORDER BY pushed_at DESC LIMIT $1";
    tx.query(query, &[at_most(most)])?.iter().map(|row| row.get(0)).collect()
}

/// Forgets up to `most` digests that no repository has any more, and that were not pushed within `grace`. Returns them.
///
/// # Errors
/// Those of the database.
pub fn remove_unused(
    tx: &mut Transaction<'_>,
    grace: Duration,
    most: u64,
) -> Result<Vec<Digest>, StoreError> {
    // The condition stands there twice: PostgreSQL looks again only at that of the row itself.
    let statement = "
        DELETE FROM security_status
        WHERE digest IN (
            SELECT unused.digest FROM security_status unused
            WHERE unused.pushed_at <= limpid_now() - $1 AND NOT EXISTS (
                SELECT 1 FROM registry_manifest WHERE registry_manifest.digest = unused.digest)
            ORDER BY unused.digest LIMIT $2)
        AND pushed_at <= limpid_now() - $1
        RETURNING digest";
    tx.query(statement, &[microseconds(grace), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}
