//! One feed as of the catalog's instant.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use limpid_core::{
    feed::{Guard, Publisher},
    matching::{FeedData, FeedState},
};

use super::Known;
use crate::{
    Segment, SegmentError, Store,
    state::{Absent, FeedRecord, Loaded, Operation},
};

/// What holds of a feed at an instant.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) record: FeedRecord,
    pub(super) data: Option<Operation<Loaded>>,
    pub(super) segment: Option<Result<Segment, SegmentError>>,
    pub(super) stale: bool,
    pub(super) absent: bool,
    pub(super) quarantined: Option<String>,
}

impl Feed {
    pub(super) fn new(
        name: &str,
        record: &FeedRecord,
        store: &Store,
        publisher: Option<&Publisher>,
        discovery: Option<&Known>,
        as_of: DateTime<Utc>,
    ) -> Self {
        let guard = publisher.map(|publisher| (publisher.feeds.guard)(name));
        let guard = guard.as_ref();
        let data = record.data.as_of(as_of).cloned();
        let segment = data.as_ref().map(|data| store.segment(&data.value.segment));
        let stale = data.as_ref().is_some_and(|data| is_stale(data.known_until, as_of, guard));
        let quarantine = record.quarantine.as_ref().filter(|quarantine| quarantine.since <= as_of);
        let absent = record.absent.as_ref().filter(|absent| absent.since <= as_of);
        let absent = data.is_none() && is_absent(name, absent, discovery, as_of, guard);
        let quarantined = quarantine.map(|quarantine| quarantine.why.clone());
        Self { record: record.clone(), data, segment, stale, absent, quarantined }
    }

    /// Namespaces that the data covers, with records.
    pub(super) fn coverage(&self) -> impl Iterator<Item = (&String, &u64)> {
        static NONE: BTreeMap<String, u64> = BTreeMap::new();
        self.data.as_ref().map_or(&NONE, |data| &data.value.coverage).iter()
    }

    /// Whether a report could come out differently without it. That a feed is absent which was only tried in vain, upstream's
    /// list tells by itself.
    pub(super) fn says_anything(&self) -> bool {
        self.data.is_some() || (self.absent && self.record.was_answered()) || self.quarantined.is_some()
    }

    pub(super) fn state(&self, name: String, namespace: &str) -> FeedState {
        // Data that does not claim to cover the namespace is no data about it.
        let about = |data: &Operation<Loaded>| Some((data.clone(), *data.value.coverage.get(namespace)?));
        let data = self.data.as_ref().and_then(about).map(|(data, records)| FeedData {
            segment: data.value.segment,
            records,
            upstream_date: data.value.upstream_date,
            misfit: data.value.misfit,
            unread: data.value.unread,
            changed_at: data.at,
            checked_at: data.known_until,
            stale: self.stale,
        });
        FeedState { name, data, absent: self.absent, quarantined: self.quarantined.clone() }
    }
}

/// Whether upstream is known not to have the feed: it was asked for it, or for what it has, and not too long ago.
fn is_absent(
    name: &str,
    absent: Option<&Absent>,
    discovery: Option<&Known>,
    as_of: DateTime<Utc>,
    guard: Option<&Guard>,
) -> bool {
    let listed = discovery.filter(|known| !known.stale);
    let is_listed = listed.map(|known| known.operation.value.feeds.contains_key(name));
    match (absent, is_listed) {
        // Who lists a document after it was not to be found has it by now.
        (Some(absent), Some(true)) => {
            listed.is_some_and(|known| known.operation.known_until < absent.asked_at)
        }
        (Some(absent), Some(false) | None) => is_listed.is_some() || !is_stale(absent.asked_at, as_of, guard),
        (None, is_listed) => is_listed == Some(false),
    }
}

/// How long data of a feed is fresh whose publisher this version of Limpid does not know.
const STALE_AFTER_HOURS: u32 = 72;

/// Whether what was last seen at an instant is stale as of another.
pub(super) fn is_stale(seen: DateTime<Utc>, as_of: DateTime<Utc>, guard: Option<&Guard>) -> bool {
    let hours = guard.map_or(STALE_AFTER_HOURS, |guard| guard.stale_after_hours);
    as_of.signed_duration_since(seen) > TimeDelta::hours(i64::from(hours))
}
