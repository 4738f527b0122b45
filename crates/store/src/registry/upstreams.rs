//! Namespaces that have what another registry has.

use limpid_core::Digest;

use crate::{StoreError, Transaction, database::at_most};

/// The address of the registry that the namespace of this name has a copy of; `None` where what it has is its own.
///
/// # Errors
/// Those of the database.
pub fn namespace_upstream(tx: &mut Transaction<'_>, namespace: &str) -> Result<Option<String>, StoreError> {
    let query = "
        SELECT namespace_upstream.address
        FROM namespace_upstream JOIN namespace ON namespace.number = namespace_upstream.namespace
        WHERE namespace.name = $1";
    tx.query_optional(query, &[namespace.into()])?.map(|row| row.get(0)).transpose()
}

/// All namespaces that are copies, by name, and of what.
///
/// # Errors
/// Those of the database.
pub fn list_upstreams(tx: &mut Transaction<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let query = "
        SELECT namespace.name, namespace_upstream.address
        FROM namespace_upstream JOIN namespace ON namespace.number = namespace_upstream.namespace
        ORDER BY namespace.name";
    tx.query(query, &[])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The same, which nobody changes until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn hold_namespace_upstream(
    tx: &mut Transaction<'_>,
    namespace: &str,
) -> Result<Option<String>, StoreError> {
    let query = "
        SELECT namespace_upstream.address
        FROM namespace_upstream JOIN namespace ON namespace.number = namespace_upstream.namespace
        WHERE namespace.name = $1 /*postgres FOR SHARE OF namespace_upstream*/";
    tx.query_optional(query, &[namespace.into()])?.map(|row| row.get(0)).transpose()
}

/// What became of the wish to have a namespace be a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamSet {
    /// It is one.
    Done,
    /// There is no such namespace.
    NoNamespace,
    /// It has repositories, and what is in them is from elsewhere.
    HasRepositories,
}

/// Has the namespace of this name be a copy of a registry.
///
/// # Errors
/// Those of the database.
pub fn set_namespace_upstream(
    tx: &mut Transaction<'_>,
    namespace: &str,
    address: &str,
) -> Result<UpstreamSet, StoreError> {
    // Who makes a repository holds the row of its namespace, and looks afterwards whether it is a copy.
    let query = "SELECT number FROM namespace WHERE name = $1 /*postgres FOR UPDATE*/";
    let Some(row) = tx.query_optional(query, &[namespace.into()])? else {
        return Ok(UpstreamSet::NoNamespace);
    };
    let number: i64 = row.get(0)?;
    if namespace_upstream(tx, namespace)?.as_deref() == Some(address) {
        return Ok(UpstreamSet::Done);
    }
    let query = "SELECT number FROM repository WHERE namespace = $1 LIMIT 1";
    if tx.query_optional(query, &[number.into()])?.is_some() {
        return Ok(UpstreamSet::HasRepositories);
    }
    let statement = "
        INSERT INTO namespace_upstream (namespace, address, created_at) VALUES ($1, $2, limpid_now())
        ON CONFLICT (namespace) DO UPDATE SET address = excluded.address, created_at = excluded.created_at";
    tx.execute(statement, &[number.into(), address.into()])?;
    Ok(UpstreamSet::Done)
}

/// Has the namespace of this name be no copy any more. What it has stays. Whether it was one.
///
/// # Errors
/// Those of the database.
pub fn remove_namespace_upstream(tx: &mut Transaction<'_>, namespace: &str) -> Result<bool, StoreError> {
    let statement = "
        DELETE FROM namespace_upstream WHERE namespace = (SELECT number FROM namespace WHERE name = $1)";
    Ok(tx.execute(statement, &[namespace.into()])? > 0)
}

/// The length of a blob as a manifest of the repository says; `None` where none names it.
///
/// # Errors
/// Those of the database.
pub fn named_blob(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<Option<u64>, StoreError> {
    let query = "
        SELECT bytes FROM manifest_reference
        WHERE repository = $1 AND digest = $2 AND kind IN ('blob', 'foreign') ORDER BY manifest, place LIMIT 1";
    tx.query_optional(query, &[repository.into(), digest.into()])?.map(|row| row.get(0)).transpose()
}

/// The names of up to `most` repositories with a manifest whose namespaces are copies.
///
/// # Errors
/// Those of the database.
pub fn copies_with_manifest(
    tx: &mut Transaction<'_>,
    manifest: &Digest,
    most: u64,
) -> Result<Vec<String>, StoreError> {
    let query = "
        SELECT repository.name
        FROM registry_manifest
        JOIN repository ON repository.number = registry_manifest.repository
        JOIN namespace_upstream ON namespace_upstream.namespace = repository.namespace
        WHERE registry_manifest.digest = $1 ORDER BY repository.number LIMIT $2";
    tx.query(query, &[manifest.into(), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}
