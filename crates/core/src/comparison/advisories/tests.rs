//! One feed, one package after the other.

use super::*;
use crate::{ImageFacts, IndexReport, IndexedPackage, Package, package::SourcePackage};

fn fixed(version: &str) -> AffectedRange {
    AffectedRange::Fixed { introduced: None, fixed: version.to_owned() }
}

fn said(package: &str, id: &str, range: AffectedRange) -> Said {
    let affected = Affected::new("Alpine:v3.16", package, Names::Source, range);
    (affected, Advisory { id: id.to_owned(), ..Advisory::default() })
}

/// An image with `libssl1.1`, which was built from `openssl`, and with a package of nobody knows which release.
fn image() -> IndexReport {
    let package = |name: &str, source: Option<&str>, namespace: Option<&str>| IndexedPackage {
        package: Package {
            name: name.to_owned(),
            version: "1.1.1o-r0".to_owned(),
            kind: "apk".to_owned(),
            source: source
                .map(|name| SourcePackage { name: name.to_owned(), version: "1.1.1o-r0".to_owned() }),
            ..Package::default()
        },
        namespace: namespace.map(str::to_owned),
        purl: format!("pkg:apk/alpine/{name}@1.1.1o-r0"),
        path: "lib/apk/db/installed".to_owned(),
        layer: None,
    };
    IndexReport {
        schema: "limpid/index/1".to_owned(),
        image: ImageFacts {
            reference: "app".to_owned(),
            digest: crate::Digest::of(b"image"),
            platform: "linux/amd64".to_owned(),
            layers: Vec::new(),
        },
        index_state: crate::Digest::of(b"state"),
        distributions: Vec::new(),
        repositories: Vec::new(),
        packages: vec![
            package("libssl1.1", Some("openssl"), Some("Alpine:v3.16")),
            package("nginx", None, None),
        ],
        blind_spots: Vec::new(),
        archives: Vec::new(),
    }
}

fn difference(packages: &[(&[Said], &[Said])]) -> FeedAdvisories {
    let images = ImagePackages::of(&image().packages);
    let mut difference = FeedDifference::new(&images);
    for (a, b) in packages {
        difference.package(a, b);
    }
    difference.finish("alpine/v3.16/main")
}

/// (change, identifier, range in A, range in B)
fn told(found: &FeedAdvisories) -> Vec<(Change, &str, Option<&str>, Option<&str>)> {
    let told = found.changes.iter();
    told.map(|one| (one.change, one.id.as_str(), one.a.as_deref(), one.b.as_deref())).collect()
}

fn counts(added: u64, removed: u64, changed: u64) -> Option<AdvisoryCounts> {
    Some(AdvisoryCounts { added, removed, changed })
}

#[test]
fn added_removed_and_changed_in_this_order_with_ranges_in_words() {
    let a = [
        said("openssl", "CVE-1", fixed("1.1.1n-r0")),
        said("openssl", "CVE-2", AffectedRange::Unfixed { introduced: None }),
        said("openssl", "CVE-3", fixed("1.1.1m-r0")),
        said("openssl", "CVE-4", fixed("1.1.1a-r0")),
    ];
    let b = [
        said("openssl", "CVE-1", fixed("1.1.1n-r0")),
        said("openssl", "CVE-2", fixed("1.1.1q-r0")),
        said("openssl", "CVE-4", AffectedRange::NeverAffected),
        said("openssl", "CVE-5", fixed("1.1.1t-r0")),
    ];
    let found = difference(&[(&a, &b)]);
    assert_eq!(found.counts, counts(1, 1, 2));
    assert_eq!(
        told(&found),
        [
            (Change::Added, "CVE-5", None, Some("fixed in 1.1.1t-r0")),
            (Change::Removed, "CVE-3", Some("fixed in 1.1.1m-r0"), None),
            (Change::Changed, "CVE-2", Some("no fix"), Some("fixed in 1.1.1q-r0")),
            (Change::Changed, "CVE-4", Some("fixed in 1.1.1a-r0"), Some("never affected")),
        ]
    );
}

#[test]
fn what_is_about_no_package_of_the_images_is_counted_only() {
    let mut installed = said("openssl", "CVE-1", fixed("1"));
    installed.0.names = Names::Binary;
    let mut other_release = said("openssl", "CVE-2", fixed("1"));
    other_release.0.namespace = "Alpine:v3.15".to_owned();
    let found = difference(&[
        (&[], &[said("nginx", "CVE-3", fixed("1"))]),
        (&[], &[said("libssl1.1", "CVE-4", fixed("1"))]),
        (&[], &[installed]),
        (&[other_release], &[]),
    ]);
    assert_eq!((found.counts, told(&found)), (counts(3, 1, 0), Vec::new()));
}

#[test]
fn an_installed_package_is_found_by_its_own_name() {
    let mut installed = said("libssl1.1", "CVE-1", fixed("1"));
    installed.0.names = Names::Binary;
    assert_eq!(
        told(&difference(&[(&[], &[installed])])),
        [(Change::Added, "CVE-1", None, Some("fixed in 1"))]
    );
}

#[test]
fn a_second_range_is_a_change_and_no_new_advisory() {
    let one = said("openssl", "CVE-1", fixed("1.1.1n-r0"));
    let from = AffectedRange::Fixed { introduced: Some("3.0".to_owned()), fixed: "3.0.2-r0".to_owned() };
    let both = [said("openssl", "CVE-1", from), one.clone()];
    let found = difference(&[(&[one], &both)]);
    assert_eq!(found.counts, counts(0, 0, 1));
    assert_eq!(
        told(&found),
        [(
            Change::Changed,
            "CVE-1",
            Some("fixed in 1.1.1n-r0"),
            Some("fixed in 1.1.1n-r0; from 3.0, fixed in 3.0.2-r0")
        )]
    );
    // In another order the same is said.
    let turned: Vec<Said> = both.iter().rev().cloned().collect();
    assert_eq!(difference(&[(&turned, &both)]).counts, counts(0, 0, 0));
}

#[test]
fn another_text_is_a_change_with_the_same_range() {
    let a = said("openssl", "CVE-1", AffectedRange::Unreadable { text: "{}".to_owned() });
    let mut b = a.clone();
    b.1.aliases = vec!["XSA-9".to_owned()];
    assert_eq!(
        told(&difference(&[(&[a], &[b])])),
        [(Change::Changed, "CVE-1", Some("unreadable: {}"), Some("unreadable: {}"))]
    );
}

#[test]
fn what_is_not_known_is_null_and_never_zero() {
    let unknown = FeedAdvisories::unknown("alpine/v3.16/main", "gone".to_owned());
    assert_eq!(
        serde_json::to_string(&unknown).expect("plain data"),
        r#"{"feed":"alpine/v3.16/main","counts":null,"changes":[],"unknown":"gone"}"#
    );
    let found = difference(&[(&[], &[said("openssl", "CVE-1", fixed("1"))])]);
    let json = serde_json::to_string(&found).expect("plain data");
    assert!(json.contains(r#""counts":{"added":1,"removed":0,"changed":0}"#), "{json}");
    assert_eq!(serde_json::from_str::<FeedAdvisories>(&json).expect("its own output"), found);
}
