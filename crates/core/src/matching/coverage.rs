//! What the state of the feeds leaves unjudged.
//!
//! “No advisory” and “no data” differ here: a namespace without loaded feeds is never passed over.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Coverage, FeedState, Keeper};
use crate::{BlindSpot, IndexedPackage, Reason};

/// The packages that a [`Coverage`] is about.
pub(super) struct Scope<'a> {
    /// Their namespace.
    pub(super) namespace: &'a str,
    /// How many they are.
    pub(super) packages: usize,
    /// How many of them no loaded feed names: a feed that is missing might be the one that would.
    pub(super) unnamed: usize,
    /// The end of life of their release, where that is past.
    pub(super) end_of_life: Option<NaiveDate>,
    /// Who keeps the data up to date.
    pub(super) keeper: Keeper,
}

/// How many packages are named of one builder.
const NAMED: usize = 10;

/// The packages about which the feeds do not speak: one blind spot for each builder.
pub(super) fn of_strangers(namespace: &str, strangers: BTreeMap<String, Vec<String>>) -> Vec<BlindSpot> {
    let spot = |(by, packages): (String, Vec<String>)| {
        let (count, named) = named(packages);
        let detail = format!("the advisories of {namespace} do not speak about these packages: {named}");
        BlindSpot::new(Reason::ThirdParty, by, detail).with_packages(count)
    };
    strangers.into_iter().map(spot).collect()
}

/// The packages that were built from source without a version, and that no advisory names in any: they are told and do not
/// count, because most programs are the work of whoever built the image. One that an advisory names does count.
pub(super) fn of_unreleased(namespace: &str, packages: Vec<String>) -> Option<BlindSpot> {
    if packages.is_empty() {
        return None;
    }
    let (count, named) = named(packages);
    let detail = format!(
        "built from source, so that no version is known; no advisory names any version of them: {named}"
    );
    Some(BlindSpot::new(Reason::UnidentifiedExecutables, namespace, detail).with_packages(count))
}

/// Packages of which nobody publishes advisories, each with what it is that nobody speaks about: one blind spot for each name and
/// version, as long as they are few. They are somebody else's, and not of a release that is not covered: whoever waives them must
/// still be told of such a one.
pub(super) fn of_feedless(namespace: &str, packages: &[(&IndexedPackage, String)]) -> Vec<BlindSpot> {
    let why = |about: &str| format!("no advisory data that Limpid reads speaks about {about}");
    of_each(namespace, why(namespace), packages.iter().map(|(one, about)| (*one, why(about))))
}

/// Packages that the loaded feeds never name: they speak about some products and not of all that there are.
pub(super) fn of_unknown(namespace: &str, packages: &[&IndexedPackage]) -> Vec<BlindSpot> {
    let why = |name: &str| format!("the loaded advisories name {name} in no version");
    of_each(namespace, why("any of them"), packages.iter().map(|one| (*one, why(&one.package.name))))
}

/// Given why each is not judged, and why they are where they are too many to be told one by one.
fn of_each<'a>(
    namespace: &str,
    of_all: String,
    packages: impl Iterator<Item = (&'a IndexedPackage, String)>,
) -> Vec<BlindSpot> {
    let mut places: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for (one, why) in packages {
        let subject = format!("{} {}", one.package.name, one.package.version);
        places.entry((subject, why)).or_default().push(one.path.clone());
        count += 1;
    }
    let spot = |subject: String, why: String, packages: usize, found: String| {
        let detail = format!("{why}: listed, and compared with nothing; {found}");
        BlindSpot::new(Reason::ThirdParty, subject, detail).with_packages(packages)
    };
    if places.len() > NAMED {
        let (_, named) = named(places.into_keys().map(|(subject, _)| subject).collect());
        return vec![spot(namespace.to_owned(), of_all, count, named)];
    }
    let each = places.into_iter().map(|((subject, why), paths)| {
        let count = paths.len();
        spot(subject, why, count, format!("found at {}", named(paths).1))
    });
    each.collect()
}

/// How many packages they are, each once, and the first names.
fn named(mut packages: Vec<String>) -> (usize, String) {
    packages.sort();
    packages.dedup();
    let named = packages.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = packages.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (packages.len(), format!("{named}{more}"))
}

/// Everything about the feeds of one namespace that somebody who reads the report has to know.
pub(super) fn blind_spots(coverage: &Coverage, scope: &Scope<'_>) -> Vec<BlindSpot> {
    if coverage.feeds.iter().all(|feed| feed.data.is_none()) {
        return vec![nothing_loaded(coverage, scope)];
    }
    let mut spots: Vec<BlindSpot> = coverage.feeds.iter().flat_map(|feed| of_feed(feed, scope)).collect();
    if let Some(end) = scope.end_of_life {
        let detail = format!(
            "{} gets no more advisories: judged up to {end}; move to a newer release",
            scope.namespace
        );
        spots.push(BlindSpot::new(Reason::EndOfLife, scope.namespace, detail).with_packages(scope.packages));
    }
    spots
}

fn nothing_loaded(coverage: &Coverage, scope: &Scope<'_>) -> BlindSpot {
    let (namespace, keeper) = (scope.namespace, scope.keeper);
    let names: Vec<&str> = coverage.feeds.iter().map(|feed| feed.name.as_str()).collect();
    let names = names.join(", ");
    let quarantined =
        coverage.feeds.iter().find_map(|feed| feed.quarantined.as_ref().map(|why| (&feed.name, why)));
    let absent = coverage.unknown_upstream || coverage.feeds.iter().all(|feed| feed.absent);
    let (reason, subject, detail) = if let Some((feed, why)) = quarantined {
        let detail = format!("its first data looks wrong and is not used ({why}); {}", keeper.status(None));
        (Reason::FeedQuarantined, feed.clone(), detail)
    } else if absent {
        let remedy = keeper.update(None, "asks upstream again");
        let detail = format!("the advisory data says nothing about {namespace}; {remedy}");
        (Reason::ReleaseNotCovered, namespace.to_owned(), detail)
    } else {
        let detail = format!("never loaded: {names}; {}", keeper.update(None, "loads them"));
        (Reason::FeedNotLoaded, namespace.to_owned(), detail)
    };
    BlindSpot::new(reason, subject, detail).with_packages(scope.packages)
}

fn of_feed(feed: &FeedState, scope: &Scope<'_>) -> Vec<BlindSpot> {
    let mut spots = Vec::new();
    if let Some(why) = &feed.quarantined {
        let used = if feed.data.is_some() { "older data is in force" } else { "nothing of it is used" };
        let see = scope.keeper.status(Some(&feed.name));
        let detail = format!("its newest data looks wrong ({why}); {used}; {see}");
        spots
            .push(BlindSpot::new(Reason::FeedQuarantined, &*feed.name, detail).with_packages(scope.packages));
    }
    if let Some(why) = feed.data.as_ref().and_then(|data| data.misfit.as_ref()) {
        let detail = format!("the document that was served as {} may be another: {why}", feed.name);
        spots.push(
            BlindSpot::new(Reason::ReleaseNotCovered, &*feed.name, detail).with_packages(scope.packages),
        );
    }
    if let Some(unread) = feed.data.as_ref().map(|data| &data.unread).filter(|unread| !unread.is_empty()) {
        let detail = format!("parts of its data could not be read and are not used: {}", unread.join("; "));
        let spot = BlindSpot::new(Reason::FeedQuarantined, &*feed.name, detail);
        spots.push(spot.with_packages(scope.packages));
    }
    match &feed.data {
        Some(data) if data.stale => {
            // No instant here: when a feed was looked at is observed, not part of what a report is a function of.
            let remedy = scope.keeper.look(&feed.name);
            let detail = format!("nobody has looked for long whether upstream has newer data; {remedy}");
            spots.push(BlindSpot::new(Reason::FeedStale, &*feed.name, detail).with_packages(scope.packages));
        }
        None if feed.quarantined.is_none() => {
            let why = if feed.absent { "upstream has no such document" } else { "never loaded" };
            let detail = format!("{why}; packages that only this feed speaks about are not judged");
            spots.push(
                BlindSpot::new(Reason::FeedNotLoaded, &*feed.name, detail).with_packages(scope.unnamed),
            );
        }
        Some(_) | None => {}
    }
    spots
}
