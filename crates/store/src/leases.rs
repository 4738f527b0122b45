//! Leases: only one process at a time does what is called so.
//!
//! A lease runs out by the database's clock unless it is renewed, and each holder gets a fencing number that is larger
//! than that of the one before: who was stopped and wakes up finds that its number no longer counts.

use std::time::Duration;

use crate::{
    StoreError, Transaction,
    database::{Value, microseconds},
};

/// A lease that was got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is about, such as `update` or `layer sha256:…`.
    pub name: String,
    /// Who holds it.
    pub holder: String,
    /// Larger than that of every holder before.
    pub fence: i64,
}

/// Takes a lease if nobody has it, or who had it let it run out. The same holder may not take it twice.
///
/// # Errors
/// Those of the database.
pub fn acquire(
    tx: &mut Transaction<'_>,
    name: &str,
    holder: &str,
    time: Duration,
) -> Result<Option<Lease>, StoreError> {
    // Without a lock at first: whoever holds the lease may be in the middle of a long transaction with it.
    let is_held = "SELECT 1 FROM lease WHERE name = $1 AND held_until > limpid_now()";
    if tx.query_optional(is_held, &[name.into()])?.is_some() {
        return Ok(None);
    }
    let row = tx.query_optional(ACQUIRE, &[name.into(), holder.into(), microseconds(time)])?;
    let lease = |fence| Lease { name: name.to_owned(), holder: holder.to_owned(), fence };
    row.map(|row| row.get(0).map(lease)).transpose()
}

/// Fencing numbers go on from the clock, so that they grow even after the row of a free lease was removed as garbage.
const ACQUIRE: &str = "
    INSERT INTO lease (name, holder, fence, held_until) VALUES ($1, $2, limpid_now(), limpid_now() + $3)
    ON CONFLICT (name) DO UPDATE SET
        holder = excluded.holder,
        fence = CASE WHEN lease.fence < excluded.fence THEN excluded.fence ELSE lease.fence + 1 END,
        held_until = excluded.held_until
    WHERE lease.held_until <= limpid_now()
    RETURNING fence";

/// Holds a lease for so long from now.
///
/// # Errors
/// [`StoreError::Stale`] where it is in other hands, or ran out and was given up.
pub fn renew(tx: &mut Transaction<'_>, lease: &Lease, time: Duration) -> Result<(), StoreError> {
    let statement = "
        UPDATE lease SET held_until = limpid_now() + $4
        WHERE name = $1 AND holder = $2 AND fence = $3";
    let [name, holder, fence] = identity(lease);
    match tx.execute(statement, &[name, holder, fence, microseconds(time)])? {
        0 => Err(STALE),
        _ => Ok(()),
    }
}

const STALE: StoreError = StoreError::Stale("the lease");

fn identity(lease: &Lease) -> [Value; 3] {
    [lease.name.as_str().into(), lease.holder.as_str().into(), lease.fence.into()]
}

/// Makes sure that the lease is still held when this transaction commits.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn hold(tx: &mut Transaction<'_>, lease: &Lease) -> Result<(), StoreError> {
    // One that ran out but was taken by nobody is held still, and locked now.
    let query = "
        SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND fence = $3
        /*postgres FOR UPDATE*/";
    match tx.query_optional(query, &identity(lease))? {
        Some(_) => Ok(()),
        None => Err(STALE),
    }
}

/// Gives a lease back. One that is in other hands is left there.
///
/// # Errors
/// Those of the database.
pub fn release(tx: &mut Transaction<'_>, lease: &Lease) -> Result<(), StoreError> {
    // The row stays, and its fencing number with it.
    let statement = "
        UPDATE lease SET holder = '', held_until = limpid_now()
        WHERE name = $1 AND holder = $2 AND fence = $3";
    tx.execute(statement, &identity(lease))?;
    Ok(())
}

/// Gives back every lease of a holder that was killed.
///
/// # Errors
/// Those of the database.
pub fn abandon(tx: &mut Transaction<'_>, holder: &str) -> Result<u64, StoreError> {
    tx.execute("UPDATE lease SET holder = '', held_until = limpid_now() WHERE holder = $1", &[holder.into()])
}
