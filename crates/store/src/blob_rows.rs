//! Beginning to refer to blobs, so that what is referred to is never collected.
//!
//! A row is touched in the transaction that begins to refer to it. Garbage collection takes only rows that nobody touched for
//! long, so one of the two finds the row changed by the other.

use std::collections::BTreeSet;

use limpid_core::Digest;

use crate::{StoreError, Transaction, database::rows};

/// A row whose number of bytes is negative is of a blob that is still being stored.
const TOUCH: &str = "
    UPDATE blob SET touched_at = limpid_now()
    WHERE deleting_since IS NULL AND bytes >= 0 AND digest IN (
        SELECT item.value ->> 0
        FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/)";

/// Keeps blobs from being collected while the transaction lasts, and for the grace from now.
///
/// # Errors
/// [`StoreError::Stale`] where one is not there, or is being deleted.
pub(crate) fn refer_to<'digest>(
    tx: &mut Transaction<'_>,
    digests: impl IntoIterator<Item = &'digest Digest>,
) -> Result<(), StoreError> {
    let digests: BTreeSet<&str> = digests.into_iter().map(Digest::as_str).collect();
    let touched = tx.execute(TOUCH, &[rows(digests.iter().map(|digest| [*digest]))?])?;
    if touched == digests.len() as u64 { Ok(()) } else { Err(StoreError::Stale("the blob")) }
}

/// Gives blobs that are no longer referred to the grace from now: somebody may be about to open one.
pub(crate) fn let_go(tx: &mut Transaction<'_>, digests: &BTreeSet<String>) -> Result<(), StoreError> {
    tx.execute(TOUCH, &[rows(digests.iter().map(|digest| [digest.as_str()]))?])?;
    Ok(())
}
