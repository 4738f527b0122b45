//! A report, made by hand: as large and as hostile as is asked for.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use limpid_core::{
    BlindSpot, Digest, Distribution, ImageFacts, IndexReport, IndexedPackage, Package, Reason, Report,
    Severity, Verdict,
    report::{
        Decision, DecisionState, Finding, FindingPackage, Observed, ObservedFeed, Proof, ReportFeed, Status,
        Summary, Suppression,
    },
};

use crate::{
    accounts::Principal,
    pages::{
        frame::Frame,
        image::{Found, Place},
        seen::Seen,
    },
};

/// What strangers write.
pub(super) const HOSTILE: &str =
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \u{202e}evil\u{0}\u{1b}[31m {{ 7*7 }} &lt;";

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

pub(super) fn frame() -> Frame {
    Frame::for_principal(&Principal::Anonymous, &HeaderMap::new(), "/here?q=\"<>")
}

pub(super) fn found() -> Found {
    let place = Place::Repository("library/alpine".to_owned(), "3.16".to_owned());
    Found { place, digest: Digest::of(b"image"), pushed: None, decided: None }
}

pub(super) fn layers() -> Vec<Digest> {
    vec![Digest::of(b"layer 1"), Digest::of(b"layer 2")]
}

/// A finding of this severity; `word` goes into everything that strangers write.
pub(super) fn finding(number: usize, severity: Severity, word: &str) -> Finding {
    let is_fixed = number.is_multiple_of(2);
    Finding {
        id: format!("CVE-2026-{number:05}{word}"),
        aliases: vec![format!("GHSA-{number}{word}")],
        severity,
        cvss: Vec::new(),
        kev: None,
        epss: None,
        summary: format!("A fault {word}"),
        links: vec![
            format!("https://example.org/CVE-2026-{number:05}?{word}"),
            format!("javascript:alert({number})"),
            "data:text/html,<script>alert(3)</script>".to_owned(),
        ],
        package: FindingPackage {
            name: format!("package-{:03}{word}", number % 300),
            version: format!("1.{number}{word}"),
            kind: "apk".to_owned(),
            purl: format!("pkg:apk/alpine/package-{:03}@1.{number}{word}", number % 300),
            source: Some(format!("source-{:03}{word}", number % 100)),
            path: Some(format!("lib/apk/db/installed{word}")),
            layer: layers().get(number % 2).cloned(),
        },
        fixed_in: is_fixed.then(|| format!("2.{number}{word}")),
        fix_known: None,
        status: if is_fixed { Status::Fixed } else { Status::WillNotFix },
        vendor_status: format!("postponed{word}"),
        origin: None,
        rated: None,
        feed: format!("alpine/v3.16/main{word}"),
        why: format!("1.{number} < 2.{number}{word}"),
        suppressed: (number % 50 == 49)
            .then(|| Suppression { by: format!("the policy{word}"), reason: format!("not used{word}") }),
    }
}

/// The index report of the image.
fn index(word: &str) -> IndexReport {
    let package = |number: usize| IndexedPackage {
        package: Package {
            name: format!("package-{number:03}{word}"),
            version: format!("1.{number}{word}"),
            kind: "apk".to_owned(),
            ..Package::default()
        },
        namespace: (number != 7).then(|| "Alpine:v3.16".to_owned()),
        purl: format!("pkg:apk/alpine/package-{number:03}@1.{number}{word}"),
        path: format!("lib/apk/db/installed{word}"),
        layer: layers().get(number % 2).cloned(),
    };
    let image = ImageFacts {
        reference: format!("library/alpine:3.16{word}"),
        digest: Digest::of(b"image"),
        platform: format!("linux/amd64{word}"),
        layers: layers(),
    };
    let distribution = Distribution {
        id: "alpine".to_owned(),
        version: "3.16.0".to_owned(),
        name: format!("Alpine Linux v3.16{word}"),
        ecosystem: "Alpine:v3.16".to_owned(),
        end_of_life: Some("2024-05-23".parse().unwrap()),
    };
    let blind_spots = vec![
        BlindSpot::new(Reason::EndOfLife, format!("Alpine:v3.16{word}"), format!("no fixes any more{word}")),
        BlindSpot::new(Reason::UnidentifiedExecutables, "usr/bin/x", "nothing tells what it is"),
    ];
    IndexReport {
        schema: limpid_core::index_report::SCHEMA.to_owned(),
        image,
        index_state: Digest::of(b"state"),
        distributions: vec![distribution],
        repositories: Vec::new(),
        packages: (0..300).map(package).collect(),
        blind_spots,
        archives: Vec::new(),
    }
}

/// The counts of findings.
fn summary(findings: &[Finding]) -> Summary {
    let mut counts: BTreeMap<Severity, u64> =
        Severity::WORST_FIRST.into_iter().map(|severity| (severity, 0)).collect();
    let mut fixable = 0;
    for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
        *counts.entry(finding.severity).or_default() += 1;
        fixable += u64::from(finding.fixed_in.is_some());
    }
    Summary { packages: 300, judged: 299, ecosystems: BTreeMap::new(), findings: counts, fixable }
}

/// A report with so many findings.
pub(super) fn seen(findings: usize, word: &str) -> Seen {
    let severity = |number: usize| Severity::WORST_FIRST[number % 6];
    let findings: Vec<Finding> =
        (0..findings).map(|number| finding(number, severity(number), word)).collect();
    let index = index(word);
    let feed = format!("alpine/v3.16/main{word}");
    let observed = ObservedFeed { changed_at: now(), checked_at: now() };
    let report = Report {
        schema: limpid_core::report::SCHEMA.to_owned(),
        image: index.image.clone(),
        verdict: Verdict::of(findings.len(), &index.blind_spots),
        proof: Proof {
            index_state: Digest::of(b"state"),
            catalog: Digest::of(b"catalog"),
            policy: Digest::of(b"policy"),
            as_of: "2026-11-26".parse().unwrap(),
            stale: vec![feed.clone()],
        },
        observed: Observed { generated_at: now(), feeds: BTreeMap::from([(feed.clone(), observed)]) },
        distributions: index.distributions.clone(),
        feeds: vec![ReportFeed {
            name: feed,
            segment: Digest::of(b"segment"),
            upstream_date: Some(format!("2023-02-10{word}")),
            records: 1_173,
            doubt: None,
        }],
        blind_spots: index.blind_spots.clone(),
        summary: summary(&findings),
        findings,
        since: None,
        base: None,
        upgrades: Vec::new(),
        decisions: vec![Decision {
            by: format!("ignore CVE-2026-00049{word}"),
            reason: format!("not used{word}"),
            owner: format!("alice{word}"),
            expires: Some("2026-12-31".parse().unwrap()),
            state: DecisionState::Applied,
            findings: 1,
        }],
    };
    Seen { index, report }
}
