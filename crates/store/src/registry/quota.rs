//! How much a namespace has, and may have: bytes of the distinct blobs of its repositories.
//!
//! Who gives or takes a blob holds the row of the namespace while that is counted, so of two who give the last bytes one is told.
//! Programs of before count nothing, so the garbage job counts anew.

use super::RegistryBlob;
use crate::{
    StoreError, Transaction,
    database::{Row, Value, integer},
};

/// How much a namespace has, and may have, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// What it has.
    pub used: u64,
    /// From when on that is warned of.
    pub warn: Option<u64>,
    /// The most that it may have.
    pub limit: Option<u64>,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "what there is no room for must be taken back"]
pub enum Room {
    /// Enough.
    Enough,
    /// It is warned of.
    Little(Usage),
    /// Less than none: the transaction must not be committed.
    Exceeded(Usage),
}

impl Usage {
    /// What is left.
    pub fn room(self) -> Room {
        if self.limit.is_some_and(|limit| self.used > limit) {
            Room::Exceeded(self)
        } else if self.warn.is_some_and(|warn| self.used >= warn) {
            Room::Little(self)
        } else {
            Room::Enough
        }
    }

    /// Whether nothing more may come.
    pub fn is_full(self) -> bool {
        self.limit.is_some_and(|limit| self.used >= limit)
    }
}

fn usage(row: &Row, first: usize) -> Result<Usage, StoreError> {
    Ok(Usage {
        used: row.get(first)?,
        warn: row.get_optional(first + 1)?,
        limit: row.get_optional(first + 2)?,
    })
}

/// How much the namespace of this name has and may have; `None` where there is none.
///
/// # Errors
/// Those of the database.
pub fn namespace_usage(tx: &mut Transaction<'_>, namespace: &str) -> Result<Option<Usage>, StoreError> {
    let query = "SELECT used_bytes, warn_bytes, quota_bytes FROM namespace WHERE name = $1";
    tx.query_optional(query, &[namespace.into()])?.map(|row| usage(&row, 0)).transpose()
}

/// Says how much the namespace of this name may have. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn set_namespace_quota(
    tx: &mut Transaction<'_>,
    namespace: &str,
    warn: Option<u64>,
    limit: Option<u64>,
) -> Result<bool, StoreError> {
    let statement = "UPDATE namespace SET warn_bytes = $2, quota_bytes = $3 WHERE name = $1";
    let [warn, limit] = [warn, limit].map(|bytes| bytes.map(integer).transpose());
    Ok(tx.execute(statement, &[namespace.into(), warn?.into(), limit?.into()])? > 0)
}

/// The namespace of a repository, which nobody else counts until the transaction ends.
fn hold(tx: &mut Transaction<'_>, repository: i64) -> Result<(i64, Usage), StoreError> {
    let query = "
        SELECT number, used_bytes, warn_bytes, quota_bytes FROM namespace
        WHERE number = (SELECT namespace FROM repository WHERE repository.number = $1) /*postgres FOR NO KEY UPDATE*/";
    let row = tx.query_optional(query, &[repository.into()])?;
    let row = row.ok_or(StoreError::Stale("the repository"))?;
    Ok((row.get(0)?, usage(&row, 1)?))
}

fn is_elsewhere(
    tx: &mut Transaction<'_>,
    namespace: i64,
    repository: i64,
    blob: &RegistryBlob,
) -> Result<bool, StoreError> {
    let query = "
        SELECT repository_blob.digest
        FROM repository_blob JOIN repository ON repository.number = repository_blob.repository
        WHERE repository_blob.digest = $1 AND repository.namespace = $2 AND repository.number <> $3 LIMIT 1";
    let identity = [(&blob.digest).into(), namespace.into(), repository.into()];
    Ok(tx.query_optional(query, &identity)?.is_some())
}

const ADD: &str = "
    UPDATE namespace SET used_bytes = CASE WHEN used_bytes + $2 < 0 THEN 0 ELSE used_bytes + $2 END
    WHERE number = $1";

/// Counts a blob that a repository was just given.
pub(super) fn count_given(
    tx: &mut Transaction<'_>,
    repository: i64,
    blob: &RegistryBlob,
) -> Result<Room, StoreError> {
    let (namespace, mut usage) = hold(tx, repository)?;
    if blob.bytes == 0 || is_elsewhere(tx, namespace, repository, blob)? {
        return Ok(Room::Enough);
    }
    tx.execute(ADD, &[namespace.into(), integer(blob.bytes)?.into()])?;
    usage.used = usage.used.saturating_add(blob.bytes);
    Ok(usage.room())
}

/// Takes a blob from a repository, and counts that. Whether it was there.
pub(super) fn take(
    tx: &mut Transaction<'_>,
    repository: i64,
    blob: &RegistryBlob,
) -> Result<bool, StoreError> {
    let (namespace, _) = hold(tx, repository)?;
    let statement = "DELETE FROM repository_blob WHERE repository = $1 AND digest = $2";
    if tx.execute(statement, &[repository.into(), (&blob.digest).into()])? == 0 {
        return Ok(false);
    }
    if !is_elsewhere(tx, namespace, repository, blob)? {
        let less: Value = integer(blob.bytes)?.saturating_neg().into();
        tx.execute(ADD, &[namespace.into(), less])?;
    }
    Ok(true)
}

/// Up to `most` namespaces of which something else is counted than there is.
///
/// # Errors
/// Those of the database.
pub fn miscounted_namespaces(tx: &mut Transaction<'_>, most: u64) -> Result<Vec<i64>, StoreError> {
    let query = "
        SELECT namespace.number FROM namespace
        LEFT JOIN (
            SELECT held.namespace, CAST(SUM(registry_blob.bytes) AS BIGINT) AS bytes
            FROM (
                SELECT DISTINCT repository.namespace, repository_blob.digest
                FROM repository_blob JOIN repository ON repository.number = repository_blob.repository
            ) held
            JOIN registry_blob ON registry_blob.digest = held.digest
            GROUP BY held.namespace
        ) counted ON counted.namespace = namespace.number
        WHERE namespace.used_bytes <> COALESCE(counted.bytes, 0)
        ORDER BY namespace.number LIMIT $1";
    let rows = tx.query(query, &[crate::database::at_most(most)])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Counts what a namespace has anew.
///
/// # Errors
/// Those of the database.
pub fn recount_namespace(tx: &mut Transaction<'_>, namespace: i64) -> Result<(), StoreError> {
    // Held first: the count must see what whoever held it before has written.
    let hold = "SELECT number FROM namespace WHERE number = $1 /*postgres FOR NO KEY UPDATE*/";
    tx.query(hold, &[namespace.into()])?;
    let statement = "
        UPDATE namespace SET used_bytes = COALESCE((
            SELECT CAST(SUM(registry_blob.bytes) AS BIGINT) FROM registry_blob
            WHERE registry_blob.digest IN (
                SELECT repository_blob.digest
                FROM repository_blob JOIN repository ON repository.number = repository_blob.repository
                WHERE repository.namespace = $1)), 0)
        WHERE number = $1";
    tx.execute(statement, &[namespace.into()]).map(drop)
}
