//! Uploads that are not finished. Each belongs to one repository and one principal; its parts are stored blobs.
//!
//! A part is added only at the end that its sender knew, so of two who send at once one is told that it was not taken.

use limpid_core::Digest;
use uuid::Uuid;

use super::hold_repository;
use crate::{StoreError, Transaction, blob_rows, database::integer};

/// An upload that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload<'a> {
    /// Its id.
    pub id: Uuid,
    /// Where to.
    pub repository: i64,
    /// Whose it is.
    pub principal: &'a str,
    /// By which algorithm its digest is likely to be given.
    pub algorithm: &'a str,
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// Where to.
    pub repository: i64,
    /// How many bytes have come.
    pub bytes: u64,
    /// In which parts, in their order.
    pub parts: Vec<Part>,
}

/// A part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The stored blob.
    pub stored: Digest,
    /// Its length.
    pub bytes: u64,
}

/// Begins an upload.
///
/// # Errors
/// [`StoreError::Stale`] where the repository is gone.
pub fn begin_upload(tx: &mut Transaction<'_>, new: &NewUpload<'_>) -> Result<(), StoreError> {
    hold_repository(tx, new.repository)?;
    let statement = "
        INSERT INTO upload (id, repository, principal, algorithm, bytes, created_at, touched_at)
        VALUES ($1, $2, $3, $4, 0, limpid_now(), limpid_now())";
    let row = [new.id.into(), new.repository.into(), new.principal.into(), new.algorithm.into()];
    tx.execute(statement, &row).map(drop)
}

/// An upload to a repository by a principal. `None` where it is not there, or not theirs.
///
/// # Errors
/// Those of the database.
pub fn find_upload(
    tx: &mut Transaction<'_>,
    id: Uuid,
    repository: i64,
    principal: &str,
) -> Result<Option<Upload>, StoreError> {
    let query = "SELECT bytes FROM upload WHERE id = $1 AND repository = $2 AND principal = $3";
    let found = tx.query_optional(query, &[id.into(), repository.into(), principal.into()])?;
    let Some(found) = found else { return Ok(None) };
    let query = "SELECT stored, bytes FROM upload_part WHERE upload = $1 ORDER BY place";
    let rows = tx.query(query, &[id.into()])?;
    let parts = rows.iter().map(|row| Ok(Part { stored: row.get(0)?, bytes: row.get(1)? }));
    let parts: Vec<Part> = parts.collect::<Result<_, StoreError>>()?;
    Ok(Some(Upload { id, repository, bytes: found.get(0)?, parts }))
}

/// Adds a part behind the bytes that an upload had. `false` where it has others by now, or is gone.
///
/// # Errors
/// [`StoreError::Stale`] where the stored blob is not there: it must be put again.
pub fn add_part(tx: &mut Transaction<'_>, upload: &Upload, part: &Part) -> Result<bool, StoreError> {
    let statement = "
        UPDATE upload SET bytes = bytes + $3, touched_at = limpid_now() WHERE id = $1 AND bytes = $2";
    let (before, bytes) = (integer(upload.bytes)?, integer(part.bytes)?);
    if tx.execute(statement, &[upload.id.into(), before.into(), bytes.into()])? == 0 {
        return Ok(false);
    }
    // Nothing at all needs no place.
    if part.bytes > 0 {
        blob_rows::refer_to(tx, [&part.stored])?;
        let statement = "INSERT INTO upload_part (upload, place, stored, bytes) VALUES ($1, $2, $3, $4)";
        tx.execute(statement, &[upload.id.into(), before.into(), (&part.stored).into(), bytes.into()])?;
    }
    Ok(true)
}

/// Ends an upload: it is finished, or not wanted. `false` where it has other bytes by now, or is gone.
///
/// # Errors
/// Those of the database.
pub fn end_upload(tx: &mut Transaction<'_>, upload: &Upload) -> Result<bool, StoreError> {
    let statement = "DELETE FROM upload WHERE id = $1 AND bytes = $2";
    Ok(tx.execute(statement, &[upload.id.into(), integer(upload.bytes)?.into()])? > 0)
}
