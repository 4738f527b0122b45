//! The page of an explanation.

use std::collections::BTreeSet;

use askama::Template as _;
use limpid_core::{
    BlindSpot, Reason, Severity,
    enrichment::Exploitation,
    explanation::{
        Answer, Concerned, ExplainedPackage, ExplainedStatement, Explanation, KnownAdvisory, SCHEMA,
    },
    fix::{FixKnown, FixWord},
};

use super::{
    fixtures::{HOSTILE, found, frame, layers, seen},
    structure::{check, texts},
};
use crate::pages::{image::made_explanation, visible::visible};

/// An explanation with so many packages, of which each has two statements; `word` goes into all that strangers write.
fn explanation(answer: Answer, packages: usize, word: &str) -> Explanation {
    let seen = seen(1, word);
    let statement = |number: usize| ExplainedStatement {
        advisory: format!("DSA-{number}{word}"),
        published: Some(format!("2022-07-05{word}")),
        fix_known: None,
        namespace: format!("Alpine:v3.16{word}"),
        package: format!("openssl{word}"),
        names: "source".to_owned(),
        range: format!("fixed in 1.1.1q-r0{word}"),
        answer,
        why: format!("1.1.1n-r0 < 1.1.1q-r0{word}"),
        feed: format!("alpine/v3.16/main{word}"),
        segment: None,
        upstream_date: Some(format!("2023-02-10{word}")),
    };
    let concerned = |number: usize| Concerned {
        answer,
        why: format!("1.1.1n-r0 < 1.1.1q-r0{word}"),
        by: format!("alpine/v3.16/main{word}"),
        package: ExplainedPackage {
            layer: layers().into_iter().nth(number % 3),
            layer_number: (number % 3 < 2).then_some(number % 3 + 1),
            path: format!("lib/apk/db/installed{word}"),
            name: format!("libcrypto{number}{word}"),
            version: format!("1.1.1n-r0{word}"),
            kind: "apk".to_owned(),
            purl: format!("pkg:apk/alpine/libcrypto{number}{word}"),
            source: Some((format!("openssl{word}"), format!("1.1.1n-r0{word}"))),
            namespace: Some(format!("Alpine:v3.16{word}")),
        },
        severity: Some(Severity::High),
        fixed_in: Some(format!("1.1.1q-r0{word}")),
        fix_known: Some(FixKnown {
            since: chrono::NaiveDate::default(),
            by: FixWord::Fix,
            feed: format!("alpine/v3.16/main{word}"),
        }),
        status: None,
        suppressed: None,
        statements: (0..2).map(statement).collect(),
    };
    Explanation {
        schema: SCHEMA.to_owned(),
        asked: format!("CVE-2022-2097{word}"),
        identifiers: [format!("CVE-2022-2097{word}"), format!("GHSA-1{word}")].into(),
        image: seen.report.image.clone(),
        distributions: seen.report.distributions.clone(),
        answer,
        explanation: format!("libcrypto is what it is{word}."),
        proof: seen.report.proof.clone(),
        observed: seen.report.observed,
        packages: (0..packages).map(concerned).collect(),
        advisories: vec![advisory(word)],
        exploitation: Exploitation {
            doubts: [(format!("enrichment/kev{word}"), format!("cut off{word}"))].into(),
            ..Exploitation::default()
        },
        blind_spots: vec![BlindSpot::new(Reason::FeedStale, format!("alpine{word}"), format!("old{word}"))],
    }
}

fn advisory(word: &str) -> KnownAdvisory {
    KnownAdvisory {
        feed: format!("alpine/v3.16/main{word}"),
        id: format!("DSA-1{word}"),
        aliases: Vec::new(),
        severity: Severity::High,
        summary: format!("A fault{word}"),
        links: Vec::new(),
        published: None,
        namespaces: BTreeSet::from([format!("Alpine:v3.16{word}")]),
        packages: BTreeSet::from([format!("openssl{word}")]),
    }
}

fn page(answer: Answer, packages: usize, word: &str) -> String {
    let page = made_explanation(frame(), &found(), &explanation(answer, packages, word));
    let html = visible(page.render().unwrap());
    check(&html);
    html
}

#[test]
fn each_answer_has_its_word_and_only_what_is_proven_looks_so() {
    for (answer, word, class) in [
        (Answer::Affected, "affected", "vulnerable"),
        (Answer::Suppressed, "suppressed", "unsupported"),
        (Answer::NotJudged, "not-judged", "unproven"),
        (Answer::Fixed, "fixed", "clean"),
        (Answer::NotAffected, "not-affected", "clean"),
        (Answer::NotListed, "not-listed", "clean"),
        (Answer::PackageAbsent, "package-absent", "clean"),
        (Answer::UnknownAdvisory, "unknown-advisory", "unproven"),
    ] {
        let html = page(answer, 1, "");
        assert_eq!(texts(&html, &format!("h2#answer.{class}")), [word]);
        assert_eq!(texts(&html, ".verdict p"), ["libcrypto is what it is."]);
        assert_eq!(texts(&html, ".panel .verdict-word"), [word]);
        // Beside statements that decide, a conclusion is one more thing to read.
        let concludes = !texts(&html, ".more dt").contains(&"So".to_owned());
        assert_eq!(concludes, answer == Answer::Affected, "{word}");
    }
}

#[test]
fn a_package_is_told_from_its_layer_to_the_feed() {
    let html = page(Answer::Affected, 14, "");
    assert_eq!(texts(&html, ".panel h3").len(), 12);
    assert!(html.contains("and 2 more packages, which the JSON has"));
    let layer = texts(&html, ".panel .more dd").into_iter().next().unwrap();
    assert!(layer.starts_with("sha256:") && layer.ends_with("· 1 of 2"), "{layer}");
    assert_eq!(
        texts(&html, ".said tbody tr")[0],
        "DSA-0published 2022-07-05 fixed in 1.1.1q-r0source package openssl in Alpine:v3.16 1.1.1n-r0 < 1.1.1q-r0 \
         alpine/v3.16/mainupstream 2023-02-10"
    );
    assert_eq!(texts(&html, "#known"), [""; 0], "the packages have said it");
    assert_eq!(texts(&html, ".spot h3"), ["feed-stalealpine"]);
    let silent = page(Answer::PackageAbsent, 0, "");
    assert_eq!(texts(&silent, "#known ~ .scroll tbody tr"), ["DSA-1opensslAlpine:v3.16alpine/v3.16/main"]);
}

#[test]
fn what_strangers_write_is_inert() {
    let html = page(Answer::Affected, 3, HOSTILE);
    assert!(html.contains(r"\u{202e}evil") && html.contains(r"\u{1b}[31m"));
    page(Answer::PackageAbsent, 0, HOSTILE);
}
