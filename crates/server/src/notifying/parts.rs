//! The entries of a notification that are too many for one transaction.
//!
//! They are stored part by part before the notification is complete, each part only while the job is held; nobody sees them
//! until then. What an attempt before this one left of it is removed first: an attempt may find other changes.

use limpid_store::{
    StoreError, Transaction,
    jobs::{self, ClaimedJob},
    notifications::{self, NewNotification},
};

use crate::{engine::Engine, fault, workers::Unfinished};

/// Stores the entries where one transaction would be too large. Whether it did: the notification is to be completed then.
pub(super) fn store(
    engine: &Engine,
    job: &ClaimedJob,
    notification: &NewNotification,
) -> Result<bool, Unfinished> {
    let remove = || {
        engine.database.write::<_, StoreError>(|tx| {
            hold(tx, job)?;
            notifications::remove_incomplete(tx, notification.id)
        })
    };
    while remove()? {}
    let size = fault::part();
    if notification.entries.len() <= size {
        return Ok(false);
    }
    let is_new = engine.database.write::<_, StoreError>(|tx| {
        hold(tx, job)?;
        notifications::begin(tx, notification)
    })?;
    if !is_new {
        // Complete already: it stays as it is.
        return Ok(false);
    }
    let mut first = 0;
    for part in notification.entries.chunks(size) {
        if engine.bell.ends() {
            return Err(Unfinished::GivenBack);
        }
        engine.database.write::<_, StoreError>(|tx| {
            hold(tx, job)?;
            notifications::append(tx, notification.id, first, part)
        })?;
        fault::point("changes: part stored");
        first += part.len();
    }
    Ok(true)
}

/// A transaction in which this was done is stored only if the job is still ours.
fn hold(tx: &mut Transaction<'_>, job: &ClaimedJob) -> Result<(), StoreError> {
    jobs::renew(tx, job, fault::lease())
}
