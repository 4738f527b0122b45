//! Advisory data as a service: one node at a time updates it, all nodes use the same, operations are kept.
//!
//! What is in force is what was published in the database. A thread of each node follows it in a folder of its own, from
//! which reports are made; a node that changes the data works on its folder under a lease, and publishes what came out in one
//! transaction with the operations and the jobs that follow from them.

mod blobs;
mod change;
mod follower;
mod keeper;
mod operations;
mod publish;
mod work;

pub(crate) use blobs::restore_lost;
pub(crate) use follower::follow_published;
pub(crate) use keeper::{
    CatalogKeeper, OpenCatalog, catalog_with, known, open, open_published, open_version,
};
pub(crate) use work::{ensure_scheduled, update_job};

pub use change::{accept, import};
pub use keeper::{catalog, status};
pub use operations::diff;
pub(crate) use operations::{between, segment};
pub use work::trigger;

use limpid_catalog::{ArrivalError, StateError};
use limpid_core::Digest;
use limpid_store::{BlobError, StoreError};

/// Why the advisory data was not changed or read, by what can be done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UpdateFailure {
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// What was asked for is not possible, or what was sent is not what it should be.
    #[error("{0}")]
    Refused(String),
    /// Another node is at it. To be tried again later.
    #[error("another node is changing the advisory data; try again later")]
    Busy,
    /// What is published is not open on this node. It will be.
    #[error("the advisory data is not open on this node yet: {0}")]
    NotOpen(String),
    /// A segment is in no place where this node looked. Another node may put it again.
    #[error("segment {0} cannot be had: {1}")]
    Lost(Digest, String),
    /// The state is not available.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data on this node cannot be read or written.
    #[error("{0}")]
    Local(String),
}

impl From<StateError> for UpdateFailure {
    fn from(error: StateError) -> Self {
        Self::Local(error.to_string())
    }
}

impl From<BlobError> for UpdateFailure {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Store(error) => Self::Store(error),
            BlobError::Unavailable(why) => Self::Store(StoreError::Unavailable(why)),
            BlobError::Missing(_) | BlobError::Damaged(_) | BlobError::Unusable(_) => {
                Self::Local(error.to_string())
            }
        }
    }
}

impl From<ArrivalError> for UpdateFailure {
    fn from(error: ArrivalError) -> Self {
        match error {
            ArrivalError::State(error) => error.into(),
            ArrivalError::Unreadable(why) => {
                Self::Refused(format!("this is nothing that limpid db export wrote: {why}"))
            }
            ArrivalError::Wrong(_) | ArrivalError::Older { .. } => Self::Refused(error.to_string()),
        }
    }
}
