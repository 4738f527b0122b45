//! Feeds whose data differs.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Change;
use crate::{Digest, Report};

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

fn listing(report: &Report) -> BTreeMap<&str, FeedFacts> {
    let facts = |feed: &crate::report::ReportFeed| FeedFacts {
        segment: feed.segment.clone(),
        records: feed.records,
        upstream_date: feed.upstream_date.clone(),
        stale: report.proof.stale.contains(&feed.name),
    };
    report.feeds.iter().map(|feed| (feed.name.as_str(), facts(feed))).collect()
}

/// The feeds that differ, by name.
pub(super) fn changes(a: &Report, b: &Report) -> Vec<FeedChange> {
    let (mut a, mut b) = (listing(a), listing(b));
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
    changes
}
