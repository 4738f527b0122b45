//! What `limpid db status` shows: every feed with its condition, as values that serialise.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use limpid_core::{Digest, matching::Advisories as _};
use serde::Serialize;

use super::{Catalog, feed::Feed};
use crate::state::Failure;

/// The catalog at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Digest of the catalog.
    pub catalog: Digest,
    /// The instant as of which all this holds.
    pub as_of: DateTime<Utc>,
    /// Feeds by name: those of which anything is known.
    pub feeds: BTreeMap<String, FeedStatus>,
    /// Namespaces about which data is in force, with the number of records.
    pub namespaces: BTreeMap<String, u64>,
    /// What each ecosystem's upstream has, by ecosystem id.
    pub discoveries: BTreeMap<String, DiscoveryStatus>,
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedStatus {
    /// In one word.
    pub condition: FeedCondition,
    /// The segment in force.
    pub segment: Option<Digest>,
    /// Its records.
    pub records: u64,
    /// Its file's length in bytes.
    pub bytes: u64,
    /// The namespaces that it covers, with the records of each.
    pub coverage: BTreeMap<String, u64>,
    /// The date that upstream gives it.
    pub upstream_date: Option<String>,
    /// When the data changed last.
    pub changed_at: Option<DateTime<Utc>>,
    /// When upstream was last seen to have just this data.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why newer data is in quarantine.
    pub quarantined: Option<String>,
    /// Since when.
    pub quarantined_since: Option<DateTime<Utc>>,
    /// Whether it can be accepted: data could be read.
    pub acceptable: bool,
    /// Parts of the document that could not be read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Why the segment cannot be read.
    pub unreadable: Option<String>,
    /// The last try, where it failed.
    pub failure: Option<Failure>,
    /// How many update operations are kept for `--as-of`, and since when.
    pub operations: usize,
    /// The earliest instant for which `--as-of` has an answer.
    pub known_since: Option<DateTime<Utc>>,
}

/// A feed's condition. Where several hold, the one that matters most to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedCondition {
    /// The data in force cannot be read.
    Unreadable,
    /// Newer data looks wrong.
    Quarantined,
    /// The data in force has not been compared with upstream for too long.
    Stale,
    /// The data in force is what upstream has.
    Fresh,
    /// Upstream has no such document.
    Absent,
    /// Upstream has it, but nobody has loaded it.
    NotLoaded,
}

/// What an ecosystem's upstream has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiscoveryStatus {
    /// The number of its feeds.
    pub feeds: usize,
    /// When that changed last.
    pub changed_at: DateTime<Utc>,
    /// When upstream was last asked.
    pub checked_at: DateTime<Utc>,
    /// Whether that is too long ago to be relied on.
    pub stale: bool,
}

impl Catalog {
    /// The catalog at a glance.
    pub fn status(&self) -> Status {
        let discoveries = self.discoveries.iter().map(|(id, known)| {
            let status = DiscoveryStatus {
                feeds: known.operation.value.feeds.len(),
                changed_at: known.operation.at,
                checked_at: known.operation.known_until,
                stale: known.stale,
            };
            (id.clone(), status)
        });
        Status {
            catalog: self.digest(),
            as_of: self.as_of,
            feeds: self.feeds.iter().map(|(name, feed)| (name.clone(), feed.status())).collect(),
            namespaces: self.namespaces(),
            discoveries: discoveries.collect(),
        }
    }
}

impl Feed {
    fn status(&self) -> FeedStatus {
        let data = self.data.as_ref();
        let quarantine = self.record.quarantine.as_ref().filter(|_| self.quarantined.is_some());
        let unreadable = self.segment.as_ref().and_then(|segment| segment.as_ref().err());
        FeedStatus {
            condition: self.condition(),
            segment: data.map(|data| data.value.segment.clone()),
            records: data.map_or(0, |data| data.value.records),
            bytes: data.map_or(0, |data| data.value.bytes),
            coverage: data.map(|data| data.value.coverage.clone()).unwrap_or_default(),
            upstream_date: data.and_then(|data| data.value.upstream_date.clone()),
            changed_at: data.map(|data| data.at),
            checked_at: data.map(|data| data.known_until),
            quarantined: self.quarantined.clone(),
            quarantined_since: quarantine.map(|quarantine| quarantine.since),
            acceptable: quarantine.is_some_and(|quarantine| quarantine.candidate.is_some()),
            unread: data.map(|data| data.value.unread.clone()).unwrap_or_default(),
            unreadable: unreadable.map(ToString::to_string),
            failure: self.record.failure.clone(),
            operations: self.record.data.operations().len(),
            known_since: self.record.data.operations().first().map(|operation| operation.at),
        }
    }

    fn condition(&self) -> FeedCondition {
        match &self.segment {
            Some(Err(_)) => FeedCondition::Unreadable,
            _readable if self.quarantined.is_some() => FeedCondition::Quarantined,
            Some(Ok(_)) if self.stale => FeedCondition::Stale,
            Some(Ok(_)) => FeedCondition::Fresh,
            None if self.absent => FeedCondition::Absent,
            None => FeedCondition::NotLoaded,
        }
    }
}
