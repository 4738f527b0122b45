//! Publishing: what a folder says becomes what is in force for all nodes, in one transaction.

use std::sync::{Mutex, PoisonError};

use limpid_catalog::{State, Store, limits::OPERATIONS, replica, state::FeedRecord};
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    catalog::{self, UpdateOperation},
    jobs::{self, JobKind},
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
        engine.bell.ring(JobKind::MatchChanges);
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

/// The operations of a feed that came since, told by their number: where a clock was set back, or an older catalog was imported,
/// one has the very instant of the one before.
fn of_feed(feed: &str, before: Option<&FeedRecord>, after: &FeedRecord) -> Vec<UpdateOperation> {
    let known = before.and_then(|record| record.data.latest());
    let counted = before.map_or(0, |record| record.data.count());
    let new = usize::try_from(after.data.count().saturating_sub(counted)).unwrap_or(usize::MAX);
    let all = after.data.operations();
    let mut previous = known.map(|known| known.value.segment.clone());
    let mut operations = Vec::new();
    for operation in all.iter().skip(all.len().saturating_sub(new)) {
        operations.push(UpdateOperation {
            id: Uuid::now_v7(),
            feed: feed.to_owned(),
            before: previous.replace(operation.value.segment.clone()),
            after: operation.value.segment.clone(),
            at: operation.at,
            records: operation.value.records,
        });
    }
    operations
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use limpid_catalog::state::{History, Loaded};

    use super::*;

    fn loaded(name: &str) -> Loaded {
        Loaded {
            segment: Digest::of(name.as_bytes()),
            bytes: 1,
            records: 1,
            coverage: std::collections::BTreeMap::new(),
            upstream_date: None,
            misfit: None,
            unread: Vec::new(),
            parser_revision: String::new(),
        }
    }

    /// A feed that had these segments at these seconds, by a clock that may be set back.
    fn record(operations: &[(i64, &str)]) -> FeedRecord {
        let mut data = History::default();
        for (second, name) in operations {
            data.record(DateTime::from_timestamp(*second, 0).unwrap(), loaded(name));
        }
        FeedRecord { data, ..FeedRecord::default() }
    }

    fn steps(before: Option<&FeedRecord>, after: &FeedRecord) -> Vec<(Option<Digest>, Digest)> {
        of_feed("feed", before, after).into_iter().map(|one| (one.before, one.after)).collect()
    }

    fn step(before: &str, after: &str) -> (Option<Digest>, Digest) {
        (Some(Digest::of(before.as_bytes())), Digest::of(after.as_bytes()))
    }

    #[test]
    fn what_came_since_is_told_whatever_the_clock_says() {
        let before = record(&[(10, "a"), (20, "b")]);
        assert_eq!(steps(Some(&before), &before), []);
        assert_eq!(steps(Some(&before), &record(&[(10, "a"), (20, "b"), (30, "c")])), [step("b", "c")]);
        // Another node's clock goes behind: both operations are of one instant.
        let after = record(&[(10, "a"), (20, "b"), (15, "c"), (16, "b")]);
        assert_eq!(steps(Some(&before), &after), [step("b", "c"), step("c", "b")]);
        assert_eq!(steps(None, &record(&[(10, "a")])), [(None, Digest::of(b"a"))]);
    }

    #[test]
    fn of_what_is_forgotten_the_segment_before_is_known() {
        let names: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        let record = |count| {
            let all: Vec<(i64, &str)> = (0..).zip(names.iter().take(count).map(String::as_str)).collect();
            record(&all)
        };
        assert_eq!(steps(Some(&record(12)), &record(14)), [step("11", "12"), step("12", "13")]);
    }
}
