//! Red Hat's feeds: the VEX documents, one for each CVE, in one archive; and the mapping of repositories to products.

use super::{cpe, repositories, vex};
use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by,
    discover: |_| Ok(sources()),
    locate: Some(locate),
    parse,
    guard,
    revisions: &[revision::of("formats/csaf")],
    is_second: |_| false,
};

const VEX: &str = "redhat/vex";
const VEX_ROOT: &str = "https://security.access.redhat.com/data/csaf/v2/vex/";
/// Names the archive of today.
const VEX_LATEST: &str = "archive_latest.txt";
const REPOSITORIES: &str = "redhat/repositories";
const REPOSITORIES_URL: &str = "https://security.access.redhat.com/data/metrics/repository-to-cpe.json";

fn sources() -> Vec<FeedSource> {
    let source = |name: &str, url: String| FeedSource {
        name: name.to_owned(),
        namespace: cpe::OSV_NAME.to_owned(),
        url,
    };
    vec![source(VEX, format!("{VEX_ROOT}{VEX_LATEST}")), source(REPOSITORIES, REPOSITORIES_URL.to_owned())]
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let is_ours = namespace.split(':').next() == Some(cpe::OSV_NAME);
    if is_ours { sources() } else { Vec::new() }
}

/// The archive has the day in its name, which stands in a file beside it.
fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    if source.name != VEX {
        return Ok(source.url.clone());
    }
    let failed = |reason: &str| DiscoveryError { url: source.url.clone(), reason: reason.to_owned() };
    let text = upstream.read(&source.url)?.ok_or_else(|| failed("upstream has no such document"))?;
    let text = String::from_utf8_lossy(&text);
    let name = text.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(failed("it does not name an archive"));
    }
    let root = source.url.strip_suffix(VEX_LATEST).unwrap_or(VEX_ROOT);
    Ok(format!("{root}{name}"))
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    match source.name.as_str() {
        VEX => vex::parse(document, sink),
        REPOSITORIES => repositories::parse(document, sink),
        other => Err(FeedError::Malformed(format!("“{other}” is no feed of Red Hat"))),
    }
}

fn guard(feed: &str) -> Guard {
    let (floor, most_bytes) = match feed {
        // Some 300,000 documents, most of which say something, of some 100 KB each.
        VEX => (50_000, 128 << 30),
        // Some 20,000 facts.
        _ => (1_000, 256 << 20),
    };
    Guard { floor, most_shrink_percent: 10, stale_after_hours: 72, most_bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Latest(Option<&'static str>);

    impl Upstream for Latest {
        fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
            Ok(None)
        }

        fn exists(&self, _: &str) -> Result<bool, DiscoveryError> {
            Ok(true)
        }

        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
            Ok(self.0.map(|text| text.as_bytes().to_vec()))
        }
    }

    #[test]
    fn the_archive_of_today_is_found_by_the_file_beside_it() {
        let [vex, mapping] = sources().try_into().unwrap();
        assert_eq!(
            locate(&vex, &Latest(Some("csaf_vex_2023-10-31.tar.zst\n"))).unwrap(),
            "https://security.access.redhat.com/data/csaf/v2/vex/csaf_vex_2023-10-31.tar.zst"
        );
        assert_eq!(locate(&mapping, &Latest(None)).unwrap(), mapping.url);
        for wrong in [None, Some(""), Some("<html>"), Some("../../x"), Some("a/b"), Some("a\nb")] {
            assert!(locate(&vex, &Latest(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_product_of_red_hat_needs_both_feeds() {
        let names = |namespace| needed_by(namespace).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names("Red Hat:enterprise_linux:8"), ["redhat/vex", "redhat/repositories"]);
        assert_eq!(names("Red Hat"), ["redhat/vex", "redhat/repositories"]);
        assert_eq!(names("Red Hatter:8"), [""; 0]);
    }
}
