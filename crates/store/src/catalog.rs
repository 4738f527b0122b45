//! The catalog in force, for all nodes, and its update operations.
//!
//! The catalog's state is one text that names its segments; it moves forward by one version at a time, in one transaction
//! with the operations that made it. The segments themselves are blobs.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use limpid_core::Digest;
use uuid::Uuid;

use crate::{
    StoreError, Transaction, blob_rows, compressed,
    database::{Row, at_most, integer, rows},
};

/// The catalog in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCatalog {
    /// Counts from 1.
    pub version: i64,
    /// The state, as the catalog writes it. (Stored compressed.)
    pub state: Vec<u8>,
    /// When it was published, by the database's clock.
    pub published_at: DateTime<Utc>,
}

/// A feed went from one segment to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateOperation {
    /// Its identifier, `ref` in Clair's words.
    pub id: Uuid,
    /// The feed, `updater` in Clair's words.
    pub feed: String,
    /// The segment before; `None` for the first.
    pub before: Option<Digest>,
    /// The segment from then on.
    pub after: Digest,
    /// When.
    pub at: DateTime<Utc>,
    /// Records of the segment.
    pub records: u64,
}

/// The version in force; 0 where nothing was published yet.
///
/// # Errors
/// Those of the database.
pub fn version(tx: &mut Transaction<'_>) -> Result<i64, StoreError> {
    tx.query_one("SELECT COALESCE(MAX(version), 0) FROM catalog", &[])?.get(0)
}

/// The catalog in force.
///
/// # Errors
/// Those of the database.
pub fn load(tx: &mut Transaction<'_>) -> Result<Option<PublishedCatalog>, StoreError> {
    let catalog = |row: Row| {
        let state: Vec<u8> = row.get(1)?;
        Ok(PublishedCatalog {
            version: row.get(0)?,
            state: compressed::unpack(&state)?,
            published_at: row.get(2)?,
        })
    };
    tx.query_optional("SELECT version, state, published_at FROM catalog", &[])?.map(catalog).transpose()
}

/// Publishes a state in place of the version `before` (0: none), and the segments that it refers to, whose blobs are kept
/// from garbage collection from now on, while those of segments that it does not name are let go, unless the changes of an
/// operation with them are still to be worked out. Returns the new version.
///
/// # Errors
/// [`StoreError::Stale`] where another version is in force by now, or where the blob of a segment is not there.
pub fn publish(
    tx: &mut Transaction<'_>,
    before: i64,
    state: &[u8],
    segments: &[Digest],
) -> Result<i64, StoreError> {
    let state = compressed::pack(state)?.into();
    let published = match before {
        0 => tx.query_optional(FIRST, &[state])?,
        before => tx.query_optional(NEXT, &[before.into(), state])?,
    };
    let version = published.ok_or(StoreError::Stale("the catalog"))?.get(0)?;
    blob_rows::refer_to(tx, segments)?;
    // Other nodes may be about to open those that are let go.
    let named = rows(segments.iter().map(|segment| [segment.as_str()]))?;
    let let_go = tx.query(LET_GO, std::slice::from_ref(&named))?;
    let let_go = let_go.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<String>, _>>()?;
    blob_rows::let_go(tx, &let_go)?;
    tx.execute(REFER, &[named])?;
    Ok(version)
}

/// The segments that the catalog in force names.
///
/// # Errors
/// Those of the database.
pub fn segments(tx: &mut Transaction<'_>) -> Result<BTreeSet<Digest>, StoreError> {
    tx.query("SELECT segment FROM catalog_segment", &[])?.iter().map(|row| row.get(0)).collect()
}

const FIRST: &str = "
    INSERT INTO catalog (slot, version, state, published_at) VALUES (1, 1, $1, limpid_now())
    ON CONFLICT (slot) DO NOTHING
    RETURNING version";

const NEXT: &str = "
    UPDATE catalog SET version = version + 1, state = $2, published_at = limpid_now()
    WHERE slot = 1 AND version = $1
    RETURNING version";

const LET_GO: &str = "
    DELETE FROM catalog_segment
    WHERE segment NOT IN (
            SELECT item.value ->> 0
            FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/)
        AND NOT EXISTS (
            SELECT 1 FROM update_operation
            JOIN job ON job.kind = 'match-changes' AND job.key = update_operation.id AND job.finished_at IS NULL
            WHERE catalog_segment.segment IN (update_operation.segment_before, update_operation.segment_after))
    RETURNING segment";

const REFER: &str = "
    INSERT INTO catalog_segment (segment)
    SELECT item.value ->> 0
    FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/
    WHERE true
    ON CONFLICT (segment) DO NOTHING";

/// Notes an operation, and forgets all but the last `keep` of its feed, and those whose changes are still to be worked out.
///
/// # Errors
/// Those of the database. One that was noted already is left as it is.
pub fn record_operation(
    tx: &mut Transaction<'_>,
    operation: &UpdateOperation,
    keep: u64,
) -> Result<(), StoreError> {
    let row = [
        operation.id.into(),
        operation.feed.as_str().into(),
        operation.before.as_ref().into(),
        (&operation.after).into(),
        operation.at.into(),
        integer(operation.records)?.into(),
    ];
    tx.execute(RECORD, &row)?;
    tx.execute(FORGET, &[operation.feed.as_str().into(), at_most(keep)])?;
    Ok(())
}

const RECORD: &str = "
    INSERT INTO update_operation (id, feed, segment_before, segment_after, happened_at, records)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING";

const FORGET: &str = "
    DELETE FROM update_operation
    WHERE feed = $1 AND number NOT IN (
        SELECT number FROM update_operation WHERE feed = $1
        ORDER BY happened_at DESC, number DESC LIMIT $2)
        AND NOT EXISTS (
            SELECT 1 FROM job
            WHERE job.kind = 'match-changes' AND job.key = update_operation.id AND job.finished_at IS NULL)";

/// The operations of all feeds, newest first; with `latest`, the newest of each feed alone.
///
/// # Errors
/// Those of the database.
pub fn operations(tx: &mut Transaction<'_>, latest: bool) -> Result<Vec<UpdateOperation>, StoreError> {
    tx.query(if latest { LATEST } else { ALL }, &[])?.iter().map(row_of_operation).collect()
}

const ALL: &str = "
    SELECT id, feed, segment_before, segment_after, happened_at, records FROM update_operation
    ORDER BY happened_at DESC, number DESC";

const LATEST: &str = "
    SELECT id, feed, segment_before, segment_after, happened_at, records FROM update_operation
    WHERE number = (
        SELECT newest.number FROM update_operation AS newest WHERE newest.feed = update_operation.feed
        ORDER BY newest.happened_at DESC, newest.number DESC LIMIT 1)
    ORDER BY happened_at DESC, number DESC";

fn row_of_operation(row: &Row) -> Result<UpdateOperation, StoreError> {
    Ok(UpdateOperation {
        id: row.get(0)?,
        feed: row.get(1)?,
        before: row.get_optional(2)?,
        after: row.get(3)?,
        at: row.get(4)?,
        records: row.get(5)?,
    })
}

/// One operation.
///
/// # Errors
/// Those of the database.
pub fn operation(tx: &mut Transaction<'_>, id: Uuid) -> Result<Option<UpdateOperation>, StoreError> {
    let query = "
        SELECT id, feed, segment_before, segment_after, happened_at, records FROM update_operation
        WHERE id = $1";
    tx.query_optional(query, &[id.into()])?.as_ref().map(row_of_operation).transpose()
}

/// Forgets an operation. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete_operation(tx: &mut Transaction<'_>, id: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM update_operation WHERE id = $1", &[id.into()])? > 0)
}
