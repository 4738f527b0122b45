//! Packages of Red Hat's images judged by excerpts of Red Hat's own documents.

use std::{fs, path::Path};

use chrono::NaiveDate;
use limpid_core::{
    Affected, Digest, Distribution, ImageFacts, IndexReport, IndexedPackage, Package,
    advisory::{Plan, Record},
    ecosystems,
    feed::FeedDocument,
    matching::{Advisories, Coverage, FeedData, FeedState, Found, Statement, judge},
    package::SourcePackage,
};

const RELEASE: &str = "Red Hat:enterprise_linux:9";

/// The records of some documents, all of them covering the release.
struct Documents(Vec<(String, Record)>);

impl Documents {
    fn read(documents: &[(&str, &str)]) -> Self {
        let all = ecosystems::all();
        let redhat = all.of_namespace(RELEASE).unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ecosystems/redhat/fixtures");
        let mut records = Vec::new();
        for (feed, file) in documents {
            let source = (redhat.feeds.needed_by)(RELEASE).into_iter().find(|one| one.name == *feed).unwrap();
            let bytes = fs::read(fixtures.join(file)).unwrap();
            let mut reader = bytes.as_slice();
            let mut document = FeedDocument { name: "", reader: &mut reader };
            let mut sink = |record| records.push(((*feed).to_owned(), record));
            (redhat.feeds.parse)(&source, &mut document, &mut sink).unwrap();
        }
        Self(records)
    }
}

impl Advisories for Documents {
    fn digest(&self) -> Digest {
        Digest::of(b"documents")
    }

    fn coverage(&self, _: &str) -> Coverage {
        let data = FeedData {
            segment: Digest::of(b"segment"),
            records: 1,
            upstream_date: None,
            misfit: None,
            unread: Vec::new(),
            changed_at: chrono::DateTime::UNIX_EPOCH,
            checked_at: chrono::DateTime::UNIX_EPOCH,
            stale: false,
        };
        let feed = |name: &str| FeedState {
            name: name.to_owned(),
            data: Some(data.clone()),
            ..FeedState::default()
        };
        let feeds = ["redhat/repositories", "redhat/vex"].map(feed).to_vec();
        Coverage { feeds, unknown_upstream: false }
    }

    fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found {
        let mut found = Found::default();
        for (feed, record) in &self.0 {
            for affected in &record.affected {
                if affected.namespace == namespace && affected.package == package && wanted(affected) {
                    let (affected, advisory) = (affected.clone(), record.advisory.clone());
                    found.statements.push(Statement { feed: feed.clone(), affected, advisory });
                }
            }
        }
        found
    }
}

fn rpm(name: &str, version: &str, source: &str, module: Option<&str>) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        kind: "rpm".to_owned(),
        architecture: Some("x86_64".to_owned()),
        source: Some(SourcePackage::new(source, version)),
        module: module.map(str::to_owned),
        vendor: Some("Red Hat, Inc.".to_owned()),
        ..Package::default()
    }
}

/// Package, what is found, fix, plan.
type Row = (String, String, Option<String>, Plan);

/// What is found, and the blind spots.
fn found(
    documents: &Documents,
    namespace: &str,
    repositories: &[&str],
    packages: &[Package],
) -> (Vec<Row>, Vec<String>) {
    let indexed = |package: &Package| IndexedPackage {
        package: package.clone(),
        namespace: Some(namespace.to_owned()),
        purl: format!("pkg:rpm/redhat/{}", package.name),
        path: "var/lib/rpm/rpmdb.sqlite".to_owned(),
        layer: None,
    };
    let index = IndexReport {
        schema: "limpid/index/1".to_owned(),
        image: ImageFacts {
            reference: "test".to_owned(),
            digest: Digest::of(b"image"),
            platform: "linux/amd64".to_owned(),
            layers: Vec::new(),
        },
        index_state: Digest::of(b"state"),
        repositories: repositories.iter().map(|&one| one.to_owned()).collect(),
        distributions: vec![Distribution {
            id: "rhel".to_owned(),
            version: String::new(),
            name: "Red Hat Enterprise Linux".to_owned(),
            ecosystem: namespace.to_owned(),
            end_of_life: None,
        }],
        packages: packages.iter().map(indexed).collect(),
        blind_spots: Vec::new(),
        archives: Vec::new(),
    };
    let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let judgement = judge(&index, &ecosystems::all(), documents, day);
    let findings = judgement.findings.into_iter();
    let findings = findings.map(|one| (one.package.package.name, one.advisory.id, one.fixed_in, one.plan));
    let spots = judgement.blind_spots.into_iter().map(|spot| format!("{} {}", spot.reason, spot.subject));
    (findings.collect(), spots.collect())
}

fn curl_documents() -> Documents {
    Documents::read(&[
        ("redhat/vex", "documents/cve-2023-38545.json"),
        ("redhat/repositories", "feed/redhat/repositories.json"),
    ])
}

fn curl_fix(repository: &str, version: &str) -> Option<String> {
    let curl = rpm("curl-minimal", version, "curl", None);
    let (findings, spots) = found(&curl_documents(), RELEASE, &[repository], &[curl]);
    assert_eq!(spots, [""; 0], "{repository}");
    let fix = |(name, id, fix, _): (String, String, Option<String>, Plan)| {
        assert_eq!((name.as_str(), id.as_str()), ("curl-minimal", "CVE-2023-38545"));
        fix
    };
    findings.into_iter().next().and_then(fix)
}

#[test]
fn each_minor_release_of_the_main_stream_has_its_fix() {
    let main = |version| curl_fix("rhel-9-for-x86_64-baseos-rpms", version);
    assert_eq!(main("7.76.1-14.el9").as_deref(), Some("7.76.1-23.el9_2.4"));
    assert_eq!(main("7.76.1-23.el9_2.3").as_deref(), Some("7.76.1-23.el9_2.4"));
    assert_eq!(main("7.76.1-23.el9_2.4"), None);
    assert_eq!(main("7.76.1-26.el9_3.1").as_deref(), Some("7.76.1-26.el9_3.2"));
    assert_eq!(main("7.76.1-26.el9_3.2"), None);
    assert_eq!(main("7.76.1-29.el9_4"), None);
}

#[test]
fn a_package_of_an_extended_stream_is_judged_by_that_streams_fix() {
    let extended = |version| curl_fix("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_0", version);
    assert_eq!(extended("7.76.1-14.el9_0.8").as_deref(), Some("7.76.1-14.el9_0.9"));
    assert_eq!(extended("7.76.1-14.el9_0.9"), None, "although the main stream's fix is a newer one");
}

#[test]
fn where_an_extended_stream_has_nothing_the_main_one_counts() {
    let mut documents = curl_documents();
    for (_, record) in &mut documents.0 {
        let is_fact = !record.advisory.id.starts_with("CVE-");
        record.affected.retain(|one| is_fact || !one.namespace.contains("rhel_eus"));
    }
    documents.0.retain(|(_, record)| !record.affected.is_empty());
    let curl = rpm("curl-minimal", "7.76.1-14.el9_0.8", "curl", None);
    let repository = "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_0";
    let (findings, _) = found(&documents, RELEASE, &[repository], &[curl]);
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn what_was_looked_at_and_is_not_affected_is_not_found() {
    let curl = rpm("curl", "7.29.0-59.el7", "curl", None);
    let (findings, _) =
        found(&curl_documents(), "Red Hat:enterprise_linux:7", &["rhel-7-server-rpms"], &[curl]);
    assert_eq!(findings, []);
}

#[test]
fn what_will_not_be_fixed_says_so_and_repositories_that_nobody_knows_are_said() {
    let documents = Documents::read(&[
        ("redhat/vex", "feed/redhat/vex.json"),
        ("redhat/repositories", "feed/redhat/repositories.json"),
    ]);
    let snakeyaml = || rpm("snakeyaml", "1.11-10.el7", "snakeyaml", None);
    let (findings, _) = found(&documents, "Red Hat:enterprise_linux:7", &[], &[snakeyaml()]);
    assert_eq!(findings, [("snakeyaml".to_owned(), "CVE-2022-38752".to_owned(), None, Plan::EndOfLife)]);
    let (findings, spots) =
        found(&documents, RELEASE, &["rhel-9-for-x86_64-baseos-rpms", "mystery"], &[snakeyaml()]);
    assert_eq!((findings, spots), (vec![], vec!["release-not-covered mystery".to_owned()]));
}

#[test]
fn packages_of_another_stream_or_of_no_module_are_not_meant() {
    let documents = Documents::read(&[("redhat/vex", "documents/module.json")]);
    let names = |module| {
        let go = rpm("golang", "1.20-1.module+el8", "go-toolset", module);
        let (findings, _) = found(&documents, "Red Hat:enterprise_linux:8", &[], &[go]);
        findings.len()
    };
    assert_eq!((names(Some("go-toolset:rhel8")), names(Some("go-toolset:rhel9")), names(None)), (1, 0, 0));
}

#[test]
fn an_image_is_judged_by_what_is_said_about_images() {
    let documents = Documents::read(&[("redhat/vex", "feed/redhat/vex.json")]);
    let image = |version: &str| Package {
        name: "sso76-openshift-rhel8".to_owned(),
        version: version.to_owned(),
        kind: "oci".to_owned(),
        architecture: Some("x86_64".to_owned()),
        ..Package::default()
    };
    let fixes = |version| {
        let (findings, _) = found(&documents, "Red Hat:enterprise_linux:8", &[], &[image(version)]);
        findings.into_iter().filter_map(|(_, _, fix, _)| fix).collect::<Vec<_>>()
    };
    assert_eq!(fixes("7.6-20"), ["7.6-22"]);
    assert_eq!(fixes("7.6-22"), [""; 0]);
}

#[test]
fn packages_of_epel_are_a_blind_spot() {
    let epel = Package { vendor: Some("Fedora Project".to_owned()), ..rpm("htop", "3-1.el9", "htop", None) };
    let (findings, spots) = found(&curl_documents(), RELEASE, &["rhel-9-for-x86_64-baseos-rpms"], &[epel]);
    assert_eq!((findings, spots), (vec![], vec!["third-party Fedora Project".to_owned()]));
}
