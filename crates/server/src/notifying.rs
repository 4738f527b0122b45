//! Notifications: what an update changes for whom, and telling those who want to know.

pub mod targets;

use limpid_store::StoreError;
use uuid::Uuid;

use crate::engine::Engine;

/// Lets go of a notification that was held: from now on the targets are told of it. Whether one was. Blocks.
pub fn release(_engine: &Engine, _notification: Uuid) -> Result<bool, StoreError> {
    todo!()
}
