//! Amazon's core repositories: a list of mirrors for each release.
//!
//! The first two releases have addresses of their own; those since are named by their year, and are tried until years in a
//! row are missing. The repository of x86_64 speaks for all architectures: either it lists them, or the others are built
//! with the same versions. A package that only others have is missing then.

use std::fmt::Display;

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
    feed: "amazon/end-of-life",
    product: "amazon-linux",
    namespace: |release| of_release(release).map(|source| source.namespace),
    until: Until::General,
};

fn guard(feed: &str) -> Guard {
    Guard {
        // The first two have thousands; one that is named by its year begins with those of its preview.
        floor: if matches!(feed, "amazon/2018.03/core" | "amazon/2/core") { 1000 } else { 20 },
        // Repositories of one release only grow.
        most_shrink_percent: 10,
        stale_after_hours: 72,
        // That of release 2 has some 60 MB.
        most_bytes: 1 << 30,
    }
}

/// The first release that is named by its year.
const FIRST_YEAR: u32 = 2022;

/// How many years in a row may be missing before the search ends: a release every two years is what is announced.
const TOLERATED_HOLE: u32 = 6;

const DIALECT: Dialect<'_> = Dialect { page: "https://alas.aws.amazon.com/", has_modules: false };

const ARCHITECTURE: &str = "x86_64";

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let release = namespace.strip_prefix("Amazon Linux:");
    release.and_then(|release| source(namespace, release)).into_iter().collect()
}

fn source(namespace: &str, release: &str) -> Option<FeedSource> {
    let list = match release {
        "2018.03" => "repo.us-west-2.amazonaws.com/2018.03/updates".to_owned(),
        "2" => "cdn.amazonlinux.com/2/core/latest".to_owned(),
        year if is_year(year) => format!("cdn.amazonlinux.com/al{year}/core/mirrors/latest"),
        _ => return None,
    };
    Some(FeedSource {
        name: format!("amazon/{release}/core"),
        namespace: namespace.to_owned(),
        url: format!("https://{list}/{ARCHITECTURE}/mirror.list"),
    })
}

fn of_release(release: impl Display) -> Option<FeedSource> {
    source(&format!("Amazon Linux:{release}"), &release.to_string())
}

fn is_year(release: &str) -> bool {
    release.parse().is_ok_and(|year: u32| year >= FIRST_YEAR && year.to_string() == release)
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut found = Vec::new();
    for source in ["2018.03", "2"].into_iter().filter_map(of_release) {
        if upstream.exists(&source.url)? {
            found.push(source);
        }
    }
    found.extend(probe((FIRST_YEAR..).filter_map(of_release), TOLERATED_HOLE, upstream)?);
    ENDS.add_to(&mut found, upstream);
    Ok(found)
}

fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    updateinfo::locate_by_mirrors(&source.url, ARCHITECTURE, upstream)
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
mod tests {
    use super::*;

    struct Years(&'static [&'static str]);

    impl Upstream for Years {
        fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
            Ok(None)
        }

        fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
            Ok(self.0.iter().any(|part| url.contains(part)))
        }

        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
            Ok(None)
        }
    }

    #[test]
    fn releases_are_found_by_rule() {
        let names = |upstream| {
            let found = discover(&upstream).unwrap().into_iter();
            found.map(|one| one.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Years(&[])), [""; 0]);
        assert_eq!(
            names(Years(&["/2018.03/", "/2/core/latest/x86_64", "/al2023/", "/al2029/"])),
            ["amazon/2018.03/core", "amazon/2/core", "amazon/2023/core", "amazon/2029/core"]
        );
    }

    #[test]
    fn what_follows_no_rule_needs_no_feed() {
        for none in
            ["Amazon Linux", "Amazon Linux:unknown", "Amazon Linux:2021", "Amazon Linux:02023", "Fedora:40"]
        {
            assert_eq!(needed_by(none), [], "{none}");
        }
        let url = "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list";
        assert_eq!(needed_by("Amazon Linux:2023")[0].url, url);
    }
}
