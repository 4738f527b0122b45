//! Notifications: what changed for which manifest, kept until whoever was told has read it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Transaction};

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
    /// Where the next page begins; `None` on the last.
    pub next: Option<Uuid>,
}

/// Keeps a notification. One of the same identifier that is there already stays as it is.
pub fn create(_tx: &mut Transaction<'_>, _notification: &NewNotification) -> Result<(), StoreError> {
    todo!()
}

/// A notification; `None` where it is unknown or was deleted.
pub fn find(_tx: &mut Transaction<'_>, _id: Uuid) -> Result<Option<Notification>, StoreError> {
    todo!()
}

/// Up to `size` entries after that one; `None` where the notification is unknown or was deleted.
pub fn page(
    _tx: &mut Transaction<'_>,
    _id: Uuid,
    _after: Option<Uuid>,
    _size: u64,
) -> Result<Option<Page>, StoreError> {
    todo!()
}

/// Deletes a notification with its entries. Whether it was there.
pub fn delete(_tx: &mut Transaction<'_>, _id: Uuid) -> Result<bool, StoreError> {
    todo!()
}

/// Lets go of a notification that was held. Whether one was.
pub fn let_go(_tx: &mut Transaction<'_>, _id: Uuid) -> Result<bool, StoreError> {
    todo!()
}

/// Up to `most` notifications, the newest first.
pub fn list(_tx: &mut Transaction<'_>, _most: u64) -> Result<Vec<Notification>, StoreError> {
    todo!()
}
