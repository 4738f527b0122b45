//! What namespaces decided about findings: the text of a file of decisions each.

use chrono::{DateTime, Utc};

use crate::{StoreError, Transaction};

/// The decisions of a namespace, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// The text of the file.
    pub body: String,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
    /// By whom.
    pub changed_by: String,
}

/// The decisions of a namespace; `None` where it has none, or there is no such namespace.
///
/// # Errors
/// Those of the database.
pub fn namespace_policy(
    tx: &mut Transaction<'_>,
    namespace: &str,
) -> Result<Option<StoredPolicy>, StoreError> {
    let query = "
        SELECT namespace_policy.body, namespace_policy.changed_at, namespace_policy.changed_by
        FROM namespace_policy JOIN namespace ON namespace.number = namespace_policy.namespace
        WHERE namespace.name = $1";
    let row = tx.query_optional(query, &[namespace.into()])?;
    row.map(|row| Ok(StoredPolicy { body: row.get(0)?, changed_at: row.get(1)?, changed_by: row.get(2)? }))
        .transpose()
}

/// Keeps the decisions of a namespace in place of those before. `false` where there is no such namespace.
///
/// # Errors
/// Those of the database.
pub fn set_namespace_policy(
    tx: &mut Transaction<'_>,
    namespace: &str,
    body: &str,
    changed_by: &str,
) -> Result<bool, StoreError> {
    let statement = "
        INSERT INTO namespace_policy (namespace, body, changed_at, changed_by)
        SELECT number, $2, limpid_now(), $3 FROM namespace WHERE name = $1
        ON CONFLICT (namespace) DO UPDATE SET
            body = excluded.body, changed_at = excluded.changed_at, changed_by = excluded.changed_by";
    Ok(tx.execute(statement, &[namespace.into(), body.into(), changed_by.into()])? > 0)
}

/// Forgets the decisions of a namespace. Whether there were any.
///
/// # Errors
/// Those of the database.
pub fn remove_namespace_policy(tx: &mut Transaction<'_>, namespace: &str) -> Result<bool, StoreError> {
    let statement = "
        DELETE FROM namespace_policy
        WHERE namespace IN (SELECT number FROM namespace WHERE name = $1)";
    Ok(tx.execute(statement, &[namespace.into()])? > 0)
}
