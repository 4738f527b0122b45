//! Repositories.

use chrono::{DateTime, Utc};

use crate::{
    StoreError, Transaction,
    database::{Row, at_most},
};

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its number, which no other ever has.
    pub number: i64,
    /// The number of its namespace.
    pub namespace: i64,
    /// Its whole name, with its namespace.
    pub name: String,
    /// What its owners say about it.
    pub description: String,
    /// Whether everybody may pull.
    pub is_public: bool,
    /// Its settings: a JSON object.
    pub settings: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A query of repositories, from its conditions on.
macro_rules! select {
    ($conditions:literal) => {
        concat!(
            "SELECT number, namespace, name, description, is_public, settings, created_at FROM repository ",
            $conditions
        )
    };
}

fn repository(row: &Row) -> Result<Repository, StoreError> {
    Ok(Repository {
        number: row.get(0)?,
        namespace: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        is_public: row.get(4)?,
        settings: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// The repository of a whole name.
///
/// # Errors
/// Those of the database.
pub fn find_repository(tx: &mut Transaction<'_>, name: &str) -> Result<Option<Repository>, StoreError> {
    tx.query_optional(select!("WHERE name = $1"), &[name.into()])?.as_ref().map(repository).transpose()
}

/// Makes a repository, private, where there is none of that name, and its namespace where that is missing. To be called for whom
/// may push to it.
///
/// # Errors
/// Those of the database; [`StoreError::Stale`] where it was removed in the same moment.
pub fn make_repository(tx: &mut Transaction<'_>, name: &str) -> Result<Repository, StoreError> {
    if let Some(found) = find_repository(tx, name)? {
        return Ok(found);
    }
    let namespace = name.split_once('/').map_or(name, |(namespace, _)| namespace);
    crate::accounts::create_namespace(tx, namespace)?;
    tx.execute(MAKE, &[namespace.into(), name.into()])?;
    find_repository(tx, name)?.ok_or(StoreError::Stale("the repository"))
}

const MAKE: &str = "
    INSERT INTO repository (namespace, name, description, is_public, settings, created_at)
    SELECT number, $2, '', 0, '{}', limpid_now() FROM namespace WHERE name = $1
    ON CONFLICT (name) DO NOTHING";

/// Keeps a repository from being removed while the transaction lasts.
///
/// # Errors
/// [`StoreError::Stale`] where it is gone.
pub fn hold_repository(tx: &mut Transaction<'_>, repository: i64) -> Result<(), StoreError> {
    let query = "SELECT number FROM repository WHERE number = $1 /*postgres FOR KEY SHARE*/";
    match tx.query_optional(query, &[repository.into()])? {
        Some(_) => Ok(()),
        None => Err(StoreError::Stale("the repository")),
    }
}

/// The repositories whose names follow this one, in the order of their names.
///
/// # Errors
/// Those of the database.
pub fn list_repositories(
    tx: &mut Transaction<'_>,
    after: &str,
    most: u64,
) -> Result<Vec<Repository>, StoreError> {
    let query = select!("WHERE name > $1 ORDER BY name LIMIT $2");
    tx.query(query, &[after.into(), at_most(most)])?.iter().map(repository).collect()
}

/// Removes a repository with all that it has. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete_repository(tx: &mut Transaction<'_>, repository: i64) -> Result<bool, StoreError> {
    tx.execute("DELETE FROM permission WHERE repository = $1", &[repository.into()])?;
    Ok(tx.execute("DELETE FROM repository WHERE number = $1", &[repository.into()])? > 0)
}
