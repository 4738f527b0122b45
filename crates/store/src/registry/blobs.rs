//! The blobs of repositories: a digest of any algorithm, and the stored blob (SHA-256) that has its bytes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction, blob_rows,
    database::{Row, at_most, integer, microseconds},
};

/// A blob of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryBlob {
    /// As clients name it.
    pub digest: Digest,
    /// As it is stored.
    pub stored: Digest,
    /// Its length.
    pub bytes: u64,
}

fn blob(row: &Row) -> Result<RegistryBlob, StoreError> {
    Ok(RegistryBlob { digest: row.get(0)?, stored: row.get(1)?, bytes: row.get(2)? })
}

/// Gives a repository a blob, whose bytes are stored. It is kept for the grace from now without a manifest that needs it.
///
/// # Errors
/// [`StoreError::Stale`] where the stored blob is not there, or is being deleted: it must be put again.
pub fn add_blob(tx: &mut Transaction<'_>, repository: i64, blob: &RegistryBlob) -> Result<(), StoreError> {
    blob_rows::refer_to(tx, [&blob.stored])?;
    let row = [(&blob.digest).into(), (&blob.stored).into(), integer(blob.bytes)?.into()];
    // Touched where it is there, so that whoever collects it finds it changed.
    let added = tx.query_one(ADD, &row)?;
    if added.get::<Digest>(0)? != blob.stored {
        return Err(StoreError::Damaged(format!("two contents of {}", blob.digest)));
    }
    tx.execute(LINK, &[repository.into(), (&blob.digest).into()]).map(drop)
}

const ADD: &str = "
    INSERT INTO registry_blob (digest, stored, bytes, created_at) VALUES ($1, $2, $3, limpid_now())
    ON CONFLICT (digest) DO UPDATE SET created_at = limpid_now()
    RETURNING stored";

const LINK: &str = "
    INSERT INTO repository_blob (repository, digest, touched_at) VALUES ($1, $2, limpid_now())
    ON CONFLICT (repository, digest) DO UPDATE SET touched_at = limpid_now()";

/// A blob that a repository has.
///
/// # Errors
/// Those of the database.
pub fn find_blob(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<Option<RegistryBlob>, StoreError> {
    let query = "
        SELECT registry_blob.digest, registry_blob.stored, registry_blob.bytes
        FROM repository_blob JOIN registry_blob ON registry_blob.digest = repository_blob.digest
        WHERE repository_blob.repository = $1 AND repository_blob.digest = $2";
    tx.query_optional(query, &[repository.into(), digest.into()])?.as_ref().map(blob).transpose()
}

/// Keeps a blob for the grace from now, because somebody is told that it is there and will not send it. `false` where it is gone.
///
/// # Errors
/// Those of the database.
pub fn note_told(tx: &mut Transaction<'_>, repository: i64, digest: &Digest) -> Result<bool, StoreError> {
    let statement = "
        UPDATE repository_blob SET touched_at = limpid_now() WHERE repository = $1 AND digest = $2";
    Ok(tx.execute(statement, &[repository.into(), digest.into()])? > 0)
}

impl RegistryBlob {
    /// Whether somebody was told within `recent` that a repository has it: then nothing need be noted.
    ///
    /// # Errors
    /// Those of the database.
    pub fn was_told(
        &self,
        tx: &mut Transaction<'_>,
        repository: i64,
        recent: Duration,
    ) -> Result<bool, StoreError> {
        let query = "
            SELECT touched_at FROM repository_blob
            WHERE repository = $1 AND digest = $2 AND touched_at > limpid_now() - $3";
        let row =
            tx.query_optional(query, &[repository.into(), (&self.digest).into(), microseconds(recent)])?;
        row.map(|row| row.get::<DateTime<Utc>>(0)).transpose().map(|touched| touched.is_some())
    }
}

/// Gives a repository a blob that another one has. `None` where that does not have it.
///
/// # Errors
/// Those of the database; [`StoreError::Stale`] where it is being deleted.
pub fn mount_blob(
    tx: &mut Transaction<'_>,
    from: i64,
    to: i64,
    digest: &Digest,
) -> Result<Option<RegistryBlob>, StoreError> {
    let Some(found) = find_blob(tx, from, digest)? else { return Ok(None) };
    add_blob(tx, to, &found)?;
    Ok(Some(found))
}

/// The names of up to `most` repositories that have a blob.
///
/// # Errors
/// Those of the database.
pub fn repositories_with_blob(
    tx: &mut Transaction<'_>,
    digest: &Digest,
    most: u64,
) -> Result<Vec<(i64, String)>, StoreError> {
    let query = "
        SELECT repository.number, repository.name
        FROM repository_blob JOIN repository ON repository.number = repository_blob.repository
        WHERE repository_blob.digest = $1 ORDER BY repository.number LIMIT $2";
    let rows = tx.query(query, &[digest.into(), at_most(most)])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Whether a manifest of the repository needs a blob.
///
/// # Errors
/// Those of the database.
pub fn is_blob_needed(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<bool, StoreError> {
    let query = "
        SELECT manifest FROM manifest_reference
        WHERE repository = $1 AND digest = $2 AND kind = 'blob' LIMIT 1";
    Ok(tx.query_optional(query, &[repository.into(), digest.into()])?.is_some())
}

/// Takes a blob from a repository. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn remove_blob(tx: &mut Transaction<'_>, repository: i64, digest: &Digest) -> Result<bool, StoreError> {
    let statement = "DELETE FROM repository_blob WHERE repository = $1 AND digest = $2";
    Ok(tx.execute(statement, &[repository.into(), digest.into()])? > 0)
}
