//! openSUSE's OVAL documents by vulnerability: one for each release, in the folder of SUSE's.

use crate::{
    advisory::{Names, Record},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    formats::{
        end_of_life::{Ends, Until},
        oval::{self, Dialect, listing},
    },
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: Some(|source, upstream| ENDS.locate(source, |source| listing::locate(source, upstream))),
    parse,
    guard: |feed| ENDS.guard(feed, |_| GUARD),
    revisions: &[revision::of("formats/oval"), revision::of("formats/end_of_life")],
    increments: None,
    mark: None,
    is_second: |_| false,
};

const ENDS: Ends =
    Ends { feed: "opensuse/end-of-life", product: "opensuse", namespace: leap, until: Until::General };

const GUARD: Guard = Guard {
    // A young release has few, but its documents begin with what was fixed in the packages that it took over.
    floor: 20,
    // What has ended is taken out, seldom much at once.
    most_shrink_percent: 20,
    // Documents are written every night.
    stale_after_hours: 72,
    // The largest, that of Tumbleweed, has some hundred MB.
    most_bytes: 2 << 30,
};

/// Leap was called so from its first release, 42.1, on; older ones have no data.
fn leap(release: &str) -> Option<String> {
    const FIRST_MAJOR: u32 = 15;
    let major: u32 = release.split_once('.')?.0.parse().ok()?;
    (major >= FIRST_MAJOR).then(|| format!("openSUSE:Leap {release}"))
}

/// A release as its namespace, feed and file name it.
enum Release<'a> {
    Leap(&'a str),
    LeapMicro(&'a str),
    Tumbleweed,
}

impl<'a> Release<'a> {
    fn of_namespace(namespace: &'a str) -> Option<Self> {
        let release = namespace.strip_prefix("openSUSE:")?;
        if release == "Tumbleweed" {
            return Some(Self::Tumbleweed);
        }
        let micro = release.strip_prefix("Leap Micro ").map(Self::LeapMicro);
        micro.or_else(|| release.strip_prefix("Leap ").map(Self::Leap)).filter(Self::is_sound)
    }

    fn of_file(file: &'a str) -> Option<Self> {
        if file == "opensuse.tumbleweed" {
            return Some(Self::Tumbleweed);
        }
        let micro = file.strip_prefix("opensuse.leap.micro.").map(Self::LeapMicro);
        micro.or_else(|| file.strip_prefix("opensuse.leap.").map(Self::Leap)).filter(Self::is_sound)
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Leap(version) | Self::LeapMicro(version) => listing::is_dotted(version),
            Self::Tumbleweed => true,
        }
    }

    fn source(&self) -> FeedSource {
        let (feed, release, file) = match self {
            Self::Leap(version) => {
                (format!("leap/{version}"), format!("Leap {version}"), format!("leap.{version}"))
            }
            Self::LeapMicro(version) => (
                format!("leap-micro/{version}"),
                format!("Leap Micro {version}"),
                format!("leap.micro.{version}"),
            ),
            Self::Tumbleweed => ("tumbleweed".to_owned(), "Tumbleweed".to_owned(), "tumbleweed".to_owned()),
        };
        FeedSource {
            name: format!("opensuse/{feed}"),
            namespace: format!("openSUSE:{release}"),
            url: listing::url(&format!("opensuse.{file}")),
        }
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    Release::of_namespace(namespace).map(|release| release.source()).into_iter().collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let candidates = || {
        let versions = |majors: &[u32]| -> Vec<String> {
            let minors = |major: &u32| (0..=9).map(|minor| format!("{major}.{minor}")).collect::<Vec<_>>();
            majors.iter().flat_map(minors).collect()
        };
        let leap = versions(&[15, 16, 17, 42]);
        let micro = versions(&[5, 6]);
        let leap = leap.iter().map(|version| Release::Leap(version).source());
        let micro = micro.iter().map(|version| Release::LeapMicro(version).source());
        leap.chain(micro).chain([Release::Tumbleweed.source()]).collect()
    };
    let read = |file: &str| Release::of_file(file).map(|release| release.source());
    let mut sources = listing::discover(upstream, &read, &candidates)?;
    ENDS.add_to(&mut sources, upstream);
    Ok(sources)
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    let releases = |products: &[&str]| products.iter().map(|product| release(source, product)).collect();
    let dialect =
        Dialect { publisher: "SUSE", names: Names::Binary, releases: &releases, variant: &oval::one_variant };
    oval::parse(&dialect, source, document, sink)
}

/// Every product of a document that is not another distribution or release: backports and add-ons are the release's own.
fn release(source: &FeedSource, product: &str) -> Vec<String> {
    let own = source.namespace.replacen(':', " ", 1);
    let is_own =
        product.strip_prefix(&*own).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-']));
    let others = ["SUSE Linux", "openSUSE Leap", "openSUSE Tumbleweed", "openSUSE 1"];
    let is_others = others.iter().any(|other| product.starts_with(other));
    (is_own || (product.contains("SUSE") && !is_others))
        .then(|| source.namespace.clone())
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_release_has_a_document() {
        for (namespace, name, file) in [
            ("openSUSE:Leap 15.5", "opensuse/leap/15.5", "opensuse.leap.15.5.xml.gz"),
            ("openSUSE:Leap 16.0", "opensuse/leap/16.0", "opensuse.leap.16.0.xml.gz"),
            ("openSUSE:Leap Micro 5.5", "opensuse/leap-micro/5.5", "opensuse.leap.micro.5.5.xml.gz"),
            ("openSUSE:Tumbleweed", "opensuse/tumbleweed", "opensuse.tumbleweed.xml.gz"),
        ] {
            let [source] = &needed_by(namespace)[..] else { panic!("{namespace}") };
            assert_eq!((source.name.as_str(), source.url.rsplit('/').next()), (name, Some(file)));
            assert_eq!(source.namespace, namespace);
        }
        for none in ["openSUSE:13.2", "openSUSE:Leap", "openSUSE:Leap x", "SUSE:Linux Micro 6.1"] {
            assert_eq!(needed_by(none), [], "{none}");
        }
    }

    #[test]
    fn products_of_another_release_are_not_its_own() {
        let source = Release::Leap("15.5").source();
        for (product, is_own) in [
            ("openSUSE Leap 15.5", true),
            ("openSUSE Leap 15.5 NonFree", true),
            ("SUSE Package Hub 15 SP5", true),
            ("openSUSE Leap 15.4", false),
            ("openSUSE Leap Micro 5.5", false),
            ("openSUSE Tumbleweed", false),
            ("Photon OS 3", false),
            ("SUSE Linux Enterprise Server 15 SP5", false),
        ] {
            assert_eq!(!release(&source, product).is_empty(), is_own, "{product}");
        }
    }
}
