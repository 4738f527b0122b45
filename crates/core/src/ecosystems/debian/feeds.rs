//! Debian's security tracker: one document about all releases.
//!
//! It speaks of releases by codename. Numbers of those known when this program was built are in a table; of a later one the
//! number is read from the versions of its fixes (`+deb16u1`), and kept as a fact. So a new release needs no new program.

mod tracker;

use std::collections::BTreeMap;

use super::releases;
use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    formats::end_of_life::{Ends, Until},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: None,
    parse,
    guard: |feed| ENDS.guard(feed, |_| GUARD),
    revisions: &[revision::of("formats/dpkg"), revision::of("formats/end_of_life")],
    increments: None,
    mark: None,
    is_second: |_| false,
};

/// The subject of the facts by which the number of a release (as a namespace) leads to its codename.
pub(super) const CODENAMES: &str = "Debian codename";

const URL: &str = "https://security-tracker.debian.org/tracker/data/json";

/// What the document covers as a whole. No system has this namespace: one of untold release has another.
const ALL: &str = "Debian";

const ENDS: Ends = Ends {
    feed: "debian/end-of-life",
    product: "debian",
    namespace: |release| Some(format!("Debian:{release}")),
    // Long-term support counts as life.
    until: Until::Extended,
};

const GUARD: Guard = Guard {
    // The real document has more than 100,000; excerpts of it are used offline.
    floor: 1,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // 75 MB in 2025, and a few more each year.
    most_bytes: 1 << 30,
};

/// How many fixes must name a release's number before it is believed.
const FEWEST_VOTES: usize = 3;

fn source() -> FeedSource {
    FeedSource { name: "debian/tracker".to_owned(), namespace: ALL.to_owned(), url: URL.to_owned() }
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut sources = upstream.exists(URL)?.then(source).into_iter().collect();
    ENDS.add_to(&mut sources, upstream);
    Ok(sources)
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let is_own = namespace == ALL || namespace.starts_with("Debian:");
    is_own.then(source).into_iter().collect()
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    let mut codenames: BTreeMap<String, Votes> = BTreeMap::new();
    let mut unread = Vec::new();
    tracker::read(document.reader, &mut |package, id, value| {
        let mut said =
            tracker::Said { namespace: &namespace, codenames: &mut codenames, unread: &mut unread };
        if let Some(record) = said.record(package, id, value) {
            sink(record);
        }
    })?;
    let mut covers = vec![ALL.to_owned()];
    for (codename, votes) in &codenames {
        covers.push(format!("Debian:{codename}"));
        if let Some(number) = releases::number(codename) {
            covers.push(format!("Debian:{number}"));
        } else if let Some(number) = votes.winner() {
            let release = format!("Debian:{number}");
            sink(Record::fact(CODENAMES, &*release, &**codename));
            covers.extend([release, CODENAMES.to_owned()]);
        }
    }
    covers.sort();
    covers.dedup();
    Ok(FeedHead { covers, unread, ..FeedHead::default() })
}

/// The namespace under which a release's statements are kept.
fn namespace(codename: &str) -> String {
    format!("Debian:{}", releases::number(codename).unwrap_or(codename))
}

/// Which number the fixes of a release of unknown number carry, and how many do.
#[derive(Debug, Default)]
struct Votes(BTreeMap<u32, usize>);

impl Votes {
    /// Counts `deb16` in `1.2-3+deb16u1`. Numbers of known releases are copies from those.
    fn count(&mut self, version: &str) {
        let Some((_, after)) = version.rsplit_once("deb") else { return };
        let Some((digits, _)) = after.split_once('u') else { return };
        if let Some(number) = digits.parse().ok().filter(|_| !releases::has_number(digits)) {
            *self.0.entry(number).or_default() += 1;
        }
    }

    fn winner(&self) -> Option<u32> {
        let most = self.0.iter().max_by_key(|(number, votes)| (**votes, **number))?;
        (*most.1 >= FEWEST_VOTES).then_some(*most.0)
    }
}

#[cfg(test)]
mod tests;
