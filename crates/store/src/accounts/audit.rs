//! The audit: who wanted what, and what was decided. Rows are only added, until they are old.

use chrono::{DateTime, Utc};

use crate::{StoreError, Transaction, database::at_most};

/// A decision, or several equal ones of a short time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewAuditRow {
    /// Who: the name of an account; empty for who did not say, or not truly.
    pub account: String,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// What was decided.
    pub decision: String,
    /// What else there is to say. Never a secret.
    pub detail: String,
    /// From which address; empty where it is not known.
    pub peer: String,
}

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number: later ones are larger.
    pub number: i64,
    /// When the last of these decisions was noted.
    pub happened_at: DateTime<Utc>,
    /// How many they were.
    pub times: u64,
    /// What was decided.
    pub row: NewAuditRow,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter<'a> {
    /// Those before this number; 0: the newest.
    pub before: i64,
    /// Those of this account; empty: of all.
    pub account: &'a str,
    /// Those of this object; empty: of all.
    pub object: &'a str,
}

/// Notes decisions.
///
/// # Errors
/// Those of the database.
pub fn audit(tx: &mut Transaction<'_>, rows: &[(NewAuditRow, i64)]) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO audit (happened_at, times, account, action, object, decision, detail, peer)
        VALUES (limpid_now(), $1, $2, $3, $4, $5, $6, $7)";
    for (row, times) in rows {
        let values = [
            (*times).into(),
            row.account.as_str().into(),
            row.action.as_str().into(),
            row.object.as_str().into(),
            row.decision.as_str().into(),
            row.detail.as_str().into(),
            row.peer.as_str().into(),
        ];
        tx.execute(statement, &values)?;
    }
    Ok(())
}

/// The rows that are asked for, the newest first.
///
/// # Errors
/// Those of the database.
pub fn audited(
    tx: &mut Transaction<'_>,
    filter: &AuditFilter<'_>,
    most: u64,
) -> Result<Vec<AuditRow>, StoreError> {
    let query = "
        SELECT number, happened_at, times, account, action, object, decision, detail, peer FROM audit
        WHERE ($1 = 0 OR number < $1) AND ($2 = '' OR account = $2) AND ($3 = '' OR object = $3)
        ORDER BY number DESC LIMIT $4";
    let values = [filter.before.into(), filter.account.into(), filter.object.into(), at_most(most)];
    let row = |row: &crate::database::Row| {
        Ok(AuditRow {
            number: row.get(0)?,
            happened_at: row.get(1)?,
            times: row.get(2)?,
            row: NewAuditRow {
                account: row.get(3)?,
                action: row.get(4)?,
                object: row.get(5)?,
                decision: row.get(6)?,
                detail: row.get(7)?,
                peer: row.get(8)?,
            },
        })
    };
    tx.query(query, &values)?.iter().map(row).collect()
}
