//! The public case, as Clair tells it before and after its upgrade, and the odd things that Clair may answer.

use serde_json::{Value, json};

use super::*;
use crate::{
    comparison::{Cause, Change, compare},
    ecosystems,
};

const MANIFEST: &str = "sha256:4ff3ca91275773af45cb4b0834e12b7eb47d1c18f770a0b151381cd227f4c253";

/// The answers of the old Clair, to which Alpine 3.16 is nothing, and of the upgraded one.
fn before() -> [Value; 3] {
    [
        include_str!("fixtures/state-before.json"),
        include_str!("fixtures/index-before.json"),
        include_str!("fixtures/vulnerabilities-before.json"),
    ]
    .map(|text| serde_json::from_str(text).expect("JSON"))
}

fn after() -> [Value; 3] {
    [
        include_str!("fixtures/state-after.json"),
        include_str!("fixtures/index-after.json"),
        include_str!("fixtures/vulnerabilities-after.json"),
    ]
    .map(|text| serde_json::from_str(text).expect("JSON"))
}

fn told([state, index, vulnerabilities]: [Value; 3]) -> Result<Side, ClairError> {
    let documents = Documents {
        state: serde_json::from_value(state).expect("a state"),
        index: serde_json::from_value(index).expect("an index report"),
        vulnerabilities: serde_json::from_value(vulnerabilities).expect("a vulnerability report"),
    };
    side(&MANIFEST.parse().expect("a digest"), "http://clair", &documents, &ecosystems::all())
}

fn spots(side: &Side) -> Vec<(Reason, &str, u64)> {
    side.blind_spots.iter().map(|spot| (spot.reason, spot.subject.as_str(), spot.packages)).collect()
}

#[test]
fn the_green_report_of_a_release_that_clair_does_not_know_is_unproven() {
    let side = told(before()).expect("a side");
    assert_eq!(side.verdict, Verdict::Unproven);
    assert_eq!(spots(&side), [(Reason::NoDistribution, "image", 4)]);
    assert_eq!((side.package_count, side.findings.len()), (4, 0));
    let packages = side.packages.expect("packages");
    // What a package is follows from where it is, also without a distribution.
    assert!(packages.iter().all(|one| one.namespace.is_none() && one.package.kind == "apk"));
    assert_eq!(side.inputs.index_state, Told::Claimed("44c9f1b2c4dd1f1f2f3a8f8f0a4d6d0e".to_owned()));
    assert_eq!([&side.inputs.catalog, &side.inputs.policy, &side.inputs.as_of], [&Told::Nothing; 3]);
}

#[test]
fn a_release_that_clair_knows_has_our_namespace() {
    let side = told(after()).expect("a side");
    assert_eq!((side.verdict, spots(&side)), (Verdict::Vulnerable, Vec::new()));
    assert_eq!(side.distributions[0].ecosystem, "Alpine:v3.16");
    let found: Vec<_> =
        side.findings.iter().map(|one| (one.id.as_str(), one.package.purl.as_str())).collect();
    assert_eq!(
        found,
        [
            ("CVE-2022-30065", "pkg:apk/alpine/busybox@1.35.0-r13?arch=x86_64&distro=alpine-3.16"),
            (
                "CVE-2022-2097",
                "pkg:apk/alpine/libcrypto1.1@1.1.1o-r0?arch=x86_64&distro=alpine-3.16&upstream=openssl"
            ),
            ("CVE-2022-37434", "pkg:apk/alpine/zlib@1.2.12-r1?arch=x86_64&distro=alpine-3.16"),
        ]
    );
    assert_eq!(side.findings[1].fixed_in.as_deref(), Some("1.1.1q-r0"));
}

#[test]
fn two_clairs_tell_the_public_case() {
    let (before, after) = (told(before()).expect("a side"), told(after()).expect("a side"));
    let comparison = compare(&before, &after);
    assert_eq!((comparison.feeds.as_ref(), comparison.inputs.catalog.same), (None, None));
    assert!(
        comparison.findings.iter().all(|one| (one.change, one.cause) == (Change::Added, Cause::IndexState))
    );
    assert_eq!(
        comparison.explanation,
        "The image is the same; the index state differs, so another version of the detectors read the image (4 packages \
         under another release or source package); neither side tells its advisory data, policy and day. 3 findings are \
         new in B because of the index state. 1 blind spot is gone in B. The verdict was unproven and is vulnerable."
    );
}

#[test]
fn an_index_state_that_nobody_bumped_does_not_hide_that_the_image_was_read_otherwise() {
    let mut documents = after();
    documents[0] = before()[0].clone();
    let comparison = compare(&told(before()).expect("a side"), &told(documents).expect("a side"));
    assert_eq!(comparison.inputs.index_state.same, None);
    assert!(comparison.findings.iter().all(|one| one.cause == Cause::IndexState));
    assert_eq!(comparison.blind_spots[0].cause, Cause::IndexState);
    let said = "both sides name the same index state, but read the image otherwise (4 packages under another release or \
                source package)";
    assert!(comparison.explanation.contains(said), "{}", comparison.explanation);

    let comparison = compare(&told(after()).expect("a side"), &told(after()).expect("a side"));
    let said = "both sides name the same index state, which does not prove that it is;";
    assert!(comparison.explanation.contains(said), "{}", comparison.explanation);
    assert!(!comparison.inputs.all_same());
}

#[test]
fn nothing_found_by_clair_is_never_clean() {
    let mut documents = after();
    documents[2]["vulnerabilities"] = json!({});
    documents[2]["package_vulnerabilities"] = Value::Null;
    let side = told(documents).expect("a side");
    assert_eq!(side.verdict, Verdict::Unproven);
    assert_eq!(spots(&side), [(Reason::ReleaseNotCovered, "Alpine:v3.16", 4)]);

    let mut documents = after();
    for field in ["packages", "environments"] {
        documents[1][field] = json!({});
    }
    documents[2]["package_vulnerabilities"] = json!({});
    let side = told(documents).expect("a side");
    assert_eq!(spots(&side), [(Reason::NothingRecognised, "image", 0)]);
}

#[test]
fn distributions_and_repositories_that_are_unknown_here_keep_clairs_words() {
    let mut documents = before();
    documents[1]["distributions"] =
        json!({"3": {"did": "slackware", "name": "Slackware", "version_id": "12"}});
    documents[1]["repository"] = json!({"5": {"id": "5", "name": "pypi"}});
    let place = |distribution: &str, repositories: Value| {
        json!([{"package_db": "/var/lib/pkgtools/packages", "introduced_in": "", "distribution_id": distribution,
            "repository_ids": repositories}])
    };
    documents[1]["environments"] = json!({
        "12": place("3", Value::Null), "14": place("", json!(["5"])), "16": place("", json!([]))
    });
    let side = told(documents).expect("a side");
    let packages = side.packages.as_deref().expect("packages");
    let listed: Vec<_> = packages
        .iter()
        .map(|one| {
            (
                one.package.name.as_str(),
                one.namespace.as_deref(),
                one.package.kind.as_str(),
                one.path.as_str(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("busybox", Some("slackware:12"), "generic", "var/lib/pkgtools/packages"),
            ("libcrypto1.1", Some("pypi"), "generic", "var/lib/pkgtools/packages"),
            ("musl", None, "generic", "var/lib/pkgtools/packages"),
            // It has no place at all.
            ("zlib", None, "generic", ""),
        ]
    );
    let expected = [
        (Reason::NoDistribution, "image", 2),
        (Reason::ReleaseNotCovered, "pypi", 1),
        (Reason::ReleaseNotCovered, "slackware:12", 1),
    ];
    assert_eq!(spots(&side), expected);
}

#[test]
fn names_aliases_and_fixes_are_read_as_clair_writes_them() {
    let mut documents = after();
    let one = |name: &str, fixed: &str, links: &str, aliases: Value| json!({"name": name, "fixed_in_version": fixed, "links": links, "Aliases": aliases, "normalized_severity": "High"});
    documents[2]["vulnerabilities"] = json!({
        "1": one("CVE-2020-11111 on Ubuntu 20.04 LTS (focal) - low.", "", "", Value::Null),
        "2": one("PYSEC-2020-1", "fixed=1.2.3&introduced=1.0", "https://x/CVE-2020-22222 https://x/CVE-1", Value::Null),
        "3": one("GHSA-aaaa", "lastAffected=2", "", json!([{"space": "CVE", "name": "2020-33333"}])),
        // The same from a repository that knows no fix.
        "4": one("PYSEC-2020-1", "", "", Value::Null),
    });
    documents[2]["package_vulnerabilities"] = json!({"12": ["4", "1", "2", "3"]});
    let side = told(documents).expect("a side");
    let found: Vec<_> = side
        .findings
        .iter()
        .map(|one| (one.id.as_str(), one.aliases.join(" "), one.fixed_in.as_deref(), one.severity))
        .collect();
    assert_eq!(
        found,
        [
            // What has a fix stands before what has none.
            ("PYSEC-2020-1", "CVE-2020-22222".to_owned(), Some("1.2.3"), crate::Severity::High),
            ("CVE-2020-11111", String::new(), None, crate::Severity::High),
            ("GHSA-aaaa", "CVE-2020-33333".to_owned(), None, crate::Severity::High),
        ]
    );
}

#[test]
fn what_is_no_finished_report_on_the_manifest_is_an_error() {
    let refused = |change: fn(&mut [Value; 3])| {
        let mut documents = after();
        change(&mut documents);
        told(documents).expect_err("no side")
    };
    let failed = refused(|documents| {
        documents[1]["state"] = json!("IndexError");
        documents[1]["success"] = json!(false);
        documents[1]["err"] = json!("failed to fetch layers");
    });
    assert_eq!(failed, ClairError::Failed("failed to fetch layers".to_owned()));
    let unfinished = refused(|documents| {
        documents[1]["state"] = json!("FetchLayers");
        documents[1]["success"] = json!(false);
    });
    assert_eq!(unfinished, ClairError::Unfinished("FetchLayers".to_owned()));
    for place in [1, 2] {
        let mut documents = after();
        documents[place]["manifest_hash"] = json!("sha256:other");
        assert_eq!(
            told(documents).expect_err("no side"),
            ClairError::OtherManifest("sha256:other".to_owned())
        );
    }
    let apart = refused(|documents| documents[2]["package_vulnerabilities"]["99"] = json!(["501"]));
    assert!(matches!(apart, ClairError::Apart(_)), "{apart}");
    let apart = refused(|documents| documents[2]["package_vulnerabilities"]["12"] = json!(["777"]));
    assert!(matches!(apart, ClairError::Apart(_)), "{apart}");
    // A document without its packages is none.
    assert!(
        serde_json::from_value::<IndexDocument>(json!({"manifest_hash": MANIFEST, "state": "IndexFinished",
        "success": true, "err": ""}))
        .is_err()
    );
}
