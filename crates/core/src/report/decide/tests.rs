//! One small judgement, put under decisions from the start and afterwards.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    Advisory, BlindSpot, Digest, ImageFacts, IndexReport, IndexedPackage, Reason,
    matching::{Judgement, Match},
    report::build,
};

fn found(id: &str, fixed_in: Option<&str>) -> Match {
    let package = IndexedPackage {
        package: crate::Package { name: "zlib".to_owned(), version: "1".to_owned(), ..Default::default() },
        namespace: Some("Alpine:v3.16".to_owned()),
        purl: "pkg:apk/alpine/zlib@1".to_owned(),
        path: "lib/apk/db/installed".to_owned(),
        layer: None,
    };
    Match {
        advisory: Advisory { id: id.to_owned(), severity: Severity::High, ..Advisory::default() },
        package,
        fixed_in: fixed_in.map(str::to_owned),
        fix_known: None,
        plan: crate::advisory::Plan::Unsaid,
        words: String::new(),
        feed: "alpine/v3.16/main".to_owned(),
        is_second: false,
        why: "1 < 2".to_owned(),
        dismissed: None,
        enrichment: Default::default(),
    }
}

fn made(findings: &[Match], policy: &Policy) -> Report {
    let index = IndexReport {
        schema: "limpid/index/1".to_owned(),
        image: ImageFacts {
            reference: "app".to_owned(),
            digest: Digest::of(b"image"),
            platform: "linux/amd64".to_owned(),
            layers: Vec::new(),
        },
        index_state: Digest::of(b"state"),
        distributions: Vec::new(),
        repositories: Vec::new(),
        packages: findings.iter().map(|found| found.package.clone()).collect(),
        blind_spots: vec![BlindSpot::new(Reason::OverBudget, "opt/large", "too large")],
        archives: Vec::new(),
    };
    let judgement = Judgement {
        findings: findings.to_vec(),
        blind_spots: vec![BlindSpot::new(Reason::EndOfLife, "Alpine:v3.16", "ended")],
        feeds: BTreeMap::new(),
        judged: 1,
        counts: std::collections::BTreeMap::new(),
        distributions: Vec::new(),
        doubts: BTreeMap::new(),
    };
    let instant = "2024-06-01T12:00:00Z".parse().expect("an instant");
    build(&index, judgement, policy, Digest::of(b"catalog"), "2024-06-01".parse().expect("a day"), instant)
}

fn policies() -> [Policy; 4] {
    let accept = |reasons: &[Reason]| reasons.iter().copied().collect::<BTreeSet<_>>();
    [
        Policy::default(),
        Policy { only_fixed: true, ..Policy::default() },
        Policy { accept: accept(&[Reason::EndOfLife]), ..Policy::default() },
        Policy {
            accept: accept(&[Reason::EndOfLife, Reason::OverBudget]),
            only_fixed: true,
            ..Policy::default()
        },
    ]
}

#[test]
fn decisions_taken_afterwards_make_the_report_that_they_make_from_the_start() {
    let findings = [found("CVE-1", Some("2")), found("CVE-2", None)];
    for findings in [&findings[..], &findings[1..], &[]] {
        for policy in policies() {
            let afterwards = made(findings, &Policy::default()).under(&policy);
            assert_eq!(afterwards, made(findings, &policy));
            assert_eq!(afterwards.proof.policy, policy.digest());
        }
    }
}

#[test]
fn what_is_decided_is_counted_anew() {
    let [_, only_fixed, _, all] = policies();
    let report = made(&[found("CVE-2", None)], &Policy::default());
    assert_eq!((report.verdict, report.summary.findings[&Severity::High]), (Verdict::Vulnerable, 1));
    let report = report.under(&only_fixed);
    assert_eq!((report.verdict, report.summary.findings[&Severity::High]), (Verdict::Unproven, 0));
    let report = report.under(&all);
    assert_eq!(report.verdict, Verdict::Clean);
    assert_eq!(report.blind_spots.iter().filter(|spot| spot.waived && !spot.counts).count(), 2);
}

#[test]
fn decisions_on_another_judges_report_are_no_decisions_of_ours_alone() {
    let [none, only_fixed, ended, all] = policies();
    let mut report = made(&[found("CVE-2", None)], &ended);
    let ours = report.proof.policy.clone();
    assert_eq!(report.clone().under(&none).proof.policy, ours, "no decision is no other judge");
    let both = report.clone().under(&only_fixed).proof.policy;
    assert!([&ours, &only_fixed.digest(), &all.digest()].iter().all(|known| **known != both));
    report.proof.policy = Digest::of(b"another version");
    let report = report.under(&all);
    assert!(report.proof.policy != all.digest() && report.proof.policy != both);
    assert!(report.blind_spots.iter().all(|spot| spot.waived), "what was waived before stays waived");
}
