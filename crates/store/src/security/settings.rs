//! Settings of namespaces: a JSON object of which each part has an owner of its own.

use crate::{StoreError, Transaction};

/// The settings of a namespace; `None` where there is none of this name.
///
/// # Errors
/// Those of the database.
pub fn namespace_settings(tx: &mut Transaction<'_>, namespace: &str) -> Result<Option<String>, StoreError> {
    let row = tx.query_optional("SELECT settings FROM namespace WHERE name = $1", &[namespace.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// The same, which nobody else changes until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn lock_namespace_settings(
    tx: &mut Transaction<'_>,
    namespace: &str,
) -> Result<Option<String>, StoreError> {
    let query = "SELECT settings FROM namespace WHERE name = $1 /*postgres FOR NO KEY UPDATE*/";
    tx.query_optional(query, &[namespace.into()])?.map(|row| row.get(0)).transpose()
}

/// Replaces the settings of a namespace.
///
/// # Errors
/// Those of the database.
pub fn set_namespace_settings(
    tx: &mut Transaction<'_>,
    namespace: &str,
    settings: &str,
) -> Result<(), StoreError> {
    tx.execute("UPDATE namespace SET settings = $2 WHERE name = $1", &[namespace.into(), settings.into()])?;
    Ok(())
}
