//! The advisories that differ between the data of two sides.
//!
//! Only the keys of what differs are held; each package is then looked up in both segments as a whole, because an
//! advisory with one range more is no new one.

use std::collections::BTreeSet;

use limpid_catalog::{
    Segment, SegmentError, Store,
    segment::{self, Change},
};
use limpid_core::{
    Digest,
    comparison::{
        Comparison, FeedAdvisories, FeedChange, Side,
        advisories::{FeedDifference, ImagePackages},
    },
};

/// What differs in each feed that both sides asked and that had other data. `None` where a side does not tell its
/// packages.
pub(super) fn changes(
    store: &Store,
    a: &Side,
    b: &Side,
    comparison: &Comparison,
) -> Option<Vec<FeedAdvisories>> {
    let images = ImagePackages::of(a.packages.as_ref()?.iter().chain(b.packages.as_ref()?));
    let feeds = comparison.feeds.iter().flatten().filter_map(|feed| Some((feed, segments(feed)?)));
    Some(feeds.map(|(feed, segments)| of_feed(store, &feed.name, segments, &images)).collect())
}

/// The segments of a feed where there are two that differ.
fn segments(feed: &FeedChange) -> Option<(&Digest, &Digest)> {
    let (a, b) = (&feed.a.as_ref()?.segment, &feed.b.as_ref()?.segment);
    (a != b).then_some((a, b))
}

fn of_feed(store: &Store, feed: &str, (a, b): (&Digest, &Digest), images: &ImagePackages) -> FeedAdvisories {
    let open = |side: &str, digest: &Digest| {
        store.segment(digest).map_err(|error| match error {
            SegmentError::Missing { .. } => format!("the data of then is no longer kept: that of {side}"),
            SegmentError::Io { .. }
            | SegmentError::NewerFormat { .. }
            | SegmentError::Damaged { .. }
            | SegmentError::NoPackage { .. }
            | SegmentError::TooLarge { .. } => error.to_string(),
        })
    };
    let difference = open("A", a).and_then(|a| {
        let b = open("B", b)?;
        difference(&a, &b, images).map_err(|error| error.to_string())
    });
    match difference {
        Ok(difference) => difference.finish(feed),
        Err(why) => FeedAdvisories::unknown(feed, why),
    }
}

fn difference<'a>(
    a: &Segment,
    b: &Segment,
    images: &'a ImagePackages,
) -> Result<FeedDifference<'a>, SegmentError> {
    let mut packages = BTreeSet::new();
    segment::diff(a, b, &mut |change| {
        let (Change::Added(affected, _) | Change::Removed(affected, _)) = change;
        packages.insert((affected.namespace, affected.package));
    })?;
    let mut difference = FeedDifference::new(images);
    for (namespace, package) in &packages {
        let said = |segment: &Segment| segment.find(namespace, package, &mut |_| true);
        difference.package(&said(a)?, &said(b)?);
    }
    Ok(difference)
}
