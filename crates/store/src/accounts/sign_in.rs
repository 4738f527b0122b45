//! Failed attempts to sign in, by account and by address: what the patience with those who guess is reckoned from.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{StoreError, Transaction, database::microseconds};

/// Failed attempts of a key in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u64,
    /// When the last was.
    pub last_at: DateTime<Utc>,
}

/// The failed attempts of a key.
///
/// # Errors
/// Those of the database.
pub fn failures(tx: &mut Transaction<'_>, key: &str) -> Result<Option<Failures>, StoreError> {
    let query = "SELECT failures, last_at FROM failed_sign_in WHERE key = $1";
    let row = tx.query_optional(query, &[key.into()])?;
    row.map(|row| Ok(Failures { count: row.get(0)?, last_at: row.get(1)? })).transpose()
}

/// Notes a failed attempt. Those that are older than `forget` are forgotten.
///
/// # Errors
/// Those of the database.
pub fn note_failure(tx: &mut Transaction<'_>, key: &str, forget: Duration) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO failed_sign_in (key, failures, last_at) VALUES ($1, 1, limpid_now())
        ON CONFLICT (key) DO UPDATE SET
            failures = CASE
                WHEN failed_sign_in.last_at <= excluded.last_at - $2 THEN 1
                ELSE failed_sign_in.failures + 1 END,
            last_at = excluded.last_at";
    tx.execute(statement, &[key.into(), microseconds(forget)]).map(drop)
}

/// Forgets the failed attempts of a key.
///
/// # Errors
/// Those of the database.
pub fn clear_failures(tx: &mut Transaction<'_>, key: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM failed_sign_in WHERE key = $1", &[key.into()]).map(drop)
}
