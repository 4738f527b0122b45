//! Feeds whose data differs.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Change, Side};
use crate::{Digest, report::ReportFeed};

/// A feed that was asked on one side only, or had other data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedChange {
    /// Where it is.
    pub change: Change,
    /// Its name.
    pub name: String,
    /// What A had of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<FeedFacts>,
    /// What B had of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<FeedFacts>,
}

/// The data of a feed on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFacts {
    /// The segment.
    pub segment: Digest,
    /// How many records it has about the releases in question.
    pub records: u64,
    /// The date that upstream gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_date: Option<String>,
    /// Whether it was classed as stale.
    pub stale: bool,
}

fn listing<'a>(side: &'a Side, feeds: &'a [ReportFeed]) -> BTreeMap<&'a str, FeedFacts> {
    let facts = |feed: &ReportFeed| FeedFacts {
        segment: feed.segment.clone(),
        records: feed.records,
        upstream_date: feed.upstream_date.clone(),
        stale: side.inputs.stale.as_ref().is_some_and(|stale| stale.contains(&feed.name)),
    };
    feeds.iter().map(|feed| (feed.name.as_str(), facts(feed))).collect()
}

/// The feeds that differ, by name. `None` where one side does not tell its feeds.
pub(super) fn changes(a: &Side, b: &Side) -> Option<Vec<FeedChange>> {
    let (mut a, mut b) = (listing(a, a.feeds.as_ref()?), listing(b, b.feeds.as_ref()?));
    let names: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
    let mut changes = Vec::new();
    for name in names {
        let (a, b) = (a.remove(name), b.remove(name));
        let change = match (&a, &b) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (Some(_), Some(_)) => Change::Changed,
        };
        if a != b {
            changes.push(FeedChange { change, name: name.to_owned(), a, b });
        }
    }
    Some(changes)
}
