//! Fedora's repositories of updates, of packages and of modules.
//!
//! Versions are built for all architectures or none, so one architecture's repository tells those of all. Which releases
//! there are is asked of upstream; ended ones move to an archive, where their repository is looked for then.

use crate::{
    advisory::Record,
    feed::{
        DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream, probe,
    },
    formats::{
        end_of_life::{Ends, Until},
        updateinfo::{self, Dialect},
    },
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: Some(|source, upstream| ENDS.locate(source, |source| locate(source, upstream))),
    parse,
    guard: |feed| ENDS.guard(feed, guard),
    revisions: &[revision::of("formats/updateinfo"), revision::of("formats/end_of_life")],
    increments: None,
    mark: None,
    is_second: |_| false,
};

const ENDS: Ends = Ends {
    feed: "fedora/end-of-life",
    product: "fedora",
    namespace: |release| Some(format!("Fedora:{release}")),
    until: Until::General,
};

fn guard(feed: &str) -> Guard {
    Guard {
        // A release has as many in its first days; of modules there were few updates at any time.
        floor: if feed.ends_with("/modules") { 1 } else { 10 },
        // What a later update replaces goes out of the repository, and its advisory with it.
        most_shrink_percent: 40,
        stale_after_hours: 72,
        // They have some 30 MB.
        most_bytes: 512 << 20,
    }
}

const ROOT: &str = "https://dl.fedoraproject.org/pub/fedora/linux/updates/";
const ARCHIVE: &str = "https://archives.fedoraproject.org/pub/archive/fedora/linux/updates/";

/// The first release whose repositories are laid out so.
const FIRST: u32 = 28;

/// The releases that had modules.
const WITH_MODULES: std::ops::RangeInclusive<u32> = 28..=38;

/// How many numbers in a row may be missing before the search ends: mirrors have two or three releases, and those that
/// ended are gone.
const TOLERATED_HOLE: u32 = 24;

const DIALECT: Dialect<'_> = Dialect { page: "https://bodhi.fedoraproject.org/updates/", has_modules: true };

fn source(release: u32, part: &str, folder: &str) -> FeedSource {
    FeedSource {
        name: format!("fedora/{release}/{part}"),
        namespace: format!("Fedora:{release}"),
        url: format!("{ROOT}{release}/{folder}/x86_64/repodata/repomd.xml"),
    }
}

fn updates(release: u32) -> FeedSource {
    source(release, "updates", "Everything")
}

fn sources(release: u32) -> Vec<FeedSource> {
    let modules = WITH_MODULES.contains(&release).then(|| source(release, "modules", "Modular"));
    std::iter::once(updates(release)).chain(modules).collect()
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| *number >= FIRST && number.to_string() == text)
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    namespace.strip_prefix("Fedora:").and_then(number).map(sources).unwrap_or_default()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut sources = of_releases(upstream)?;
    ENDS.add_to(&mut sources, upstream);
    Ok(sources)
}

fn of_releases(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut releases: Vec<u32> = match upstream.list(ROOT)? {
        Some(names) => names.iter().filter_map(|name| number(name.trim_end_matches('/'))).collect(),
        None => {
            let found = probe((FIRST..).map(updates), TOLERATED_HOLE, upstream)?;
            return Ok(found.iter().flat_map(|updates| needed_by(&updates.namespace)).collect());
        }
    };
    releases.sort_unstable();
    releases.dedup();
    Ok(releases.into_iter().flat_map(sources).collect())
}

/// Where the repository is: with the releases of today, or in the archive.
fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    let archived = source.url.replacen(ROOT, ARCHIVE, 1);
    for index in [&source.url, &archived] {
        if let Some(found) = updateinfo::locate(index, upstream)? {
            return Ok(found);
        }
    }
    Err(DiscoveryError {
        url: source.url.clone(),
        reason: "there is no such repository, nor in the archive".to_owned(),
    })
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    updateinfo::parse(&DIALECT, source, document, sink)
}

#[cfg(test)]
mod tests;
