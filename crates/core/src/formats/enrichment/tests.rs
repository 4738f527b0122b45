//! The documents, good and broken; the real catalog stands in the corpus.

use super::*;

fn read(kind: Kind, text: &str) -> Result<(FeedHead, Vec<(String, String)>), String> {
    let mut reader = text.as_bytes();
    let mut facts = Vec::new();
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let mut sink = |record: Record| {
        assert_eq!(record.affected[0].namespace, kind.subject());
        facts.push((record.affected[0].package.clone(), record.advisory.id));
    };
    let head = (PUBLISHER.feeds.parse)(&source(kind), &mut document, &mut sink);
    head.map(|head| (head, facts)).map_err(|error| error.to_string())
}

fn kev(rows: &str, count: usize) -> String {
    format!(
        r#"{{"title": "t", "dateReleased": "2026-08-07T16:45:47.0648Z", "count": {count}, "vulnerabilities": [{rows}]}}"#
    )
}

#[test]
fn a_catalog_of_exploited_vulnerabilities() {
    let rows = r#"{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "dueDate": "2021-12-24",
            "knownRansomwareCampaignUse": "Known", "notes": ""},
        {"cveID": "cve-2002-0367", "dateAdded": "2022-03-03", "dueDate": "", "knownRansomwareCampaignUse": "Unknown"}"#;
    let (head, facts) = read(Kind::Kev, &kev(rows, 2)).unwrap();
    assert_eq!(head.covers, ["known exploited"]);
    assert_eq!(head.upstream_date.as_deref(), Some("2026-08-07T16:45:47.0648Z"));
    let fact = |id: &str, said: &str| (id.to_owned(), said.to_owned());
    assert_eq!(
        facts,
        [
            fact("CVE-2021-44228", r#"{"added":"2021-12-10","due":"2021-12-24","ransomware":true}"#),
            fact("CVE-2002-0367", r#"{"added":"2022-03-03"}"#),
        ]
    );
}

#[test]
fn what_is_no_catalog_is_refused() {
    let row = r#"{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}"#;
    for (text, why) in [
        (kev(row, 2), "it says that it has 2 vulnerabilities, and has 1"),
        (kev(row, 1).replace("2026-08-07T", "lately "), "no instant"),
        (kev(row, 1).replace("dateReleased", "released"), "missing field `dateReleased`"),
        (kev(row, 1).replace("cveID", "id"), "missing field `cveID`"),
        (
            kev(&row.replace("2021-12-10", "soon"), 1),
            "more than one row of a hundred cannot be read: CVE-2021-44228: “soon” is no day",
        ),
        ("{}".to_owned(), "missing field"),
        (kev(row, 1).chars().take(90).collect(), "EOF"),
    ] {
        let wrong = read(Kind::Kev, &text).unwrap_err();
        assert!(wrong.contains(why), "{text}: {wrong}");
    }
}

#[test]
fn a_row_of_a_hundred_that_cannot_be_read_is_named() {
    let good = |number: usize| format!(r#"{{"cveID": "CVE-2021-{number:04}", "dateAdded": "2021-12-10"}}"#);
    let mut rows: Vec<String> = (1..100).map(good).collect();
    rows.push(r#"{"cveID": "XCVE-1", "dateAdded": "2021-12-10"}"#.to_owned());
    let (head, facts) = read(Kind::Kev, &kev(&rows.join(","), 100)).unwrap();
    assert_eq!((facts.len(), head.unread), (99, vec!["XCVE-1: is no identifier of CVE".to_owned()]));
}

const TABLE: &str = "#model_version:v2023.03.01,score_date:2025-02-20T00:00:00+0000\ncve,epss,percentile\n\
    CVE-1999-0001,0.00383,0.73075\nCVE-1999-0002,0.01328,1.00000\n";

#[test]
fn a_table_of_scores() {
    for table in [TABLE.to_owned(), TABLE.replace('\n', "\r\n")] {
        let (head, facts) = read(Kind::Epss, &table).unwrap();
        assert_eq!(head.covers, ["exploit prediction"]);
        assert_eq!(head.upstream_date.as_deref(), Some("2025-02-20"));
        let said: Vec<&str> = facts.iter().map(|(_, said)| said.as_str()).collect();
        assert_eq!(said, ["0.00383 0.73075", "0.01328 1"]);
    }
}

#[test]
fn what_is_no_table_of_scores_is_refused() {
    for (table, why) in [
        (TABLE.replace(",score_date:2025-02-20T00:00:00+0000", ""), "its first line tells no day"),
        (TABLE.replace("2025-02-20", "yesterday!"), "its first line tells no day"),
        (
            TABLE.replace("cve,epss,percentile", "invalid,header,format"),
            "its columns are “invalid,header,format”",
        ),
        (TABLE.trim_end().to_owned(), "it ends within a line"),
        (TABLE.replace("0.00383", "38.3"), "“38.3” is not a number from 0 to 1"),
        (TABLE.replace(",0.73075", ""), "has fewer than three cells"),
        (TABLE.replace("0.73075", "0.73075,1"), "has more than three cells"),
        (TABLE.replace("CVE-1999-0001", "GHSA-1"), "is about no CVE"),
        ("cve,epss,percentile\n".to_owned(), "its first line tells no day"),
        (String::new(), "its first line tells no day"),
        ("x".repeat(10_000), "a line is too long"),
    ] {
        let wrong = read(Kind::Epss, &table).unwrap_err();
        assert!(wrong.contains(why), "{wrong}");
    }
}

#[test]
fn each_subject_has_its_feed() {
    for kind in Kind::ALL {
        let named: Vec<String> =
            (PUBLISHER.feeds.needed_by)(kind.subject()).into_iter().map(|source| source.name).collect();
        assert_eq!(named, [kind.feed()]);
        assert!(PUBLISHER.owns_feed(kind.feed()) && crate::enrichment::is_feed(kind.feed()));
    }
    assert!((PUBLISHER.feeds.needed_by)("Alpine:v3.16").is_empty());
    assert!(!crate::enrichment::is_feed("alpine/v3.16/main"));
}
