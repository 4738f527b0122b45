//! Who wants to be told about a repository: Quay's repository notifications.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    StoreError, Transaction,
    database::{Row, Value},
    text,
};

/// Somebody who wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its identifier.
    pub id: Uuid,
    /// The repository, by number.
    pub repository: i64,
    /// Of what, in Quay's word.
    pub event: String,
    /// How, in Quay's word.
    pub method: String,
    /// A title for people.
    pub title: String,
    /// Where to: JSON.
    pub config: String,
    /// Of which events of this kind: JSON.
    pub event_config: String,
    /// How many events could not be told one after the other.
    pub failures: u64,
    /// Why the last one could not be told; empty where it could.
    pub error: String,
    /// When it was made. Ignored by [`insert`].
    pub created_at: DateTime<Utc>,
}

/// Keeps a new one.
///
/// # Errors
/// Those of the database.
pub fn insert(tx: &mut Transaction<'_>, one: &Subscription) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO repository_notification (id, repository, event, method, title, config, event_config, failures, error,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', limpid_now())";
    let row: [Value; 7] = [
        one.id.into(),
        one.repository.into(),
        one.event.as_str().into(),
        one.method.as_str().into(),
        one.title.as_str().into(),
        one.config.as_str().into(),
        one.event_config.as_str().into(),
    ];
    tx.execute(statement, &row)?;
    Ok(())
}

const COLUMNS_OF_ALL: &str = "
    SELECT id, repository, event, method, title, config, event_config, failures, error, created_at
    FROM repository_notification WHERE repository = $1 ORDER BY created_at, id";

/// All of a repository.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Transaction<'_>, repository: i64) -> Result<Vec<Subscription>, StoreError> {
    tx.query(COLUMNS_OF_ALL, &[repository.into()])?.iter().map(subscription).collect()
}

/// Those of a repository that want to be told of an event, and could be told lately.
///
/// # Errors
/// Those of the database.
pub fn wanting(
    tx: &mut Transaction<'_>,
    repository: i64,
    event: &str,
    most_failures: u64,
) -> Result<Vec<Subscription>, StoreError> {
    let all = list(tx, repository)?;
    Ok(all.into_iter().filter(|one| one.event == event && one.failures < most_failures).collect())
}

/// One, by its identifier.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, id: Uuid) -> Result<Option<Subscription>, StoreError> {
    let query = "
        SELECT id, repository, event, method, title, config, event_config, failures, error, created_at
        FROM repository_notification WHERE id = $1";
    tx.query_optional(query, &[id.into()])?.as_ref().map(subscription).transpose()
}

fn subscription(row: &Row) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        id: row.get(0)?,
        repository: row.get(1)?,
        event: row.get(2)?,
        method: row.get(3)?,
        title: row.get(4)?,
        config: row.get(5)?,
        event_config: row.get(6)?,
        failures: row.get(7)?,
        error: row.get(8)?,
        created_at: row.get(9)?,
    })
}

/// Removes one. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete(tx: &mut Transaction<'_>, id: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM repository_notification WHERE id = $1", &[id.into()])? > 0)
}

/// Notes whether it could be told of an event: why not, or nothing.
///
/// # Errors
/// Those of the database.
pub fn note_outcome(tx: &mut Transaction<'_>, id: Uuid, error: Option<&str>) -> Result<(), StoreError> {
    let statement = "
        UPDATE repository_notification
        SET failures = CASE WHEN $2 = '' THEN 0 ELSE failures + 1 END, error = $2
        WHERE id = $1";
    tx.execute(statement, &[id.into(), error.map_or("", text::error).into()])?;
    Ok(())
}

/// Begins anew with one that could not be told often. Whether it is there.
///
/// # Errors
/// Those of the database.
pub fn reset(tx: &mut Transaction<'_>, id: Uuid) -> Result<bool, StoreError> {
    let statement = "UPDATE repository_notification SET failures = 0, error = '' WHERE id = $1";
    Ok(tx.execute(statement, &[id.into()])? > 0)
}
