//! What the advisory data of the one side knows that the other's does not.

use std::collections::BTreeSet;

use super::words::{counted, listed};
use crate::{
    Reason,
    comparison::{Change, Comparison, FeedChange},
};

/// How many feeds are told one by one; more are counted.
const FEEDS_TOLD: usize = 3;

/// The feeds that differ; none where a side does not tell its own.
fn feeds(comparison: &Comparison) -> impl Iterator<Item = &FeedChange> {
    comparison.feeds.iter().flatten()
}

/// To follow after “the advisory data differs”.
pub(super) fn difference(comparison: &Comparison) -> String {
    let mut clauses = Vec::new();
    for (change, knows, lacks) in [(Change::Added, "B", "A"), (Change::Removed, "A", "B")] {
        let feeds: Vec<&FeedChange> = feeds(comparison).filter(|feed| feed.change == change).collect();
        if feeds.is_empty() {
            continue;
        }
        let names = told(&feeds, |feed| feed.name.clone());
        let releases = uncovered(comparison, lacks == "A");
        clauses.push(if releases.is_empty() {
            format!("only {knows} has {}", listed(&names))
        } else {
            format!("{knows} knows {} ({}), {lacks} did not", listed(&releases), names.join(", "))
        });
    }
    let replaced = |feed: &&FeedChange| {
        feed.a.as_ref().zip(feed.b.as_ref()).is_some_and(|(a, b)| a.segment != b.segment)
    };
    let changed: Vec<&FeedChange> = feeds(comparison).filter(replaced).collect();
    if !changed.is_empty() {
        clauses.push(format!("{} changed", listed(&told(&changed, with_records))));
    }
    if !clauses.is_empty() {
        format!(": {}", clauses.join(", "))
    } else if comparison.inputs.image.same == Some(true) {
        ", but not in the feeds that this image asks".to_owned()
    } else {
        ", but not in the feeds that these images ask".to_owned()
    }
}

/// Feeds that are classed as stale on one side and asked without that on the other.
pub(super) fn stale(comparison: &Comparison) -> Vec<String> {
    let sides: [(Stale, Stale, &str, &str); 2] =
        [(stale_in_a, stale_in_b, "A", "B"), (stale_in_b, stale_in_a, "B", "A")];
    let mut clauses = Vec::new();
    for (here, there, side, other) in sides {
        let feeds: Vec<&FeedChange> =
            feeds(comparison).filter(|feed| here(feed) == Some(true) && there(feed) == Some(false)).collect();
        let verb = if feeds.len() == 1 { "is" } else { "are" };
        let names = told(&feeds, |feed| feed.name.clone());
        if !feeds.is_empty() {
            clauses.push(format!("{} {verb} stale in {side} and not in {other}", listed(&names)));
        }
    }
    clauses
}

type Stale = fn(&FeedChange) -> Option<bool>;

fn stale_in_a(feed: &FeedChange) -> Option<bool> {
    feed.a.as_ref().map(|facts| facts.stale)
}

fn stale_in_b(feed: &FeedChange) -> Option<bool> {
    feed.b.as_ref().map(|facts| facts.stale)
}

fn with_records(feed: &FeedChange) -> String {
    let records =
        |facts: &Option<crate::comparison::FeedFacts>| facts.as_ref().map_or(0, |facts| facts.records);
    let (a, b) = (records(&feed.a), records(&feed.b));
    if a == b {
        format!("{} ({a} records on both sides)", feed.name)
    } else {
        format!("{} ({a} records in A, {b} in B)", feed.name)
    }
}

/// The first few, and how many more.
fn told(feeds: &[&FeedChange], text: impl Fn(&FeedChange) -> String) -> Vec<String> {
    let mut texts: Vec<String> = feeds.iter().take(FEEDS_TOLD).map(|feed| text(feed)).collect();
    if feeds.len() > FEEDS_TOLD {
        texts.push(counted(feeds.len() - FEEDS_TOLD, "more feed"));
    }
    texts
}

/// The releases that one side had no data about and the other has.
fn uncovered(comparison: &Comparison, in_a: bool) -> Vec<String> {
    let wanted = if in_a { Change::Removed } else { Change::Added };
    let spots = comparison.blind_spots.iter().filter(|one| one.change == wanted);
    let subjects: BTreeSet<String> = spots
        .filter_map(|change| change.blind_spot())
        .filter(|spot| matches!(spot.reason, Reason::ReleaseNotCovered | Reason::FeedNotLoaded))
        // A feed that is missing among others is named as a feed; a release is named as a namespace.
        .filter(|spot| feeds(comparison).all(|feed| feed.name != spot.subject))
        .map(|spot| spot.subject.clone())
        .collect();
    subjects.into_iter().collect()
}
