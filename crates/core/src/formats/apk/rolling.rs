//! Rolling distributions of apk packages: no releases, so one namespace and one security database.
//!
//! `VERSION_ID` is there the version of the package that ships os-release, and says nothing about the others.

use super::secdb;
use crate::{
    advisory::Record,
    ecosystem::{Identified, SystemFiles},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedHead, FeedSource, Guard, Upstream},
};

/// When new data of such a distribution is not believed.
pub const GUARD: Guard = Guard {
    // The document has thousands; a few would be a part of it.
    floor: 10,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // It has some MiB and grows with every package.
    most_bytes: 256 << 20,
};

/// What sets one rolling distribution apart from another.
#[derive(Debug, Clone, Copy)]
pub struct Rolling {
    /// `ID` of os-release, which is the ecosystem's id too.
    pub id: &'static str,
    /// Name for people, which is OSV's name and the one namespace too.
    pub name: &'static str,
    /// Name of its repository, as the security database writes it.
    pub repository: &'static str,
    /// Address of the security database.
    pub url: &'static str,
    /// What comes before an identifier in the address of the page about it.
    pub page: &'static str,
}

impl Rolling {
    /// By `ID` or `ID_LIKE`.
    pub fn identify(&self, files: &SystemFiles<'_>) -> Option<Identified> {
        let os_release = files.os_release?;
        let strength = os_release.strength(self.id)?;
        let name = os_release.pretty_name().unwrap_or(self.name).to_owned();
        Some(Identified { strength, name, namespace: self.name.to_owned(), doubts: Vec::new() })
    }

    /// The one feed.
    pub fn source(&self) -> FeedSource {
        FeedSource {
            name: format!("{}/{}", self.id, self.repository),
            namespace: self.name.to_owned(),
            url: self.url.to_owned(),
        }
    }

    /// The one feed, for the one namespace.
    pub fn needed_by(&self, namespace: &str) -> Vec<FeedSource> {
        (namespace == self.name).then(|| self.source()).into_iter().collect()
    }

    /// The one feed, where upstream has it.
    pub fn discover(&self, upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
        Ok(upstream.exists(self.url)?.then(|| self.source()).into_iter().collect())
    }

    /// Reads the security database.
    pub fn parse(
        &self,
        source: &FeedSource,
        document: &mut FeedDocument<'_>,
        sink: &mut dyn FnMut(Record),
    ) -> Result<FeedHead, FeedError> {
        let dialect = secdb::Dialect { release: None, repository: self.repository, page: self.page };
        secdb::parse(&dialect, source, document, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ecosystem::Strength, os_release::OsRelease};

    const ROLLING: Rolling = Rolling {
        id: "stone",
        name: "Stone",
        repository: "os",
        url: "https://example.com/security.json",
        page: "https://example.com/",
    };

    fn identified(os_release: &str) -> Option<Identified> {
        let os_release = OsRelease::parse(os_release.as_bytes());
        ROLLING.identify(&SystemFiles { os_release: Some(&os_release), text: &|_| None })
    }

    #[test]
    fn the_version_of_the_base_package_is_no_release() {
        let one = identified("ID=stone\nVERSION_ID=20230201\nPRETTY_NAME=\"Stone\"").unwrap();
        assert_eq!((one.strength, one.namespace.as_str()), (Strength::Named, "Stone"));
        assert_eq!(identified("ID=mine\nID_LIKE=stone").unwrap().strength, Strength::Derived);
        assert_eq!(identified("ID=other"), None);
    }

    #[test]
    fn there_is_one_feed_for_the_one_namespace() {
        assert_eq!(ROLLING.needed_by("Stone"), [ROLLING.source()]);
        assert_eq!(ROLLING.needed_by("Stone:1"), []);
    }
}
