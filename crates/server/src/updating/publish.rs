//! Publishing: what a folder says becomes what is in force for all nodes, in one transaction.

use std::sync::{Mutex, PoisonError};

use limpid_catalog::{State, Store, limits::OPERATIONS, replica, state::FeedRecord};
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    catalog::{self, UpdateOperation},
    jobs,
};
use uuid::Uuid;

use super::UpdateFailure;
use crate::{
    engine::{Engine, LeaseGuard},
    fault, notifying,
};

/// Publishes what a folder says, as often as it is asked to.
pub(super) struct Publisher<'a> {
    engine: &'a Engine,
    lease: &'a LeaseGuard<'a>,
    published: Mutex<(i64, State)>,
}

impl<'a> Publisher<'a> {
    /// A publisher that goes on from this version.
    pub(super) fn new(engine: &'a Engine, lease: &'a LeaseGuard<'a>, version: i64, state: State) -> Self {
        Self { engine, lease, published: Mutex::new((version, state)) }
    }

    /// Publishes what the folder says now, unless it is published already.
    ///
    /// # Errors
    /// [`UpdateFailure`]; then what was in force stays so. The state may be published and its answer lost: the next change
    /// begins with what is published.
    pub(super) fn publish(&self, store: &Store) -> Result<(), UpdateFailure> {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, before) = &*published;
        let state = State { retired: before.retired.clone(), ..store.read()? };
        if state == *before {
            return Ok(());
        }
        let segments = self.upload(store, &state)?;
        fault::point("update: segments put");
        let text = replica::encode(&state).map_err(|error| UpdateFailure::Local(error.to_string()))?;
        let operations = operations(before, &state);
        let engine = self.engine;
        let publish = |tx: &mut Transaction<'_>| {
            self.lease.hold(tx)?;
            let version = catalog::publish(tx, *version, &text, &segments)?;
            for operation in &operations {
                catalog::record_operation(tx, operation, OPERATIONS as u64)?;
                if let Some(job) = notifying::changes_job(operation) {
                    jobs::submit(tx, &job)?;
                }
            }
            Ok::<_, StoreError>(version)
        };
        let version = match engine.database.write(publish) {
            // Garbage collection was just about to take a segment that is in force from now on: put all once more.
            Err(StoreError::Stale(what)) if !self.lease.is_lost() => {
                tracing::info!("publishing once more, because {what} is in other hands by now");
                for segment in &segments {
                    engine.blobs.put_file(&store.segment_path(segment))?;
                }
                engine.database.write(publish)?
            }
            published => published?,
        };
        fault::point("update: published");
        *published = (version, state);
        engine.bell.ring();
        Ok(())
    }

    /// Puts the segments that a state names and that are not published yet. Returns all that it names.
    fn upload(&self, store: &Store, state: &State) -> Result<Vec<Digest>, UpdateFailure> {
        let known = self.engine.database.read(catalog::segments)?;
        let mut segments: Vec<Digest> = state.segments().map(|loaded| loaded.segment.clone()).collect();
        segments.sort();
        segments.dedup();
        for segment in segments.iter().filter(|segment| !known.contains(segment)) {
            let put = self.engine.blobs.put_file(&store.segment_path(segment))?;
            if put != *segment {
                return Err(UpdateFailure::Local(format!("segment {segment} is damaged on this node")));
            }
        }
        Ok(segments)
    }
}

/// What happened to feeds between two states, oldest first.
fn operations(before: &State, after: &State) -> Vec<UpdateOperation> {
    let mut operations: Vec<UpdateOperation> =
        after.feeds.iter().flat_map(|(feed, record)| of_feed(feed, before.feeds.get(feed), record)).collect();
    operations.sort_by(|a, b| (a.at, &a.feed).cmp(&(b.at, &b.feed)));
    operations
}

fn of_feed(feed: &str, before: Option<&FeedRecord>, after: &FeedRecord) -> Vec<UpdateOperation> {
    let known = before.and_then(|record| record.data.latest());
    let mut previous = None;
    let mut operations = Vec::new();
    for operation in after.data.operations() {
        let is_new = known.is_none_or(|known| operation.at > known.at);
        if is_new {
            operations.push(UpdateOperation {
                id: Uuid::now_v7(),
                feed: feed.to_owned(),
                before: previous.or_else(|| known.map(|known| known.value.segment.clone())),
                after: operation.value.segment.clone(),
                at: operation.at,
                records: operation.value.records,
            });
        }
        previous = Some(operation.value.segment.clone());
    }
    operations
}
