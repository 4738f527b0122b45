//! Alpine's security databases: one document for each release and repository.
//!
//! Which releases there are is asked of upstream. Where it gives no listing, addresses are tried one after the other;
//! mirrors keep only some releases, so a few that are missing do not end the search.

use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    formats::{
        apk::secdb,
        end_of_life::{Ends, Until},
    },
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: None,
    parse,
    increments: None,
    mark: None,
    guard: |feed| ENDS.guard(feed, |_| GUARD),
    revisions: &[revision::of("formats/apk"), revision::of("formats/end_of_life")],
    is_second: |_| false,
};

const GUARD: Guard = Guard {
    // The first releases really have a handful of records in a repository; an empty document is never real.
    floor: 1,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // The largest has under one MiB.
    most_bytes: 32 << 20,
};

const ENDS: Ends = Ends {
    feed: "alpine/end-of-life",
    product: "alpine-linux",
    namespace: |release| Some(format!("Alpine:v{release}")),
    until: Until::General,
};

const ROOT: &str = "https://secdb.alpinelinux.org/";

/// How many numbers in a row may be missing before the search ends. Mirrors have been seen to lack ten.
const TOLERATED_HOLE: u32 = 12;

/// The release with which packages were split off into the repository `community`.
const FIRST_WITH_COMMUNITY: (u32, u32) = (3, 3);

/// The first major release that has security databases.
const FIRST_MAJOR: u32 = 3;

/// A release as upstream's folders name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Release {
    Numbered(u32, u32),
    Edge,
}

impl Release {
    fn read(folder: &str) -> Option<Self> {
        if folder == "edge" {
            return Some(Self::Edge);
        }
        let (major, minor) = folder.strip_prefix('v')?.split_once('.')?;
        let number = |text: &str| text.parse().ok().filter(|number: &u32| number.to_string() == text);
        Some(Self::Numbered(number(major)?, number(minor)?))
    }

    fn folder(self) -> String {
        match self {
            Self::Numbered(major, minor) => format!("v{major}.{minor}"),
            Self::Edge => "edge".to_owned(),
        }
    }

    fn repositories(self) -> &'static [&'static str] {
        match self {
            Self::Numbered(major, minor) if (major, minor) < FIRST_WITH_COMMUNITY => &["main"],
            Self::Numbered(..) | Self::Edge => &["main", "community"],
        }
    }

    fn source(self, repository: &str) -> FeedSource {
        let folder = self.folder();
        FeedSource {
            name: format!("alpine/{folder}/{repository}"),
            namespace: format!("Alpine:{folder}"),
            url: format!("{ROOT}{folder}/{repository}.json"),
        }
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let release = namespace.strip_prefix("Alpine:").and_then(Release::read);
    release.into_iter().flat_map(|one| one.repositories().iter().map(move |part| one.source(part))).collect()
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    let mut parts = source.name.split('/').skip(1);
    let (Some(release), Some(repository)) = (parts.next(), parts.next()) else {
        return Err(FeedError::Malformed(format!("“{}” is no feed of Alpine", source.name)));
    };
    let dialect =
        secdb::Dialect { release: Some(release), repository, page: "https://security.alpinelinux.org/vuln/" };
    secdb::parse(&dialect, source, document, sink)
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let listed = upstream.list(ROOT)?;
    let is_listed = listed.is_some();
    let mut releases = match listed {
        Some(names) => names.iter().filter_map(|name| Release::read(name.trim_end_matches('/'))).collect(),
        None => probe(upstream)?,
    };
    releases.sort();
    releases.dedup();
    let all = releases
        .into_iter()
        .flat_map(|release| release.repositories().iter().map(move |repository| release.source(repository)));
    let mut sources = Vec::new();
    let mut answers = true;
    for source in all {
        match if answers { upstream.exists(&source.url) } else { Ok(true) } {
            Ok(true) => sources.push(source),
            Ok(false) => {}
            // One document of a listed release that cannot be asked for must not hide all others. It counts as there,
            // and its own fetch says what is wrong; further questions would only take time.
            Err(_unanswered) if is_listed => {
                answers = false;
                sources.push(source);
            }
            Err(error) => return Err(error),
        }
    }
    ENDS.add_to(&mut sources, upstream);
    Ok(sources)
}

/// Tries the releases by number, and edge.
fn probe(upstream: &dyn Upstream) -> Result<Vec<Release>, DiscoveryError> {
    let mut found = Vec::new();
    for major in FIRST_MAJOR.. {
        let before = found.len();
        let mut missing = 0;
        for minor in 0.. {
            let release = Release::Numbered(major, minor);
            if exists(upstream, release)? {
                found.push(release);
                missing = 0;
            } else {
                missing += 1;
            }
            if missing > TOLERATED_HOLE {
                break;
            }
        }
        if found.len() == before {
            break;
        }
    }
    if exists(upstream, Release::Edge)? {
        found.push(Release::Edge);
    }
    Ok(found)
}

fn exists(upstream: &dyn Upstream, release: Release) -> Result<bool, DiscoveryError> {
    for repository in release.repositories() {
        if upstream.exists(&release.source(repository).url)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
