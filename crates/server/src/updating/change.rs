//! Changing the advisory data: under a lease, in a folder of its own, published at the end.

use std::{io::Read, time::Duration};

use limpid_catalog::{Arrival, ArrivalError, Outcome, Store, archive, update, update::AcceptError};

use super::{UpdateFailure, follower::follow, publish::Publisher};
use crate::{engine::Engine, fault, limits::CATALOG_WAIT};

/// The lease under which the data is changed.
const LEASE_NAME: &str = "catalog";

/// Lets `work` change the catalog in a folder that follows what is published, and publishes what it left, also where it
/// failed: each of its steps is whole in itself. `None` where another node is at it for longer than `patience`.
pub(super) fn with_catalog<T>(
    engine: &Engine,
    patience: Duration,
    work: impl FnOnce(&Store, &Publisher<'_>) -> Result<T, UpdateFailure>,
) -> Result<Option<T>, UpdateFailure> {
    let Some(lease) = engine.lease(LEASE_NAME, patience)? else { return Ok(None) };
    let store = engine.catalog.workshop();
    let (version, state) = follow(engine, store)?;
    fault::point("update: begun");
    let publisher = Publisher::new(engine, &lease, version, state);
    let done = work(store, &publisher);
    publisher.publish(store)?;
    done.map(Some)
}

/// Takes the data in quarantine of a feed into force. Blocks.
///
/// # Errors
/// [`UpdateFailure`].
pub fn accept(engine: &Engine, feed: &str) -> Result<Outcome, UpdateFailure> {
    let accepted = with_catalog(engine, CATALOG_WAIT, |store, _publisher| {
        update::accept(store, feed, engine.now()).map_err(|error| match error {
            AcceptError::State(error) => error.into(),
            AcceptError::UnknownFeed(_) | AcceptError::NotQuarantined(_) => {
                UpdateFailure::NotFound(error.to_string())
            }
            AcceptError::NoData { .. } => UpdateFailure::Refused(error.to_string()),
        })
    })?;
    accepted.ok_or(UpdateFailure::Busy)
}

/// Takes over a catalog that `limpid db export` wrote. Blocks.
///
/// # Errors
/// [`UpdateFailure`]; then nothing is changed.
pub fn import(engine: &Engine, archive: &mut dyn Read, force: bool) -> Result<Arrival, UpdateFailure> {
    let imported = with_catalog(engine, CATALOG_WAIT, |store, _publisher| {
        archive::import(store, archive, force, engine.now()).map_err(|error| match error {
            ArrivalError::Older { .. } => {
                UpdateFailure::Refused(format!("{error}; force the import where going back is meant"))
            }
            ArrivalError::State(_) | ArrivalError::Unreadable(_) | ArrivalError::Wrong(_) => error.into(),
        })
    })?;
    imported.ok_or(UpdateFailure::Busy)
}
