//! Which index state the service is in, as a whole: that of the program that was started last.
//!
//! While programs of two versions run side by side, reports are made for one of them only, so that two nodes never
//! re-index against each other.

use limpid_core::Digest;

use crate::{StoreError, Transaction};

/// A program in this index state was started. From now on the service is in it.
///
/// # Errors
/// Those of the database.
pub fn announce(tx: &mut Transaction<'_>, state: &Digest) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO index_state (slot, state, announced_at) VALUES (1, $1, limpid_now())
        ON CONFLICT (slot) DO UPDATE SET state = excluded.state, announced_at = excluded.announced_at";
    tx.execute(statement, &[state.into()])?;
    Ok(())
}

/// The state that the service is in; `None` before any program was started.
///
/// # Errors
/// Those of the database.
pub fn current(tx: &mut Transaction<'_>) -> Result<Option<Digest>, StoreError> {
    tx.query_optional("SELECT state FROM index_state", &[])?.map(|row| row.get(0)).transpose()
}
