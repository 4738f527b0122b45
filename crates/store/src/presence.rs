//! Which processes there are, and what each of them is for: so that none works against the others, and nothing is left undone
//! because the one that would do it was not the one that noticed.

use std::{collections::BTreeSet, time::Duration};

use crate::{StoreError, Transaction, database::microseconds};

/// What a process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To make reports in an index state.
    IndexState,
    /// To tell a target of notifications.
    Target,
    /// To have a blob that is lost, by its digest.
    WantedBlob,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::IndexState => "index-state",
            Self::Target => "target",
            Self::WantedBlob => "wanted-blob",
        }
    }
}

/// Notes that a process is there, and that it is for these and for no others of this purpose. Writes nothing where the same
/// was noted less than `pause` ago.
///
/// # Errors
/// Those of the database.
pub fn note(
    tx: &mut Transaction<'_>,
    node: &str,
    purpose: Purpose,
    names: &BTreeSet<String>,
    pause: Duration,
) -> Result<(), StoreError> {
    let known = "SELECT name FROM presence WHERE kind = $1 AND node = $2";
    for row in tx.query(known, &[purpose.name().into(), node.into()])? {
        let name: String = row.get(0)?;
        if !names.contains(&name) {
            let statement = "DELETE FROM presence WHERE kind = $1 AND name = $2 AND node = $3";
            tx.execute(statement, &[purpose.name().into(), name.into(), node.into()])?;
        }
    }
    for name in names {
        let row = [purpose.name().into(), name.as_str().into(), node.into(), microseconds(pause)];
        tx.execute(NOTE, &row)?;
    }
    Ok(())
}

const NOTE: &str = "
    INSERT INTO presence (kind, name, node, seen_at) VALUES ($1, $2, $3, limpid_now())
    ON CONFLICT (kind, name, node) DO UPDATE SET seen_at = excluded.seen_at
    WHERE presence.seen_at <= excluded.seen_at - $4 OR presence.seen_at > excluded.seen_at";

/// Whether a process that is for this was seen within this time.
///
/// # Errors
/// Those of the database.
pub fn is_seen(
    tx: &mut Transaction<'_>,
    purpose: Purpose,
    name: &str,
    within: Duration,
) -> Result<bool, StoreError> {
    let query = "
        SELECT 1 FROM presence WHERE kind = $1 AND name = $2 AND seen_at > limpid_now() - $3 LIMIT 1";
    let found = tx.query_optional(query, &[purpose.name().into(), name.into(), microseconds(within)])?;
    Ok(found.is_some())
}

/// Whether any process that is for something of this purpose was seen within this time.
///
/// # Errors
/// Those of the database.
pub fn is_any_seen(tx: &mut Transaction<'_>, purpose: Purpose, within: Duration) -> Result<bool, StoreError> {
    let query = "SELECT 1 FROM presence WHERE kind = $1 AND seen_at > limpid_now() - $2 LIMIT 1";
    Ok(tx.query_optional(query, &[purpose.name().into(), microseconds(within)])?.is_some())
}

/// Everything of a purpose that a process was seen to be for, and not longer ago than rows are kept
/// ([`crate::limits::PRESENCE_TIME`]).
///
/// # Errors
/// Those of the database.
pub fn names(tx: &mut Transaction<'_>, purpose: Purpose) -> Result<BTreeSet<String>, StoreError> {
    let query = "SELECT DISTINCT name FROM presence WHERE kind = $1";
    tx.query(query, &[purpose.name().into()])?.iter().map(|row| row.get(0)).collect()
}
