//! One small Alpine image, scanned under conditions that differ in one input after the other.

use std::collections::BTreeMap;

use super::*;
use crate::{
    BlindSpot, Distribution, ImageFacts, IndexReport, IndexedPackage, Package, Reason, Report, Severity,
    report::{
        Finding, FindingPackage, Observed, Proof, ReportFeed, SCHEMA as REPORT, Status, Summary, Suppression,
    },
};

/// A side as it is changed here: reports of Limpid, which tell all.
#[derive(Debug, Clone)]
struct Side {
    report: Report,
    index: Option<IndexReport>,
}

impl Side {
    fn told(&self) -> super::Side {
        super::Side::of(self.report.clone(), self.index.clone())
    }
}

fn compare(a: &Side, b: &Side) -> Comparison {
    super::compare(&a.told(), &b.told())
}

const MAIN: &str = "alpine/v3.16/main";
const COMMUNITY: &str = "alpine/v3.16/community";

fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

fn package(name: &str, version: &str) -> IndexedPackage {
    IndexedPackage {
        package: Package {
            name: name.to_owned(),
            version: version.to_owned(),
            kind: "apk".to_owned(),
            ..Package::default()
        },
        namespace: Some("Alpine:v3.16".to_owned()),
        purl: format!("pkg:apk/alpine/{name}@{version}"),
        path: "lib/apk/db/installed".to_owned(),
        layer: None,
    }
}

fn finding(id: &str, package: &IndexedPackage, feed: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        aliases: Vec::new(),
        severity: Severity::Unknown,
        cvss: Vec::new(),
        kev: None,
        epss: None,
        summary: String::new(),
        links: Vec::new(),
        package: FindingPackage {
            name: package.package.name.clone(),
            version: package.package.version.clone(),
            kind: package.package.kind.clone(),
            purl: package.purl.clone(),
            source: None,
            path: Some(package.path.clone()),
            layer: None,
        },
        fixed_in: Some("9-r0".to_owned()),
        fix_known: None,
        status: Status::Fixed,
        vendor_status: String::new(),
        origin: None,
        rated: None,
        feed: feed.to_owned(),
        why: format!("{} < 9-r0", package.package.version),
        suppressed: None,
    }
}

fn feed(name: &str, segment: &str, records: u64) -> ReportFeed {
    ReportFeed { name: name.to_owned(), segment: digest(segment), upstream_date: None, records, doubt: None }
}

/// Two packages, two feeds, one finding.
fn side() -> Side {
    let packages = vec![package("busybox", "1.35.0-r13"), package("zlib", "1.2.12-r1")];
    let image = ImageFacts {
        reference: "alpine:3.16.0".to_owned(),
        digest: digest("image"),
        platform: "linux/amd64".to_owned(),
        layers: Vec::new(),
    };
    let distributions = vec![Distribution {
        id: "alpine".to_owned(),
        version: "3.16.0".to_owned(),
        name: "Alpine Linux v3.16".to_owned(),
        ecosystem: "Alpine:v3.16".to_owned(),
        end_of_life: None,
    }];
    let mut side = Side {
        report: Report {
            schema: REPORT.to_owned(),
            image: image.clone(),
            verdict: Verdict::Vulnerable,
            proof: Proof {
                index_state: digest("state"),
                catalog: digest("catalog"),
                policy: digest("policy"),
                as_of: "2022-08-01".parse().expect("a day"),
                stale: Vec::new(),
            },
            observed: Observed {
                generated_at: "2022-08-01T12:00:00Z".parse().expect("an instant"),
                feeds: BTreeMap::new(),
            },
            distributions: distributions.clone(),
            feeds: vec![feed(COMMUNITY, "community", 300), feed(MAIN, "main", 700)],
            blind_spots: Vec::new(),
            findings: vec![finding("CVE-2022-37434", &packages[1], MAIN)],
            decisions: Vec::new(),
            since: None,
            base: None,
            upgrades: Vec::new(),
            summary: Summary::default(),
        },
        index: Some(IndexReport {
            schema: "limpid/index/1".to_owned(),
            image,
            index_state: digest("state"),
            distributions,
            repositories: Vec::new(),
            packages,
            blind_spots: Vec::new(),
            archives: Vec::new(),
        }),
    };
    recount(&mut side);
    side
}

fn recount(side: &mut Side) {
    side.report.summary.packages = side.index.as_ref().map_or(2, |index| index.packages.len() as u64);
    side.report.verdict = Verdict::of(side.report.standing().count(), &side.report.blind_spots);
}

fn changed(change: impl FnOnce(&mut Side)) -> Side {
    let mut side = side();
    change(&mut side);
    recount(&mut side);
    side
}

/// The side as it was while the catalog had nothing about the release.
fn uncovered() -> Side {
    changed(|side| {
        side.report.proof.catalog = digest("an older catalog");
        side.report.feeds.clear();
        side.report.findings.clear();
        let spot = BlindSpot::new(Reason::ReleaseNotCovered, "Alpine:v3.16", "nothing is said about it");
        side.report.blind_spots = vec![spot.with_packages(2)];
    })
}

fn causes(comparison: &Comparison) -> Vec<(Change, &str, Cause)> {
    comparison.findings.iter().map(|one| (one.change, one.id.as_str(), one.cause)).collect()
}

#[test]
fn nothing_differs() {
    let later = changed(|side| {
        side.report.observed.generated_at = "2023-01-01T00:00:00Z".parse().expect("an instant")
    });
    let comparison = compare(&side(), &later);
    assert!(comparison.inputs.all_same() && comparison.same_outcome());
    assert_eq!(comparison.packages, Some(Vec::new()));
    assert_eq!(
        comparison.explanation,
        "The image, the index state, the advisory data, the policy and the day are the same. So are the reports. \
         The verdict is vulnerable on both sides."
    );
}

#[test]
fn only_the_data_differs() {
    let comparison = compare(&uncovered(), &side());
    assert_eq!(causes(&comparison), [(Change::Added, "CVE-2022-37434", Cause::AdvisoryData)]);
    assert_eq!(comparison.blind_spots[0].cause, Cause::AdvisoryData);
    assert_eq!(
        comparison.explanation,
        "The image, the index state, the policy and the day are the same; the advisory data differs: B knows \
         Alpine:v3.16 (alpine/v3.16/community, alpine/v3.16/main), A did not. 1 finding is new in B because of the \
         advisory data, none because of the image. 1 blind spot is gone in B. The verdict was unproven and is \
         vulnerable."
    );
}

#[test]
fn the_data_is_told_from_the_other_side_too() {
    let comparison = compare(&side(), &uncovered());
    assert_eq!(causes(&comparison), [(Change::Removed, "CVE-2022-37434", Cause::AdvisoryData)]);
    assert!(
        comparison.explanation.contains(
            "A knows Alpine:v3.16 (alpine/v3.16/community, alpine/v3.16/main), B did not. 1 finding is gone in B"
        ),
        "{}",
        comparison.explanation
    );
}

#[test]
fn one_feed_changed() {
    let b = changed(|side| {
        side.report.proof.catalog = digest("newer");
        side.report.feeds[1] = feed(MAIN, "newer main", 710);
        let busybox = package("busybox", "1.35.0-r13");
        side.report.findings.insert(0, finding("CVE-2022-28391", &busybox, MAIN));
        side.report.findings[1].severity = Severity::Critical;
    });
    let comparison = compare(&side(), &b);
    assert_eq!(
        causes(&comparison),
        [
            (Change::Added, "CVE-2022-28391", Cause::AdvisoryData),
            (Change::Changed, "CVE-2022-37434", Cause::AdvisoryData)
        ]
    );
    let field = FieldChange {
        field: "severity".to_owned(),
        a: Some("Unknown".to_owned()),
        b: Some("Critical".to_owned()),
    };
    assert_eq!(comparison.findings[1].fields, [field]);
    assert!(
        comparison.explanation.contains(
            "the advisory data differs: alpine/v3.16/main (700 records in A, 710 in B) changed. 1 finding is new in B \
             because of the advisory data, none because of the image. 1 finding changed because of the advisory \
             data, none because of the image. The verdict is vulnerable on both sides."
        ),
        "{}",
        comparison.explanation
    );
}

#[test]
fn data_that_nobody_asked_changes_nothing() {
    let b = changed(|side| side.report.proof.catalog = digest("other feeds are newer"));
    assert_eq!(
        compare(&side(), &b).explanation,
        "The image, the index state, the policy and the day are the same; the advisory data differs, but not in the \
         feeds that this image asks. That changes no finding, no blind spot and not the verdict. The verdict is \
         vulnerable on both sides."
    );
}

/// The image with a repaired zlib and with one package more, which has a finding.
fn rebuilt() -> Side {
    changed(|side| {
        let (zlib, openssl) = (package("zlib", "1.2.12-r2"), package("libssl1.1", "1.1.1o-r0"));
        side.report.image.digest = digest("rebuilt");
        side.report.findings = vec![finding("CVE-2022-2097", &openssl, MAIN)];
        if let Some(index) = &mut side.index {
            index.packages = vec![package("busybox", "1.35.0-r13"), openssl, zlib];
        }
    })
}

#[test]
fn only_the_image_differs() {
    let comparison = compare(&side(), &rebuilt());
    assert_eq!(
        causes(&comparison),
        [(Change::Added, "CVE-2022-2097", Cause::Image), (Change::Removed, "CVE-2022-37434", Cause::Image)]
    );
    let packages: Vec<_> =
        comparison.packages.iter().flatten().map(|one| (one.change, one.name.as_str())).collect();
    assert_eq!(packages, [(Change::Added, "libssl1.1"), (Change::Changed, "zlib")]);
    assert_eq!(
        comparison.explanation,
        "The index state, the advisory data, the policy and the day are the same; the image differs (1 package only \
         in B, 1 package in another version). 1 finding is new in B because of the image. 1 finding is gone in B \
         because of the image. The verdict is vulnerable on both sides."
    );
}

#[test]
fn without_index_reports_the_only_input_that_differs_still_explains() {
    let mut b = rebuilt();
    b.index = None;
    let comparison = compare(&side(), &b);
    assert_eq!(comparison.packages, None);
    assert_eq!(
        causes(&comparison),
        [(Change::Added, "CVE-2022-2097", Cause::Image), (Change::Removed, "CVE-2022-37434", Cause::Image)]
    );
}

#[test]
fn image_and_data_differ_each_finding_has_its_own_cause() {
    let mut b = rebuilt();
    b.report.proof.catalog = digest("newer");
    b.report.feeds[1] = feed(MAIN, "newer main", 710);
    b.report.findings.push(finding("CVE-2022-28391", &package("busybox", "1.35.0-r13"), MAIN));
    let comparison = compare(&side(), &b);
    assert_eq!(
        causes(&comparison),
        [
            (Change::Added, "CVE-2022-28391", Cause::AdvisoryData),
            (Change::Added, "CVE-2022-2097", Cause::Image),
            (Change::Removed, "CVE-2022-37434", Cause::Image)
        ]
    );
    assert!(
        comparison
            .explanation
            .contains("2 findings are new in B: 1 because of the image and 1 because of the advisory data."),
        "{}",
        comparison.explanation
    );
    b.index = None;
    let unclear = compare(&side(), &b);
    assert!(causes(&unclear).iter().all(|(_, _, cause)| *cause == Cause::Unclear));
}

#[test]
fn an_upgraded_package_that_is_still_affected_is_a_change_by_the_image() {
    let b = changed(|side| {
        let zlib = package("zlib", "1.2.12-r2");
        side.report.image.digest = digest("rebuilt");
        side.report.findings = vec![finding("CVE-2022-37434", &zlib, MAIN)];
        if let Some(index) = &mut side.index {
            index.packages[1] = zlib;
        }
    });
    let comparison = compare(&side(), &b);
    assert_eq!(causes(&comparison), [(Change::Changed, "CVE-2022-37434", Cause::Image)]);
    assert_eq!(comparison.findings[0].fields[0].field, "installed");
}

#[test]
fn only_the_index_state_differs() {
    let a = changed(|side| {
        side.report.proof.index_state = digest("older detectors");
        side.report.findings.clear();
        side.report.feeds.clear();
        side.report.distributions.clear();
        side.report.blind_spots =
            vec![BlindSpot::new(Reason::NoDistribution, "lib/apk/db/installed", "unknown")];
        if let Some(index) = &mut side.index {
            for package in &mut index.packages {
                package.namespace = None;
            }
        }
    });
    let comparison = compare(&a, &side());
    assert_eq!(causes(&comparison), [(Change::Added, "CVE-2022-37434", Cause::IndexState)]);
    assert_eq!(comparison.blind_spots[0].cause, Cause::IndexState);
    assert_eq!(
        comparison.explanation,
        "The image, the advisory data, the policy and the day are the same; the index state differs, so another \
         version of the detectors read the image (2 packages under another release or source package). 1 finding is \
         new in B because of the index state. 1 blind spot is gone in B. The verdict was \
         unproven and is vulnerable."
    );
}

#[test]
fn only_the_policy_differs() {
    let b = changed(|side| {
        side.report.proof.policy = digest("another policy");
        let suppression = Suppression { by: "only-fixed".to_owned(), reason: "no fix".to_owned() };
        side.report.findings[0].suppressed = Some(suppression);
    });
    let comparison = compare(&side(), &b);
    assert_eq!(causes(&comparison), [(Change::Changed, "CVE-2022-37434", Cause::Policy)]);
    assert_eq!(
        comparison.explanation,
        "The image, the index state, the advisory data and the day are the same; the policy differs: other \
         decisions, or another version of the code that judges. 1 finding changed because of the policy. The verdict was vulnerable and is clean."
    );
}

#[test]
fn a_waived_blind_spot_is_a_change_by_the_policy() {
    let b = changed(|side| {
        *side = uncovered();
        side.report.proof.policy = digest("another policy");
        side.report.blind_spots[0].waived = true;
        side.report.blind_spots[0].counts = false;
    });
    let comparison = compare(&uncovered(), &b);
    let spots: Vec<_> = comparison.blind_spots.iter().map(|one| (one.change, one.cause)).collect();
    assert_eq!(spots, [(Change::Changed, Cause::Policy)]);
    assert!(comparison.explanation.ends_with("1 blind spot changed. The verdict was unproven and is clean."));
}

#[test]
fn only_the_day_differs() {
    let b = changed(|side| {
        side.report.proof.as_of = "2024-06-01".parse().expect("a day");
        side.report.proof.stale = vec![MAIN.to_owned()];
        side.report.blind_spots = vec![
            BlindSpot::new(Reason::FeedStale, MAIN, "last checked 2022-08-01"),
            BlindSpot::new(Reason::EndOfLife, "Alpine:v3.16", "judged up to 2024-05-23"),
        ];
    });
    let comparison = compare(&side(), &b);
    let spots: Vec<_> = comparison.blind_spots.iter().map(|one| (one.change, one.cause)).collect();
    assert_eq!(spots, [(Change::Added, Cause::Day), (Change::Added, Cause::Day)]);
    assert_eq!(
        comparison.explanation,
        "The image, the index state, the advisory data and the policy are the same; the day differs: A was judged as \
         of 2022-08-01, B as of 2024-06-01; alpine/v3.16/main is stale in B and not in A. No finding differs. 2 blind \
         spots are new in B. The verdict is vulnerable on both sides."
    );
}

#[test]
fn a_release_that_only_the_other_image_has_is_the_images_doing() {
    let a = changed(|side| {
        *side = uncovered();
        side.report.image.digest = digest("another image");
        side.report.distributions[0].ecosystem = "Alpine:v3.99".to_owned();
        side.report.blind_spots[0].subject = "Alpine:v3.99".to_owned();
    });
    assert_eq!(compare(&a, &side()).blind_spots[0].cause, Cause::Image);
}

#[test]
fn a_broken_promise_is_said() {
    let b = changed(|side| side.report.findings.clear());
    let comparison = compare(&side(), &b);
    assert_eq!(causes(&comparison), [(Change::Removed, "CVE-2022-37434", Cause::Unclear)]);
    assert!(comparison.explanation.contains("which must not happen: it is a fault of Limpid."));
}

#[test]
fn an_identifier_that_became_an_alias_is_no_new_finding() {
    let b = changed(|side| {
        side.report.proof.catalog = digest("newer");
        side.report.feeds[1] = feed(MAIN, "newer main", 700);
        side.report.findings[0].id = "CVE-2022-99999".to_owned();
        side.report.findings[0].aliases = vec!["CVE-2022-37434".to_owned()];
    });
    let comparison = compare(&side(), &b);
    assert_eq!(causes(&comparison), [(Change::Changed, "CVE-2022-99999", Cause::AdvisoryData)]);
}

#[test]
fn json_has_its_schema_and_comes_back() {
    let comparison = compare(&uncovered(), &side());
    let json = serde_json::to_string(&comparison).expect("plain data");
    assert!(json.starts_with(r#"{"schema":"limpid/comparison/1","a":{"reference":"alpine:3.16.0""#));
    assert!(json.contains(r#""change":"added","cause":"advisory-data","id":"CVE-2022-37434""#));
    assert_eq!(serde_json::from_str::<Comparison>(&json).expect("its own output"), comparison);
}

#[test]
fn a_cause_has_one_name_for_programs() {
    for cause in
        [Cause::Image, Cause::IndexState, Cause::AdvisoryData, Cause::Policy, Cause::Day, Cause::Unclear]
    {
        assert_eq!(serde_json::to_string(&cause).expect("a word"), format!("\"{}\"", cause.name()));
    }
}

#[test]
fn advisories_are_unknown_until_they_are_told() {
    let comparison = compare(&uncovered(), &side());
    assert_eq!(comparison.advisories, None);
    let feeds = [MAIN, COMMUNITY].map(|feed| FeedAdvisories::unknown(feed, "gone".to_owned()));
    let told = comparison.with_advisories(feeds.to_vec());
    let names: Vec<&str> = told.advisories.iter().flatten().map(|one| one.feed.as_str()).collect();
    assert_eq!(names, [COMMUNITY, MAIN]);
    let json = serde_json::to_string(&told).expect("plain data");
    assert_eq!(serde_json::from_str::<Comparison>(&json).expect("its own output"), told);
}
