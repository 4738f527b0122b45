//! Evidence of layers: which pack was made of a layer, by which revision of reading.

use limpid_core::Digest;

use crate::{
    StoreError, Transaction, blob_rows,
    database::{Row, integer},
};

/// The evidence of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Digest of the layer's stored bytes, which were verified.
    pub layer: Digest,
    /// Revision of what was read of it.
    pub revision: String,
    /// Digest of the uncompressed layer. `None` where it could not be read to its end: then reading it anew may help.
    pub diff_id: Option<Digest>,
    /// The blob with the pack.
    pub pack: Digest,
    /// Length of the pack in bytes.
    pub bytes: u64,
}

/// Notes the evidence of a layer in place of what was known under that revision. The pack must have been put as a blob
/// in this or an earlier transaction ([`crate::blobs`]).
///
/// # Errors
/// [`StoreError::Stale`] where there is no such blob, or it is being deleted: it must be put again.
pub fn put(tx: &mut Transaction<'_>, evidence: &Evidence) -> Result<(), StoreError> {
    blob_rows::refer_to(tx, [&evidence.pack])?;
    let row = [
        (&evidence.layer).into(),
        evidence.revision.as_str().into(),
        evidence.diff_id.as_ref().into(),
        (&evidence.pack).into(),
        integer(evidence.bytes)?.into(),
    ];
    tx.execute(LET_GO, &[(&evidence.layer).into(), evidence.revision.as_str().into()])?;
    tx.execute(PUT, &row)?;
    Ok(())
}

/// Somebody may have looked up the pack that is replaced, and be about to open it.
const LET_GO: &str = "
    UPDATE blob SET touched_at = limpid_now()
    WHERE deleting_since IS NULL
        AND digest = (SELECT pack FROM evidence WHERE layer = $1 AND revision = $2)";

const PUT: &str = "
    INSERT INTO evidence (layer, revision, diff_id, pack, bytes, noted_at)
    VALUES ($1, $2, $3, $4, $5, limpid_now())
    ON CONFLICT (layer, revision) DO UPDATE SET
        diff_id = excluded.diff_id, pack = excluded.pack, bytes = excluded.bytes, noted_at = excluded.noted_at";

/// The evidence of a layer, as this revision read it.
///
/// # Errors
/// Those of the database.
pub fn find(
    tx: &mut Transaction<'_>,
    layer: &Digest,
    revision: &str,
) -> Result<Option<Evidence>, StoreError> {
    let query = "
        SELECT layer, revision, diff_id, pack, bytes FROM evidence
        WHERE layer = $1 AND revision = $2";
    tx.query_optional(query, &[layer.into(), revision.into()])?.as_ref().map(evidence).transpose()
}

fn evidence(row: &Row) -> Result<Evidence, StoreError> {
    Ok(Evidence {
        layer: row.get(0)?,
        revision: row.get(1)?,
        diff_id: row.get_optional(2)?,
        pack: row.get(3)?,
        bytes: row.get(4)?,
    })
}

/// The evidence of a layer that was noted last, whatever revision read it.
///
/// # Errors
/// Those of the database.
pub fn find_any(tx: &mut Transaction<'_>, layer: &Digest) -> Result<Option<Evidence>, StoreError> {
    let query = "
        SELECT layer, revision, diff_id, pack, bytes FROM evidence
        WHERE layer = $1
        ORDER BY CASE WHEN diff_id IS NULL THEN 1 ELSE 0 END, noted_at DESC, revision LIMIT 1";
    tx.query_optional(query, &[layer.into()])?.as_ref().map(evidence).transpose()
}

/// Forgets the evidence of a layer: its pack turned out to be damaged or gone.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Transaction<'_>, layer: &Digest, revision: &str) -> Result<(), StoreError> {
    let statement = "DELETE FROM evidence WHERE layer = $1 AND revision = $2";
    tx.execute(statement, &[layer.into(), revision.into()])?;
    Ok(())
}
