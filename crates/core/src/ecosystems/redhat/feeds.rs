//! Red Hat's feeds: the VEX documents, one for each CVE, in one archive; and the mapping of repositories to products.

use std::io::BufRead;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{cpe, repositories, vex};
use crate::{
    advisory::Record,
    feed::{
        Change, DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Increments,
        Upstream, read_rows,
    },
    formats::end_of_life::{Ends, Until},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: Some(|source, upstream| ENDS.locate(source, |source| locate(source, upstream))),
    parse,
    increments: Some(INCREMENTS),
    mark: None,
    guard: |feed| ENDS.guard(feed, guard),
    revisions: &[revision::of("formats/csaf"), revision::of("formats/end_of_life")],
    is_second: |_| false,
};

/// Keys are the documents' paths: `2023/cve-2023-4154.json`.
const INCREMENTS: Increments = Increments {
    lists,
    read: read_list,
    archive_instant,
    address: |_, key| format!("{VEX_ROOT}{key}"),
    member: str::to_owned,
    document_of: |_, advisory| {
        let year = advisory.id.strip_prefix("CVE-")?.split('-').next()?;
        Some(format!("{year}/{}.json", advisory.id.to_ascii_lowercase()))
    },
};

const VEX: &str = "redhat/vex";
const VEX_ROOT: &str = "https://security.access.redhat.com/data/csaf/v2/vex/";
/// Names the archive of today.
const VEX_LATEST: &str = "archive_latest.txt";
const DELETIONS: &str = "deletions.csv";
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

/// What upstream has of it: a mirror may lack one of them, or all.
fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut found = Vec::new();
    for source in sources() {
        let is_there = upstream.exists(&source.url)?
            || (source.name == VEX && newest_archive(upstream.list(VEX_ROOT)?).is_some());
        if is_there {
            found.push(source);
        }
    }
    ENDS.add_to(&mut found, upstream);
    Ok(found)
}

/// The archive has the day in its name, which stands in a file beside it. A mirror may lack that file: then the newest of the
/// archives that it lists.
fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    if source.name != VEX {
        return Ok(source.url.clone());
    }
    let failed = |reason: &str| DiscoveryError { url: source.url.clone(), reason: reason.to_owned() };
    let root = source.url.strip_suffix(VEX_LATEST).unwrap_or(VEX_ROOT);
    let name = match upstream.read(&source.url)? {
        Some(text) => String::from_utf8_lossy(&text).trim().to_owned(),
        None => {
            newest_archive(upstream.list(root)?).ok_or_else(|| failed("upstream has no such document"))?
        }
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(failed("it does not name an archive"));
    }
    Ok(format!("{root}{name}"))
}

/// The archive of the latest day among these names.
fn newest_archive(listed: Option<Vec<String>>) -> Option<String> {
    let archives = listed.into_iter().flatten().filter(|name| name.ends_with(".tar.zst"));
    archives.filter_map(|name| Some((archive_instant(&name)?, name))).max().map(|(_, name)| name)
}

fn lists(source: &FeedSource) -> Vec<String> {
    let names: &[&str] = if source.name == VEX { &["changes.csv", DELETIONS] } else { &[] };
    names.iter().map(|name| format!("{VEX_ROOT}{name}")).collect()
}

fn read_list(list: &str, reader: &mut dyn BufRead, sink: &mut dyn FnMut(Change)) -> Result<(), FeedError> {
    let is_deleted = list.ends_with(DELETIONS);
    read_rows(reader, false, &mut |key, at| {
        // Signatures and checksums stand beside the documents.
        if key.ends_with(".json") {
            sink(Change { key: key.to_owned(), at, is_deleted });
        }
    })
}

/// The beginning of the day in the name: `csaf_vex_2023-10-31.tar.zst`.
fn archive_instant(address: &str) -> Option<DateTime<Utc>> {
    let name = address.rsplit('/').next()?;
    let (_, day) = name.split('.').next()?.rsplit_once('_')?;
    let day: NaiveDate = day.parse().ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    match source.name.as_str() {
        // Signatures and checksums are none of the documents.
        VEX if !document.name.is_empty() && !document.name.ends_with(".json") => Ok(FeedHead::default()),
        VEX => vex::parse(document, sink),
        REPOSITORIES => repositories::parse(document, sink),
        other => Err(FeedError::Malformed(format!("“{other}” is no feed of Red Hat"))),
    }
}

const ENDS: Ends = Ends {
    feed: "redhat/end-of-life",
    product: "rhel",
    namespace: |release| Some(format!("{}:enterprise_linux:{release}", cpe::OSV_NAME)),
    until: Until::General,
};

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
    use crate::{Advisory, Affected, AffectedRange, advisory::Names};

    /// What stands in the file beside the archive, and the names that are listed.
    struct Latest(Option<&'static str>, Option<&'static [&'static str]>);

    impl Upstream for Latest {
        fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
            Ok(self.1.map(|names| names.iter().map(|&name| name.to_owned()).collect()))
        }

        fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
            Ok(url.ends_with(VEX_LATEST) && self.0.is_some())
        }

        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
            Ok(self.0.map(|text| text.as_bytes().to_vec()))
        }
    }

    #[test]
    fn the_archive_of_today_is_found_by_the_file_beside_it() {
        let [vex, mapping] = sources().try_into().unwrap();
        assert_eq!(
            locate(&vex, &Latest(Some("csaf_vex_2023-10-31.tar.zst\n"), None)).unwrap(),
            "https://security.access.redhat.com/data/csaf/v2/vex/csaf_vex_2023-10-31.tar.zst"
        );
        assert_eq!(locate(&mapping, &Latest(None, None)).unwrap(), mapping.url);
        for wrong in [None, Some(""), Some("<html>"), Some("../../x"), Some("a/b"), Some("a\nb")] {
            assert!(locate(&vex, &Latest(wrong, None)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_mirror_without_that_file_has_the_newest_archive_and_one_without_archives_none() {
        const LISTED: &[&str] = &[
            "csaf_vex_2023-10-31.tar.zst",
            "csaf_vex_2024-02-01.tar.zst",
            "csaf_vex_2024-02-02.tar.zst.asc",
            "2023",
        ];
        let names = |upstream| -> Vec<String> {
            discover(&upstream).unwrap().into_iter().map(|source| source.name).collect()
        };
        let vex = sources().remove(0);
        let address = locate(&vex, &Latest(None, Some(LISTED))).unwrap();
        assert_eq!(address, format!("{VEX_ROOT}csaf_vex_2024-02-01.tar.zst"));
        assert_eq!(names(Latest(None, Some(LISTED))), [VEX]);
        assert_eq!(names(Latest(Some("x.tar.zst"), None)), [VEX]);
        assert_eq!(names(Latest(None, Some(&["2023"]))), [""; 0]);
        assert_eq!(names(Latest(None, None)), [""; 0]);
    }

    #[test]
    fn single_documents_are_known_by_the_path_that_the_lists_name() {
        let vex = sources().remove(0);
        let urls = lists(&vex);
        assert_eq!(urls[0], format!("{VEX_ROOT}changes.csv"));
        assert_eq!(lists(&sources().remove(1)), [""; 0]);
        let text = "\"2023/cve-2023-0030.json\",\"2023-12-10T00:00:00+00:00\"\n\"x.asc\",\"2023-12-10T00:00:00+00:00\"\n";
        for (url, is_deleted) in urls.iter().zip([false, true]) {
            let mut rows = Vec::new();
            read_list(url, &mut text.as_bytes(), &mut |change| rows.push((change.key, change.is_deleted)))
                .unwrap();
            assert_eq!(rows, [("2023/cve-2023-0030.json".to_owned(), is_deleted)]);
        }
        let advisory = Advisory { id: "CVE-2023-0030".to_owned(), ..Advisory::default() };
        let said = Affected::new("Red Hat:x", "a", Names::Binary, AffectedRange::NeverAffected);
        let key = (INCREMENTS.document_of)(&said, &advisory).unwrap();
        assert_eq!(
            (key.as_str(), (INCREMENTS.member)(&key).as_str()),
            ("2023/cve-2023-0030.json", "2023/cve-2023-0030.json")
        );
        assert_eq!((INCREMENTS.address)(&vex, &key), format!("{VEX_ROOT}2023/cve-2023-0030.json"));
        let instant = archive_instant("https://x/csaf_vex_2023-10-31.tar.zst").unwrap();
        assert_eq!(instant.to_rfc3339(), "2023-10-31T00:00:00+00:00");
        assert_eq!(archive_instant("https://x/latest.tar.zst"), None);
    }

    #[test]
    fn every_product_of_red_hat_needs_both_feeds() {
        let names = |namespace| needed_by(namespace).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names("Red Hat:enterprise_linux:8"), ["redhat/vex", "redhat/repositories"]);
        assert_eq!(names("Red Hat"), ["redhat/vex", "redhat/repositories"]);
        assert_eq!(names("Red Hatter:8"), [""; 0]);
    }
}
