//! Which index state the service is in, as a whole: that of the program that was started last.
//!
//! While programs of two versions run side by side, reports are made for one of them only, so that two nodes never
//! re-index against each other.

use limpid_core::Digest;

use crate::{StoreError, Transaction};

/// A program in this index state was started. From now on the service is in it.
pub fn announce(_tx: &mut Transaction<'_>, _state: &Digest) -> Result<(), StoreError> {
    todo!()
}

/// The state that the service is in; `None` before any program was started.
pub fn current(_tx: &mut Transaction<'_>) -> Result<Option<Digest>, StoreError> {
    todo!()
}
