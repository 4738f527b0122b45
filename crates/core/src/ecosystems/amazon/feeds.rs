//! Amazon's repositories: a list of mirrors for each release, repository and architecture.
//!
//! The first two releases have addresses of their own; those since are named by their year, and are tried until years in a
//! row are missing. Each architecture has a repository: what is listed in one need not name the others.

use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    formats::updateinfo::{self, Dialect},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by,
    discover,
    locate: Some(locate),
    parse,
    guard: |_| GUARD,
    revisions: &[revision::of("formats/updateinfo")],
    increments: None,
    is_second: |_| false,
};

const GUARD: Guard = Guard {
    // A new release begins with few; an empty document is never real.
    floor: 1,
    // Repositories of one release only grow.
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // That of release 2 has some 60 MB.
    most_bytes: 1 << 30,
};

/// The first release that is named by its year.
const FIRST_YEAR: u32 = 2022;

/// How many years in a row may be missing before the search ends: a release every two years is what is announced.
const TOLERATED_HOLE: u32 = 6;

const DIALECT: Dialect<'_> =
    Dialect { page: "https://alas.aws.amazon.com/", by_architecture: true, has_modules: false };

fn source(release: &str, architecture: &str, url: String) -> FeedSource {
    FeedSource {
        name: format!("amazon/{release}/core/{architecture}"),
        namespace: format!("Amazon Linux:{release}"),
        url,
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let Some(release) = namespace.strip_prefix("Amazon Linux:") else { return Vec::new() };
    let each = |address: &dyn Fn(&str) -> String| {
        ["x86_64", "aarch64"].map(|one| source(release, one, address(one))).to_vec()
    };
    match release {
        // This release is for x86 alone.
        "2018.03" => {
            let url = "https://repo.us-west-2.amazonaws.com/2018.03/updates/x86_64/mirror.list";
            vec![source(release, "x86_64", url.to_owned())]
        }
        "2" => each(&|one| format!("https://cdn.amazonlinux.com/2/core/latest/{one}/mirror.list")),
        year if is_year(year) => {
            each(&|one| format!("https://cdn.amazonlinux.com/al{year}/core/mirrors/latest/{one}/mirror.list"))
        }
        _ => Vec::new(),
    }
}

fn is_year(release: &str) -> bool {
    release.parse().is_ok_and(|year: u32| year >= FIRST_YEAR && year.to_string() == release)
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut found = Vec::new();
    for release in ["2018.03", "2"] {
        found.extend(existing(release, upstream)?);
    }
    let mut missing = 0;
    for year in FIRST_YEAR.. {
        let sources = existing(&year.to_string(), upstream)?;
        missing = if sources.is_empty() { missing + 1 } else { 0 };
        if missing > TOLERATED_HOLE {
            break;
        }
        found.extend(sources);
    }
    Ok(found)
}

fn existing(release: &str, upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut found = Vec::new();
    for source in needed_by(&format!("Amazon Linux:{release}")) {
        if upstream.exists(&source.url)? {
            found.push(source);
        }
    }
    Ok(found)
}

fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    let architecture = source.name.rsplit('/').next().unwrap_or_default();
    updateinfo::locate_by_mirrors(&source.url, architecture, upstream)
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
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
            [
                "amazon/2018.03/core/x86_64",
                "amazon/2/core/x86_64",
                "amazon/2023/core/x86_64",
                "amazon/2023/core/aarch64",
                "amazon/2029/core/x86_64",
                "amazon/2029/core/aarch64"
            ]
        );
    }

    #[test]
    fn what_follows_no_rule_needs_no_feed() {
        for none in
            ["Amazon Linux", "Amazon Linux:unknown", "Amazon Linux:2021", "Amazon Linux:02023", "Fedora:40"]
        {
            assert_eq!(needed_by(none), [], "{none}");
        }
        let url = "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/aarch64/mirror.list";
        assert_eq!(needed_by("Amazon Linux:2023")[1].url, url);
    }
}
