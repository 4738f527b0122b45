//! Photon's OVAL documents: one for each release.

use crate::{
    advisory::{Names, Record},
    feed::{
        DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream, probe,
    },
    formats::oval::{self, Dialect},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by,
    discover,
    locate: None,
    parse,
    guard: |_| GUARD,
    revisions: &[revision::of("formats/oval")],
    increments: None,
    mark: None,
    is_second: |_| false,
};

const GUARD: Guard = Guard {
    // A release has thousands after a year; a young one has as many within weeks.
    floor: 20,
    // Advisories are added and corrected, never taken back in numbers.
    most_shrink_percent: 5,
    // Advisories come several times a week.
    stale_after_hours: 72,
    // The largest has some 60 MB.
    most_bytes: 512 << 20,
};

const ROOT: &str = "https://packages.vmware.com/photon/photon_oval_definitions/";

/// How many releases in a row may be missing before the search ends, where upstream gives no listing.
const TOLERATED_HOLE: u32 = 2;

fn source(release: u32) -> FeedSource {
    FeedSource {
        name: format!("photon/{release}"),
        namespace: format!("Photon OS:{release}.0"),
        url: format!("{ROOT}com.vmware.phsa-photon{release}.xml.gz"),
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let release = namespace.strip_prefix("Photon OS:").and_then(|version| version.strip_suffix(".0"));
    release.and_then(number).map(source).into_iter().collect()
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    if let Some(names) = upstream.list(ROOT)? {
        let release =
            |name: &String| number(name.strip_prefix("com.vmware.phsa-photon")?.strip_suffix(".xml.gz")?);
        let mut releases: Vec<u32> = names.iter().filter_map(release).collect();
        releases.sort_unstable();
        releases.dedup();
        return Ok(releases.into_iter().map(source).collect());
    }
    probe((1..).map(source), TOLERATED_HOLE, upstream)
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let releases = |products: &[&str]| products.iter().map(|product| release(source, product)).collect();
    let dialect = Dialect {
        publisher: "Photon",
        names: Names::Binary,
        releases: &releases,
        variant: &oval::one_variant,
    };
    oval::parse(&dialect, source, document, sink)
}

/// `Photon OS 3`, `Photon OS 3.0`: where it is the document's own. What is Photon by its name and tells no release is the
/// document's own too.
fn release(source: &FeedSource, product: &str) -> Vec<String> {
    let version = product.split(' ').find(|word| word.starts_with(|one: char| one.is_ascii_digit()));
    let version = version.map(|version| version.split(['.', '-']).next().unwrap_or(version));
    let is_own = product.contains("Photon")
        && version.is_none_or(|version| format!("Photon OS:{version}.0") == source.namespace);
    is_own.then(|| source.namespace.clone()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_another_release_is_about_another() {
        let source = source(3);
        for (product, is_own) in [
            ("Photon OS 3", true),
            ("Photon OS 3.0", true),
            ("VMware Photon OS 3.0 Rev 2", true),
            ("Photon OS", true),
            ("Photon OS 4", false),
            ("VMware Photon OS 4.0", false),
            ("Oracle Linux 3", false),
        ] {
            assert_eq!(!release(&source, product).is_empty(), is_own, "{product}");
        }
    }

    #[test]
    fn a_release_of_tomorrow_has_a_feed() {
        let [source] = &needed_by("Photon OS:6.0")[..] else { panic!("one feed") };
        assert_eq!(source.url, format!("{ROOT}com.vmware.phsa-photon6.xml.gz"));
        for none in ["Photon OS", "Photon OS:5.1", "Photon OS:05.0", "Photon OS:x.0", "Alpine:3.0"] {
            assert_eq!(needed_by(none), [], "{none}");
        }
    }
}
