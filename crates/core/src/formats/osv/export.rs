//! The exports of osv.dev: all records of an ecosystem in one archive, a member each.

use crate::feed::{DiscoveryError, FeedSource, Guard, Upstream};

const ROOT: &str = "https://osv-vulnerabilities.storage.googleapis.com/";

/// The export of one ecosystem. It is the one feed for all of its releases.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// Name of the feed, such as `almalinux/osv`.
    pub feed: &'static str,
    /// OSV's name of the ecosystem, such as `AlmaLinux`.
    pub ecosystem: &'static str,
}

impl Export {
    /// The feed. Its records say themselves which releases they are about.
    pub fn source(&self) -> FeedSource {
        FeedSource {
            name: self.feed.to_owned(),
            namespace: self.ecosystem.to_owned(),
            // With a space as it is: clients of HTTP escape it, and copies in a folder have it so.
            url: format!("{ROOT}{}/all.zip", self.ecosystem),
        }
    }

    /// The feed, for the ecosystem and each of its releases.
    pub fn needed_by(&self, namespace: &str) -> Vec<FeedSource> {
        super::is_of(namespace, self.ecosystem).then(|| self.source()).into_iter().collect()
    }

    /// The feed, where upstream has it.
    pub fn discover(&self, upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
        let source = self.source();
        Ok(upstream.exists(&source.url)?.then_some(source).into_iter().collect())
    }
}

/// When new data of a distribution's export is not believed.
pub const GUARD: Guard = Guard {
    // The exports have thousands, and thousands of one release alone; fewer are a part of one.
    floor: 1000,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // All members together have some 30 MB, and grow by a tenth a year.
    most_bytes: 1 << 30,
};

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORT: Export = Export { feed: "stone/osv", ecosystem: "Stone Linux" };

    #[test]
    fn one_feed_is_needed_by_every_release() {
        let url = "https://osv-vulnerabilities.storage.googleapis.com/Stone Linux/all.zip";
        assert_eq!(EXPORT.source().url, url);
        for release in ["Stone Linux", "Stone Linux:8", "Stone Linux:99"] {
            assert_eq!(EXPORT.needed_by(release), [EXPORT.source()], "{release}");
        }
        for other in ["Stone", "Stone Linuxes:8", "Alpine:v3.16", ""] {
            assert_eq!(EXPORT.needed_by(other), [], "{other}");
        }
    }
}
