//! Sessions of browsers, by the SHA-256 of what their cookie holds.

use std::time::Duration;

use super::account::{Account, account};
use crate::{StoreError, Transaction, database::microseconds};

/// A session that is to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// The SHA-256 of its secret, in hexadecimal digits.
    pub hash: &'a str,
    /// The number of its account.
    pub account: i64,
    /// How long it lasts at most.
    pub time: Duration,
}

/// Begins a session.
///
/// # Errors
/// Those of the database.
pub fn create_session(tx: &mut Transaction<'_>, new: &NewSession<'_>) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO session (hash, account, created_at, seen_at, expires_at)
        VALUES ($1, $2, limpid_now(), limpid_now(), limpid_now() + $3)";
    tx.execute(statement, &[new.hash.into(), new.account.into(), microseconds(new.time)]).map(drop)
}

/// The account of a session that lasts, was used within this time, and began after the account changed last; and whether the
/// session is to be touched, because it was seen longer than `rest` ago.
///
/// # Errors
/// Those of the database.
pub fn session_account(
    tx: &mut Transaction<'_>,
    hash: &str,
    idle: Duration,
    rest: Duration,
) -> Result<Option<(Account, bool)>, StoreError> {
    let query = "
        SELECT account.number, account.name, account.kind, account.namespace, account.email, account.role,
            account.is_enabled, account.created_at, account.changed_at,
            CASE WHEN session.seen_at <= limpid_now() - $3 THEN 1 ELSE 0 END
        FROM session JOIN account ON account.number = session.account
        WHERE session.hash = $1 AND session.expires_at > limpid_now() AND session.seen_at > limpid_now() - $2
            AND session.created_at >= account.changed_at AND account.is_enabled = 1";
    let row = tx.query_optional(query, &[hash.into(), microseconds(idle), microseconds(rest)])?;
    row.map(|row| Ok((account(&row)?, row.get::<i64>(9)? != 0))).transpose()
}

/// Notes that a session is used.
///
/// # Errors
/// Those of the database.
pub fn touch_session(tx: &mut Transaction<'_>, hash: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE session SET seen_at = limpid_now() WHERE hash = $1", &[hash.into()]).map(drop)
}

/// Ends a session. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn end_session(tx: &mut Transaction<'_>, hash: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM session WHERE hash = $1", &[hash.into()])? > 0)
}

/// Ends every session of an account.
///
/// # Errors
/// Those of the database.
pub fn end_sessions(tx: &mut Transaction<'_>, account: i64) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM session WHERE account = $1", &[account.into()])
}
