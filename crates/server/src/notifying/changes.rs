//! The job of kind match changes: from an update operation to the manifests for which something changed.
//!
//! Only packages that the operation speaks about are looked at, only of manifests that have them, and only they are judged
//! again: once by the segment before the operation, once by the segment after it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use limpid_catalog::{Segment, SegmentError, segment::Change};
use limpid_core::{Digest, enrichment};
use limpid_store::{
    StoreError,
    catalog::{self as published, UpdateOperation},
    jobs::{ClaimedJob, JobKind, NewJob},
    notifications::{self, NewNotification},
    packages::{self, PackageKey},
};
use uuid::Uuid;

use super::{
    deliver::submit_deliveries,
    parts,
    rematch::{Keys, Rematch},
};
use crate::{
    engine::{Engine, Held},
    fault,
    limits::BRAKE_STATEMENTS,
    matching::{archives_of, reach},
    updating::{self, UpdateFailure, between, segment},
    workers::Unfinished,
};

/// The job that finds out what an operation changes for whom; `None` for the first one of a feed, and for what has no
/// advisories.
pub(crate) fn changes_job(operation: &UpdateOperation) -> Option<NewJob> {
    operation.before.as_ref()?;
    // What enriches changes no finding, and most of it every day.
    if enrichment::is_feed(&operation.feed) {
        return None;
    }
    Some(NewJob {
        kind: JobKind::MatchChanges,
        key: operation.id.to_string(),
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: Vec::new(),
        delay: std::time::Duration::ZERO,
    })
}

/// What differs between two segments, as far as notifications need it.
#[derive(Debug, Default)]
struct Changed {
    keys: BTreeSet<PackageKey>,
    removed: u64,
}

/// Does the job.
pub(crate) fn match_changes(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let id: Uuid = job.key.parse().map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    let operation = engine.database.read(|tx| published::operation(tx, id))?;
    // Somebody deleted it: one whose changes are to be worked out is not forgotten otherwise.
    let Some(operation) = operation else {
        return Err(Unfinished::Fault("the update operation is not kept any more".to_owned()));
    };
    let Some(before) = &operation.before else {
        return Ok(engine.database.write(|tx| held.finish(tx, job))?);
    };
    let (from, to) = (segment(engine, before)?, segment(engine, &operation.after)?);
    let changed = changed(&from, &to)?;
    let entries = entries(engine, &operation, before, &changed.keys, held)?;
    fault::point("changes: matched");
    let held_back = brake(engine, &changed, &from)?;
    let notification = NewNotification {
        // The same for every attempt, so that it is made once.
        id: operation.id,
        operation: operation.id,
        feed: operation.feed.clone(),
        held: held_back,
        entries,
    };
    store(engine, job, held, &notification)
}

/// Stores a notification, with the end of the job and the deliveries. Nobody sees any of it before all of it is stored.
fn store(
    engine: &Engine,
    job: &ClaimedJob,
    held: &Held,
    notification: &NewNotification,
) -> Result<(), Unfinished> {
    let is_in_parts = parts::store(engine, job, notification)?;
    engine.database.write(|tx| {
        if !notification.entries.is_empty() {
            if is_in_parts {
                notifications::complete(tx, notification.id)?;
            } else {
                notifications::create(tx, notification)?;
            }
            if notification.held.is_none() {
                submit_deliveries(engine, tx, notification.id)?;
            }
        }
        held.finish(tx, job)
    })?;
    fault::point("changes: stored");
    match (notification.entries.is_empty(), &notification.held) {
        (true, _) => {}
        (false, None) => engine.metrics.notifications_made(1),
        (false, Some(why)) => {
            tracing::warn!(notification = %notification.id, "held until a person lets it go: {why}");
            engine.metrics.notifications_held(1);
        }
    }
    engine.bell.ring(JobKind::Deliver);
    Ok(())
}

fn changed(from: &Segment, to: &Segment) -> Result<Changed, UpdateFailure> {
    let mut changed = Changed::default();
    between(Some(from), to, &mut |change| {
        let affected = match change {
            Change::Added(affected, _) => affected,
            Change::Removed(affected, _) => {
                changed.removed += 1;
                affected
            }
        };
        changed.keys.insert(PackageKey { namespace: affected.namespace, name: affected.package });
    })?;
    Ok(changed)
}

/// Why the notification must wait for a person; `None` where it need not.
fn brake(engine: &Engine, changed: &Changed, from: &Segment) -> Result<Option<String>, UpdateFailure> {
    let before = from.meta().map_err(|error: SegmentError| UpdateFailure::Local(error.to_string()))?.records;
    let most = engine.configuration.notifier.most_removed_percent;
    let is_much = changed.removed.saturating_mul(100) > before.saturating_mul(most);
    Ok((before >= BRAKE_STATEMENTS && is_much).then(|| {
        format!("the update takes away {} of {before} statements, more than {most} percent", changed.removed)
    }))
}

/// The notification's entries: what the operation changes for each manifest that has one of these packages.
fn entries(
    engine: &Engine,
    operation: &UpdateOperation,
    before: &Digest,
    keys: &BTreeSet<PackageKey>,
    held: &Held,
) -> Result<Vec<Vec<u8>>, Unfinished> {
    let stored = engine.database.read(packages::namespaces)?;
    let ecosystems = engine.indexer.ecosystems();
    let reached = |key: &PackageKey| {
        let namespaces = reach(ecosystems, &key.namespace, &stored).into_iter();
        namespaces
            .map(|namespace| PackageKey { namespace: namespace.to_owned(), name: key.name.clone() })
            .collect::<Vec<_>>()
    };
    let names: BTreeSet<PackageKey> = keys.iter().flat_map(reached).collect();
    let archives = archives_of(engine, &names).into_iter().map(|(archive, _)| archive);
    let held_names: Vec<PackageKey> = names.iter().cloned().chain(archives).collect();
    let numbers = engine.database.read(|tx| packages::holding(tx, &held_names))?;
    let numbers: Vec<i64> = numbers.into_iter().collect();
    // At least the version that the operation made.
    updating::open_published(engine)?;
    // The feed itself as it was before and after, by its segments: its operations may have been many since, or at one
    // instant. All other feeds as they were just before, so that what two of them say at once is told twice, and never not.
    let others = operation.at - TimeDelta::nanoseconds(1);
    let with = |segment: &Digest| updating::catalog_with(engine, others, &operation.feed, segment);
    let (before, after) = (with(before)?, with(&operation.after)?);
    let mut by_namespace = Keys::new();
    for key in &names {
        by_namespace.entry(&key.namespace).or_default().insert(&key.name);
    }
    Rematch { engine, held, keys: by_namespace, before, after }.entries(&numbers)
}

impl From<UpdateFailure> for Unfinished {
    fn from(failure: UpdateFailure) -> Self {
        match failure {
            UpdateFailure::Store(error) => error.into(),
            UpdateFailure::NotFound(_)
            | UpdateFailure::Refused(_)
            | UpdateFailure::Busy
            | UpdateFailure::NotOpen(_)
            | UpdateFailure::Lost(..)
            | UpdateFailure::Local(_) => Self::Later(failure.to_string(), crate::limits::FIRST_RETRY),
        }
    }
}

impl From<StoreError> for Unfinished {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
