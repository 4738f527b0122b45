//! Rows that nobody needs any more: what has ended, and the audit of long ago.

use crate::{StoreError, Transaction, database::microseconds, limits};

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Sessions and tokens that have ended.
    pub ended: u64,
    /// Failed attempts to sign in that count no longer.
    pub failures: u64,
    /// Permissions in repositories, of accounts and of teams that are gone.
    pub permissions: u64,
    /// Rows of the audit.
    pub audit: u64,
    /// Signing keys that no valid token names.
    pub keys: u64,
}

/// Removes a bounded number of rows. To be called again while it removes anything.
///
/// # Errors
/// Those of the database.
pub fn collect_garbage(tx: &mut Transaction<'_>) -> Result<Collected, StoreError> {
    let rows = || limits::GARBAGE_ROWS.into();
    let sessions = tx.execute(SESSIONS, &[rows(), microseconds(limits::SESSION_IDLE_TIME)])?;
    Ok(Collected {
        ended: sessions + tx.execute(TOKENS, &[microseconds(limits::ENDED_TOKEN_TIME), rows()])?,
        failures: tx.execute(FAILURES, &[microseconds(limits::FAILURE_TIME), rows()])?,
        permissions: tx.execute(PERMISSIONS, &[rows()])?,
        audit: tx.execute(AUDIT, &[microseconds(limits::AUDIT_TIME), rows()])?
            + tx.execute(MOST_AUDIT, &[limits::AUDIT_ROWS.into(), rows()])?,
        keys: tx.execute(KEYS, &[microseconds(limits::SIGNING_KEY_OVERLAP)])?,
    })
}

const SESSIONS: &str = "
    DELETE FROM session WHERE hash IN (
        SELECT hash FROM session WHERE expires_at < limpid_now() OR seen_at < limpid_now() - $2
        ORDER BY hash LIMIT $1 /*postgres FOR UPDATE SKIP LOCKED*/)";

const TOKENS: &str = "
    DELETE FROM token WHERE id IN (
        SELECT id FROM token WHERE expires_at < limpid_now() - $1
        ORDER BY expires_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

const FAILURES: &str = "
    DELETE FROM failed_sign_in WHERE key IN (
        SELECT key FROM failed_sign_in WHERE last_at < limpid_now() - $1
        ORDER BY last_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// What is gone has a number that nobody gets again, so these say nothing.
const PERMISSIONS: &str = "
    DELETE FROM permission
    WHERE (namespace, repository, account, team) IN (
        SELECT namespace, repository, account, team FROM permission
        WHERE (repository <> 0
                AND NOT EXISTS (SELECT 1 FROM repository WHERE repository.number = permission.repository))
            OR (account <> 0 AND NOT EXISTS (SELECT 1 FROM account WHERE account.number = permission.account))
            OR (team <> 0 AND NOT EXISTS (SELECT 1 FROM team WHERE team.number = permission.team))
        LIMIT $1)";

const AUDIT: &str = "
    DELETE FROM audit WHERE number IN (
        SELECT number FROM audit WHERE happened_at < limpid_now() - $1
        ORDER BY happened_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// Numbers grow, so there are at most as many rows as numbers between the first and the last.
const MOST_AUDIT: &str = "
    DELETE FROM audit WHERE number IN (
        SELECT number FROM audit WHERE number <= (SELECT MAX(number) FROM audit) - $1
        ORDER BY number LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// A key signs until another node has read that there is a newer one.
const KEYS: &str = "
    DELETE FROM signing_key
    WHERE EXISTS (
        SELECT 1 FROM signing_key AS newer
        WHERE newer.created_at > signing_key.created_at AND newer.created_at < limpid_now() - $1)";
