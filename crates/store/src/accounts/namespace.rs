//! Namespaces: the first part of a repository's name, and whom its repositories belong to.

use chrono::{DateTime, Utc};

use crate::{
    StoreError, Transaction,
    database::{Row, at_most},
};

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Most bytes that its repositories may have; `None`: as many as there is room for.
    pub quota_bytes: Option<i64>,
    /// From when on that is warned of.
    pub warn_bytes: Option<i64>,
    /// How many they have.
    pub used_bytes: i64,
    /// Its settings: a JSON object.
    pub settings: String,
}

/// A query of namespaces, from its conditions on.
macro_rules! select {
    ($conditions:literal) => {
        concat!(
            "SELECT number, name, created_at, quota_bytes, settings, warn_bytes, used_bytes FROM namespace ",
            $conditions
        )
    };
}

fn namespace(row: &Row) -> Result<Namespace, StoreError> {
    Ok(Namespace {
        number: row.get(0)?,
        name: row.get(1)?,
        created_at: row.get(2)?,
        quota_bytes: row.get_optional(3)?,
        settings: row.get(4)?,
        warn_bytes: row.get_optional(5)?,
        used_bytes: row.get(6)?,
    })
}

/// Makes a namespace. Returns its number; `None` where the name is taken.
///
/// # Errors
/// Those of the database.
pub fn create_namespace(tx: &mut Transaction<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    let statement = "
        INSERT INTO namespace (name, created_at, settings) VALUES ($1, limpid_now(), '{}')
        ON CONFLICT (name) DO NOTHING
        RETURNING number";
    tx.query_optional(statement, &[name.into()])?.map(|row| row.get(0)).transpose()
}

/// The namespace of a name.
///
/// # Errors
/// Those of the database.
pub fn find_namespace(tx: &mut Transaction<'_>, name: &str) -> Result<Option<Namespace>, StoreError> {
    tx.query_optional(select!("WHERE name = $1"), &[name.into()])?.as_ref().map(namespace).transpose()
}

/// The namespaces whose names follow this one, in the order of their names.
///
/// # Errors
/// Those of the database.
pub fn list_namespaces(
    tx: &mut Transaction<'_>,
    after: &str,
    most: u64,
) -> Result<Vec<Namespace>, StoreError> {
    let query = select!("WHERE name > $1 ORDER BY name LIMIT $2");
    tx.query(query, &[after.into(), at_most(most)])?.iter().map(namespace).collect()
}

/// The namespaces in which something was granted to an account, and that of a robot.
///
/// # Errors
/// Those of the database.
pub fn namespaces_of(
    tx: &mut Transaction<'_>,
    account: i64,
    after: &str,
    most: u64,
) -> Result<Vec<Namespace>, StoreError> {
    let query = select!(
        "WHERE name > $2 AND (
            number IN (SELECT namespace FROM permission WHERE account = $1)
            OR number IN (
                SELECT permission.namespace FROM permission
                JOIN team_member ON team_member.team = permission.team
                WHERE team_member.account = $1)
            OR number IN (SELECT namespace FROM account WHERE number = $1 AND namespace IS NOT NULL))
        ORDER BY name LIMIT $3"
    );
    tx.query(query, &[account.into(), after.into(), at_most(most)])?.iter().map(namespace).collect()
}

/// Removes a namespace with its robots, teams and permissions, where it has no repositories. Whether it was removed.
///
/// # Errors
/// Those of the database.
pub fn delete_namespace(tx: &mut Transaction<'_>, namespace: i64) -> Result<bool, StoreError> {
    let statement = "
        DELETE FROM namespace
        WHERE number = $1 AND NOT EXISTS (SELECT 1 FROM repository WHERE namespace = $1)";
    Ok(tx.execute(statement, &[namespace.into()])? > 0)
}
