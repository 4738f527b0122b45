//! Notifications: what changed for which manifest, kept until whoever was told has read it.
//!
//! One may have very many entries, so they may come in several transactions. Nobody sees a notification before it was said to
//! be complete, and it is complete only with every entry that it was begun with.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most, integer, rows},
    limits,
};

/// A notification to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// Its identifier.
    pub id: Uuid,
    /// The update operation that made it.
    pub operation: Uuid,
    /// The feed of the operation.
    pub feed: String,
    /// Why it is held until a person lets it go; `None` where it is not.
    pub held: Option<String>,
    /// Its entries as JSON objects, in the order in which they are read.
    pub entries: Vec<Vec<u8>>,
}

/// A notification, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its identifier.
    pub id: Uuid,
    /// The update operation that made it.
    pub operation: Uuid,
    /// The feed of the operation.
    pub feed: String,
    /// Why it is held.
    pub held: Option<String>,
    /// How many entries it has.
    pub entries: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A part of a notification's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries as JSON objects.
    pub entries: Vec<Vec<u8>>,
    /// After which entry the next page begins; `None` on the last.
    pub next: Option<Uuid>,
}

/// Keeps a notification whole. One of the same identifier that is there already stays as it is.
///
/// # Errors
/// Those of the database.
pub fn create(tx: &mut Transaction<'_>, notification: &NewNotification) -> Result<(), StoreError> {
    if begin(tx, notification)? {
        append(tx, notification.id, 0, &notification.entries)?;
        complete(tx, notification.id)?;
    }
    Ok(())
}

/// Begins a notification whose entries come in parts: see [`append`] and [`complete`]. Whether it was begun: one of the same
/// identifier that is there already stays as it is.
///
/// # Errors
/// Those of the database.
pub fn begin(tx: &mut Transaction<'_>, notification: &NewNotification) -> Result<bool, StoreError> {
    let row = [
        notification.id.into(),
        notification.operation.into(),
        notification.feed.as_str().into(),
        notification.held.as_deref().into(),
        integer(notification.entries.len() as u64)?.into(),
    ];
    Ok(tx.execute(BEGIN, &row)? > 0)
}

/// Adds entries to a notification that is not complete; the first of them is the one of this number, counted from 0.
///
/// # Errors
/// [`StoreError::Stale`] where there is none that is not complete.
pub fn append(
    tx: &mut Transaction<'_>,
    id: Uuid,
    first: usize,
    entries: &[Vec<u8>],
) -> Result<(), StoreError> {
    let begun = tx.query_optional(BEGUN, &[id.into()])?.ok_or(INCOMPLETE)?;
    let since_1970 = begun.get::<DateTime<Utc>>(0)?.timestamp_millis().unsigned_abs();
    let mut place = first as u64;
    for part in entries.chunks(limits::ROWS_A_STATEMENT) {
        let mut entries = Vec::with_capacity(part.len());
        for entry in part {
            let body = str::from_utf8(entry)
                .map_err(|error| StoreError::Statement(format!("an entry that is not JSON: {error}")))?;
            entries.push((entry_id(since_1970, place).to_string(), body));
            place += 1;
        }
        let entries = rows(entries.iter().map(|(id, body)| [id.as_str(), *body]))?;
        tx.execute(APPEND, &[id.into(), entries])?;
    }
    Ok(())
}

/// From now on everybody sees the notification.
///
/// # Errors
/// [`StoreError::Stale`] where it has not exactly the entries that it was begun with.
pub fn complete(tx: &mut Transaction<'_>, id: Uuid) -> Result<(), StoreError> {
    match tx.execute(COMPLETE, &[id.into()])? {
        0 => Err(INCOMPLETE),
        _ => Ok(()),
    }
}

/// Removes what is there of a notification that is not complete, as many rows as one statement may. Whether anything was
/// removed: to be called again then.
///
/// # Errors
/// Those of the database.
pub fn remove_incomplete(tx: &mut Transaction<'_>, id: Uuid) -> Result<bool, StoreError> {
    let most = at_most(limits::ROWS_A_STATEMENT as u64);
    let entries = tx.execute(REMOVE_ENTRIES, &[id.into(), most])?;
    Ok(entries > 0 || tx.execute(REMOVE, &[id.into()])? > 0)
}

const INCOMPLETE: StoreError = StoreError::Stale("the notification");

/// A UUID of version 7, by which the entries of one notification are sorted as they came.
fn entry_id(since_1970: u64, place: u64) -> Uuid {
    let [_, _, _, a, b, c, d, e] = place.to_be_bytes();
    // The first bits of the first and of the third byte are not ours.
    uuid::Builder::from_unix_timestamp_millis(since_1970, &[0, 0, 0, 0, 0, a, b, c, d, e]).into_uuid()
}

const BEGIN: &str = "
    INSERT INTO notification (id, operation, feed, held, entries, created_at, complete)
    VALUES ($1, $2, $3, $4, $5, limpid_now(), 0)
    ON CONFLICT (id) DO NOTHING";

const BEGUN: &str = "SELECT created_at FROM notification WHERE id = $1 AND complete = 0";

const APPEND: &str = "
    INSERT INTO notification_entry (notification, id, body)
    SELECT CAST($1 AS TEXT), item.value ->> 0, item.value ->> 1
    FROM /*sqlite json_each($2) AS item*/ /*postgres jsonb_array_elements($2::text::jsonb) AS item (value)*/";

const COMPLETE: &str = "
    UPDATE notification SET complete = 1
    WHERE id = $1 AND complete = 0
        AND entries = (SELECT COUNT(*) FROM notification_entry WHERE notification = $1)";

const REMOVE_ENTRIES: &str = "
    DELETE FROM notification_entry
    WHERE notification = $1
        AND EXISTS (SELECT 1 FROM notification WHERE notification.id = $1 AND complete = 0)
        AND id IN (SELECT id FROM notification_entry WHERE notification = $1 ORDER BY id LIMIT $2)";

const REMOVE: &str = "DELETE FROM notification WHERE id = $1 AND complete = 0";

/// A notification; `None` where it is unknown, not complete yet, or was deleted.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, id: Uuid) -> Result<Option<Notification>, StoreError> {
    let query = "
        SELECT id, operation, feed, held, entries, created_at FROM notification
        WHERE id = $1 AND complete = 1";
    tx.query_optional(query, &[id.into()])?.as_ref().map(notification).transpose()
}

fn notification(row: &Row) -> Result<Notification, StoreError> {
    Ok(Notification {
        id: row.get(0)?,
        operation: row.get(1)?,
        feed: row.get(2)?,
        held: row.get_optional(3)?,
        entries: row.get(4)?,
        created_at: row.get(5)?,
    })
}

/// Up to `size` entries after that one; `None` where the notification is unknown or was deleted.
///
/// # Errors
/// Those of the database.
pub fn page(
    tx: &mut Transaction<'_>,
    id: Uuid,
    after: Option<Uuid>,
    size: u64,
) -> Result<Option<Page>, StoreError> {
    if find(tx, id)?.is_none() {
        return Ok(None);
    }
    let after = after.map_or(String::new(), |after| after.to_string());
    let size = size.max(1);
    // One more, to know whether this is the last page.
    let rows = tx.query(PAGE, &[id.into(), after.into(), at_most(size.saturating_add(1))])?;
    let shown = rows.get(..usize::try_from(size).unwrap_or(usize::MAX));
    let entries = shown.unwrap_or(&rows).iter().map(|row| row.get::<String>(1).map(String::into_bytes));
    let entries = entries.collect::<Result<_, _>>()?;
    let next = match shown.and_then(<[Row]>::last) {
        Some(last) if rows.len() > shown.map_or(0, <[Row]>::len) => Some(last.get(0)?),
        Some(_) | None => None,
    };
    Ok(Some(Page { entries, next }))
}

const PAGE: &str = "
    SELECT id, body FROM notification_entry
    WHERE notification = $1 AND id > $2
    ORDER BY id LIMIT $3";

/// Deletes a notification with its entries. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete(tx: &mut Transaction<'_>, id: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM notification WHERE id = $1 AND complete = 1", &[id.into()])? > 0)
}

/// Lets go of a notification that was held. Whether one was.
///
/// # Errors
/// Those of the database.
pub fn let_go(tx: &mut Transaction<'_>, id: Uuid) -> Result<bool, StoreError> {
    let statement = "UPDATE notification SET held = NULL WHERE id = $1 AND held IS NOT NULL AND complete = 1";
    Ok(tx.execute(statement, &[id.into()])? > 0)
}

/// Up to `most` notifications, the newest first.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Transaction<'_>, most: u64) -> Result<Vec<Notification>, StoreError> {
    let query = "
        SELECT id, operation, feed, held, entries, created_at FROM notification
        WHERE complete = 1
        ORDER BY created_at DESC, id DESC LIMIT $1";
    tx.query(query, &[at_most(most)])?.iter().map(notification).collect()
}
