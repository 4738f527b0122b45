//! Garbage of the registry: what no manifest needs, and what nobody goes on with.
//!
//! Conditions on the row itself stand beside those on others: who had to wait for another transaction looks again only at the
//! row, which that one has touched.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    StoreError, Transaction, blob_rows,
    database::{Value, microseconds},
    limits,
};

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Tags that have expired.
    pub tags: u64,
    /// Uploads that nobody went on with.
    pub uploads: u64,
    /// Blobs of repositories that no manifest there needs.
    pub repository_blobs: u64,
    /// Blobs that no repository has.
    pub blobs: u64,
}

/// Removes a bounded number of rows that were not touched for the grace. To be called again while it removes anything.
///
/// # Errors
/// Those of the database.
pub fn collect_garbage(tx: &mut Transaction<'_>, grace: Duration) -> Result<Collected, StoreError> {
    let old = [microseconds(grace), limits::GARBAGE_ROWS.into()];
    Ok(Collected {
        tags: tx.execute(TAGS, &[limits::GARBAGE_ROWS.into()])?,
        uploads: tx.execute(UPLOADS, &old)?,
        repository_blobs: tx.execute(REPOSITORY_BLOBS, &old)?,
        blobs: blobs(tx, &old)?,
    })
}

const TAGS: &str = "
    DELETE FROM tag
    WHERE expires_at <= limpid_now() AND (repository, name) IN (
        SELECT gone.repository, gone.name FROM tag AS gone
        WHERE gone.expires_at <= limpid_now()
        ORDER BY gone.expires_at LIMIT $1)";

/// Its parts go with it; the blobs that they were go by themselves after their own grace.
const UPLOADS: &str = "
    DELETE FROM upload
    WHERE touched_at <= limpid_now() - $1 AND id IN (
        SELECT gone.id FROM upload AS gone
        WHERE gone.touched_at <= limpid_now() - $1
        ORDER BY gone.touched_at LIMIT $2)";

const REPOSITORY_BLOBS: &str = "
    DELETE FROM repository_blob
    WHERE touched_at <= limpid_now() - $1 AND (repository, digest) IN (
        SELECT gone.repository, gone.digest FROM repository_blob AS gone
        WHERE gone.touched_at <= limpid_now() - $1 AND NOT EXISTS (
            SELECT 1 FROM manifest_reference
            WHERE manifest_reference.repository = gone.repository AND manifest_reference.digest = gone.digest)
        ORDER BY gone.touched_at LIMIT $2)";

fn blobs(tx: &mut Transaction<'_>, old: &[Value; 2]) -> Result<u64, StoreError> {
    let removed = tx.query(BLOBS, old)?;
    let stored = removed.iter().map(|row| row.get::<String>(0)).collect::<Result<BTreeSet<_>, _>>()?;
    // Somebody may be about to open one.
    blob_rows::let_go(tx, &stored)?;
    Ok(removed.len() as u64)
}

const BLOBS: &str = "
    DELETE FROM registry_blob
    WHERE created_at <= limpid_now() - $1 AND digest IN (
        SELECT gone.digest FROM registry_blob AS gone
        WHERE gone.created_at <= limpid_now() - $1 AND NOT EXISTS (
            SELECT 1 FROM repository_blob WHERE repository_blob.digest = gone.digest)
        ORDER BY gone.created_at LIMIT $2)
    RETURNING stored";
