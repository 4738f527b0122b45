//! SUSE's OVAL documents by vulnerability: one for each major release of the Enterprise products, and each release of
//! Micro.
//!
//! Of each there is one with what is fixed, and one (`-affected`) that has besides what is not fixed yet; that one is
//! read where it is there.

use super::products;
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

const ENDS: Ends = Ends {
    feed: "suse/end-of-life",
    product: "sles",
    namespace: release,
    // The data goes on with what long term support fixes.
    until: Until::Extended,
};

const GUARD: Guard = Guard {
    // Those of the major releases have thousands; that of a young release of Micro a few for each package.
    floor: 20,
    // Products whose support has ended are taken out, seldom many at once.
    most_shrink_percent: 20,
    // Documents are written every night.
    stale_after_hours: 72,
    // That of 15, with all service packs and modules, has more than a GB.
    most_bytes: 6 << 30,
};

/// A family of documents: the name of its feeds, the beginning of its namespaces, the beginning of its files.
struct Family {
    feeds: &'static str,
    release: &'static str,
    file: &'static str,
    /// Whether a document is about a major release with all service packs.
    is_major: bool,
}

const FAMILIES: [Family; 3] = [
    Family {
        feeds: "suse/enterprise",
        release: "SUSE:Linux Enterprise Server ",
        file: "suse.linux.enterprise.",
        is_major: true,
    },
    Family {
        feeds: "suse/enterprise-micro",
        release: "SUSE:Linux Enterprise Micro ",
        file: "suse.linux.enterprise.micro.",
        is_major: false,
    },
    Family { feeds: "suse/micro", release: "SUSE:Linux Micro ", file: "suse.linux.micro.", is_major: false },
];

impl Family {
    fn source(&self, version: &str) -> Option<FeedSource> {
        let fits = if self.is_major { listing::is_number(version) } else { listing::is_dotted(version) };
        fits.then(|| FeedSource {
            name: format!("{}/{version}", self.feeds),
            namespace: format!("{}{version}", self.release),
            url: listing::url(&format!("{}{version}", self.file)),
        })
    }

    /// The version whose document speaks about a release such as `15 SP5`.
    fn version<'n>(&self, namespace: &'n str) -> Option<&'n str> {
        let release = namespace.strip_prefix(self.release)?;
        if self.is_major { release.split([' ', '.']).next() } else { Some(release) }
    }
}

/// `15.5` is service pack 5 of 15; since 16, releases are called as they are counted.
fn release(name: &str) -> Option<String> {
    let prefix = "SUSE:Linux Enterprise Server ";
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| number.to_string() == text);
    Some(match name.split_once('.') {
        None => format!("{prefix}{}", number(name)?),
        Some((major, pack)) if number(major)? < FIRST_WITHOUT_PACKS => {
            format!("{prefix}{major} SP{}", number(pack)?)
        }
        Some((major, minor)) => format!("{prefix}{major}.{}", number(minor)?),
    })
}

const FIRST_WITHOUT_PACKS: u32 = 16;

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    FAMILIES.iter().filter_map(|family| family.source(family.version(namespace)?)).collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let candidates = || {
        let majors = (10..=30).map(|major: u32| (0, major.to_string()));
        let minors = |family: usize, majors: std::ops::RangeInclusive<u32>| {
            majors.flat_map(move |major| (0..=9).map(move |minor| (family, format!("{major}.{minor}"))))
        };
        let all = majors.chain(minors(1, 5..=5)).chain(minors(2, 6..=7));
        all.filter_map(|(family, version)| FAMILIES.get(family)?.source(&version)).collect()
    };
    let read = |file: &str| FAMILIES.iter().find_map(|family| family.source(file.strip_prefix(family.file)?));
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
    let major = source.name.strip_prefix("suse/enterprise/");
    let releases = |products: &[&str]| match major {
        Some(major) => {
            let namespace = |release: &String| format!("SUSE:Linux Enterprise Server {release}");
            let releases = products::releases(major, products);
            releases.iter().map(|releases| releases.iter().map(namespace).collect()).collect()
        }
        None => products.iter().map(|product| micro(&source.namespace, product)).collect(),
    };
    let dialect =
        Dialect { publisher: "SUSE", names: Names::Binary, releases: &releases, variant: &oval::one_variant };
    oval::parse(&dialect, source, document, sink)
}

/// Every product of a document about a release of Micro that is not of another release of it.
fn micro(namespace: &str, product: &str) -> Vec<String> {
    let is_version = |word: &&str| word.starts_with(|one: char| one.is_ascii_digit());
    let version = product.split(' ').rfind(is_version).and_then(|word| word.split('-').next());
    let own = namespace.rsplit(' ').next();
    let is_own = !product.contains("Micro") || version.is_none() || version == own;
    is_own.then(|| namespace.to_owned()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_pack_is_in_the_document_of_its_major_release() {
        for (namespace, name, file) in [
            ("SUSE:Linux Enterprise Server 15 SP5", "suse/enterprise/15", "suse.linux.enterprise.15.xml.gz"),
            ("SUSE:Linux Enterprise Server 12", "suse/enterprise/12", "suse.linux.enterprise.12.xml.gz"),
            ("SUSE:Linux Enterprise Server 16.0", "suse/enterprise/16", "suse.linux.enterprise.16.xml.gz"),
            (
                "SUSE:Linux Enterprise Micro 5.5",
                "suse/enterprise-micro/5.5",
                "suse.linux.enterprise.micro.5.5.xml.gz",
            ),
            ("SUSE:Linux Micro 6.1", "suse/micro/6.1", "suse.linux.micro.6.1.xml.gz"),
        ] {
            let [source] = &needed_by(namespace)[..] else { panic!("{namespace}") };
            assert_eq!((source.name.as_str(), source.url.rsplit('/').next()), (name, Some(file)));
        }
        for none in
            ["SUSE:their-own 1.0", "SUSE:Linux Enterprise Server", "SUSE:Linux Micro", "openSUSE:Leap 15.5"]
        {
            assert_eq!(needed_by(none), [], "{none}");
        }
    }

    #[test]
    fn releases_are_named_as_systems_name_them() {
        for (name, expected) in [
            ("15.5", Some("SUSE:Linux Enterprise Server 15 SP5")),
            ("12", Some("SUSE:Linux Enterprise Server 12")),
            ("16.0", Some("SUSE:Linux Enterprise Server 16.0")),
            ("x", None),
            ("15.x", None),
        ] {
            assert_eq!(release(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn products_of_micro_are_told_by_their_release() {
        let of = |product| micro("SUSE:Linux Enterprise Micro 5.3", product).len();
        assert_eq!(of("SUSE Linux Enterprise Micro 5.3"), 1);
        assert_eq!(of("SUSE Linux Enterprise Micro for Rancher 5.3"), 1);
        assert_eq!(of("SUSE Linux Enterprise Micro 5.4"), 0);
        assert_eq!(of("SUSE Manager Proxy 5.0"), 1);
    }
}
