//! Wolfi: a rolling distribution without releases, so there is one namespace and one feed.
//!
//! `VERSION_ID` is the version of the package that ships os-release and says nothing about the others.

use std::io::BufRead;

use crate::{
    advisory::Record,
    ecosystem::{Ecosystem, Identified, Identity, PurlNames, SystemFiles},
    feed::{DiscoveryError, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    formats::apk::{self, secdb},
    revision,
};

/// Wolfi.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "wolfi",
    name: "Wolfi",
    osv_name: "Wolfi",
    purl: PurlNames { kind: "apk", namespace: Some("wolfi") },
    detectors: &[&apk::DETECTOR],
    identity: Some(Identity { files: &[], identify }),
    versions: &apk::VERSIONS,
    feeds: &FeedFamily {
        needed_by,
        discover,
        parse,
        guard: Guard {
            // The document has thousands; a few would be a part of it.
            floor: 10,
            most_shrink_percent: 10,
            stale_after_hours: 72,
            // It has some MiB and grows with every package.
            most_bytes: 256 << 20,
        },
    },
    end_of_life: |_| None,
    revision: revision::of("ecosystems/wolfi"),
};

fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let os_release = files.os_release?;
    let strength = os_release.strength("wolfi")?;
    let name = os_release.pretty_name().unwrap_or("Wolfi").to_owned();
    Some(Identified { strength, name, namespace: "Wolfi".to_owned() })
}

fn source() -> FeedSource {
    FeedSource {
        name: "wolfi/os".to_owned(),
        namespace: "Wolfi".to_owned(),
        url: "https://packages.wolfi.dev/os/security.json".to_owned(),
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    (namespace == "Wolfi").then(source).into_iter().collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let source = source();
    Ok(upstream.exists(&source.url)?.then_some(source).into_iter().collect())
}

fn parse(
    source: &FeedSource,
    reader: &mut dyn BufRead,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let page = "https://images.chainguard.dev/security/";
    secdb::parse(&secdb::Dialect { release: None, repository: "os", page }, source, reader, sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ecosystem::Strength, os_release::OsRelease};

    fn identified(os_release: &str) -> Option<Identified> {
        identify(&SystemFiles { os_release: Some(&OsRelease::parse(os_release.as_bytes())), text: &|_| None })
    }

    #[test]
    fn the_version_of_the_base_package_is_no_release() {
        let one = identified("ID=wolfi\nVERSION_ID=20230201\nPRETTY_NAME=\"Wolfi\"").unwrap();
        assert_eq!((one.strength, one.namespace.as_str()), (Strength::Named, "Wolfi"));
        assert_eq!(identified("ID=mine\nID_LIKE=wolfi").unwrap().strength, Strength::Derived);
        assert_eq!(identified("ID=alpine"), None);
    }

    #[test]
    fn there_is_one_feed_for_the_one_namespace() {
        assert_eq!(needed_by("Wolfi"), [source()]);
        assert_eq!(needed_by("Alpine:v3.16"), []);
    }
}
