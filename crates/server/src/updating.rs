//! Advisory data as a service: one node at a time updates it, all nodes use the same, operations are kept.

use std::{io::Read, sync::Arc};

use limpid_catalog::{Arrival, Catalog, Outcome, Selection, catalog::Status, segment::Change};
use limpid_store::{StoreError, catalog::UpdateOperation};
use uuid::Uuid;

use crate::engine::Engine;

/// Why the advisory data was not changed or read, by what can be done.
#[derive(Debug, thiserror::Error)]
pub enum UpdateFailure {
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// What was asked for is not possible, or what was sent is not what it should be.
    #[error("{0}")]
    Refused(String),
    /// Another node is at it. To be tried again later.
    #[error("another node is updating the advisory data")]
    Busy,
    /// The state is not available.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data on this node cannot be read or written.
    #[error("{0}")]
    Local(String),
}

/// The catalog in force, as of now. Blocks.
pub fn catalog(_engine: &Engine) -> Result<Arc<Catalog>, UpdateFailure> {
    todo!()
}

/// All feeds with their condition. Blocks.
pub fn status(_engine: &Engine) -> Result<Status, UpdateFailure> {
    todo!()
}

/// Asks for an update of these feeds soon, by whichever node has the role. Returns the job. Blocks.
pub fn trigger(_engine: &Engine, _selection: &Selection) -> Result<Uuid, UpdateFailure> {
    todo!()
}

/// Takes the data in quarantine of a feed into force. Blocks.
pub fn accept(_engine: &Engine, _feed: &str) -> Result<Outcome, UpdateFailure> {
    todo!()
}

/// Takes over a catalog that `limpid db export` wrote. Blocks.
pub fn import(_engine: &Engine, _archive: &mut dyn Read, _force: bool) -> Result<Arrival, UpdateFailure> {
    todo!()
}

/// The statements that differ between two operations of a feed, in order. Without `before`, everything that is there at
/// `after` was added. Blocks.
pub fn diff(
    _engine: &Engine,
    _before: Option<&UpdateOperation>,
    _after: &UpdateOperation,
    _sink: &mut dyn FnMut(Change),
) -> Result<(), UpdateFailure> {
    todo!()
}
