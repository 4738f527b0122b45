use super::*;
use crate::{Severity, formats::rpm};

const DIALECT: Dialect<'_> = Dialect {
    ecosystem: "AlmaLinux",
    versions: &rpm::VERSIONS,
    reported: Reported::ByCve,
    in_pairs: false,
    rate: |_| None,
    state: &|said| vec![said.about(Names::Binary)],
};

fn read_as(dialect: &Dialect<'_>, name: &str, content: &str) -> Result<(Vec<Record>, FeedHead), FeedError> {
    let source = FeedSource { namespace: dialect.ecosystem.to_owned(), ..FeedSource::default() };
    let mut records = Vec::new();
    let mut document = FeedDocument { name, reader: &mut content.as_bytes() };
    let head = parse(dialect, &source, &mut document, &mut |record| records.push(record))?;
    Ok((records, head))
}

fn read(content: &str) -> (Vec<Record>, FeedHead) {
    read_as(&DIALECT, "one.json", content).unwrap()
}

fn document(more: &str) -> String {
    let affected = r#"[{"package": {"ecosystem": "AlmaLinux:8", "name": "bash"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.4.20-3.el8"}]}]}]"#;
    format!(r#"{{"id": "ALSA-2022:1", "modified": "2022-05-10T00:00:00Z", "affected": {affected} {more}}}"#)
}

#[test]
fn an_advisory_is_a_record_for_each_cve_it_answers() {
    let (records, head) = read(&document(
        r#", "summary": "Important: bash security update", "published": "2022-05-10T06:00:00Z",
        "related": ["CVE-2022-1", "CVE-2022-2", "CVE-2022-1", "RHSA-2022:1"],
        "references": [{"url": "https://example.com/bug", "type": "REPORT"},
                       {"url": "https://example.com/advisory", "type": "ADVISORY"}]"#,
    ));
    assert_eq!(head.covers, ["AlmaLinux", "AlmaLinux:8"]);
    let ids: Vec<_> = records.iter().map(|one| (&*one.advisory.id, one.advisory.aliases.join(","))).collect();
    assert_eq!(ids, [("CVE-2022-1", "ALSA-2022:1".to_owned()), ("CVE-2022-2", "ALSA-2022:1".to_owned())]);
    let advisory = &records[0].advisory;
    assert_eq!(advisory.summary, "Important: bash security update");
    assert_eq!(advisory.published.as_deref(), Some("2022-05-10T06:00:00Z"));
    assert_eq!((advisory.dated, advisory.day()), (Dated::Fix, "2022-05-10".parse().ok()));
    assert_eq!(
        advisory.links,
        [
            "https://www.cve.org/CVERecord?id=CVE-2022-1",
            "https://example.com/advisory",
            "https://example.com/bug"
        ]
    );
    let range = AffectedRange::Fixed { introduced: None, fixed: "4.4.20-3.el8".to_owned() };
    assert_eq!(records[0].affected, [Affected::new("AlmaLinux:8", "bash", Names::Binary, range)]);
}

#[test]
fn the_identifiers_are_those_that_the_ecosystem_reports() {
    let ids = |reported, more: &str| {
        let dialect = Dialect { reported, ..DIALECT };
        let (records, _) = read_as(&dialect, "", &document(more)).unwrap();
        let ids =
            records.into_iter().map(|one| format!("{} {}", one.advisory.id, one.advisory.aliases.join(",")));
        ids.collect::<Vec<_>>()
    };
    use Reported::{AsItself, ByCve};
    assert_eq!(ids(ByCve, ""), ["ALSA-2022:1 "]);
    assert_eq!(
        ids(ByCve, r#", "upstream": ["UBUNTU-CVE-2021-1"], "related": ["CVE-2020-9"]"#),
        ["CVE-2021-1 ALSA-2022:1"]
    );
    assert_eq!(
        ids(ByCve, r#", "aliases": ["GHSA-1", "CVE-2021-1", "CVE-2021-2"]"#),
        ["CVE-2021-1 ALSA-2022:1,GHSA-1", "CVE-2021-2 ALSA-2022:1,GHSA-1"]
    );
    assert_eq!(
        ids(AsItself, r#", "aliases": ["GHSA-1", "CVE-2021-1", "GHSA-1"], "related": ["CVE-2020-9"]"#),
        ["ALSA-2022:1 GHSA-1,CVE-2021-1"]
    );
}

#[test]
fn what_is_withdrawn_or_about_others_says_nothing() {
    assert_eq!(read(&document(r#", "withdrawn": "2023-01-01T00:00:00Z""#)).0, []);
    assert_eq!(read(&document(r#", "withdrawn": null"#)).0.len(), 1);
    assert_eq!(read(&document(r#", "withdrawn": """#)).0.len(), 1);
    let foreign = document("").replace("AlmaLinux:8", "AlmaLinuxy:8");
    assert_eq!(
        read(&foreign),
        (vec![], FeedHead { covers: vec!["AlmaLinux".to_owned()], ..FeedHead::default() })
    );
    let commits =
        r#"{"id": "X-1", "modified": "", "affected": [{"ranges": [{"type": "GIT", "events": []}]}]}"#;
    assert_eq!(read(commits).0, []);
    assert_eq!(read(r#"{"id": "X-1", "modified": "", "affected": null}"#).0, []);
}

#[test]
fn a_member_of_another_kind_says_nothing() {
    assert_eq!(read_as(&DIALECT, "README.md", "# Records"), Ok((vec![], FeedHead::default())));
}

#[test]
fn another_document_is_refused() {
    for odd in [
        "",
        "[]",
        "{}",
        "null",
        r#"{"id": "X-1"}"#,
        r#"{"id": " ", "modified": ""}"#,
        r#"{"id": 1, "modified": ""}"#,
        r#"{"id": "X-1", "modified": "", "affected": {}}"#,
        r#"{"id": "X-1", "modified": "", "affected": [{"package": {"ecosystem": "AlmaLinux", "name": " "}}]}"#,
        r#"{"id": "X-1", "modified": "", "affected": [{"package": {"name": "bash"}}]}"#,
        r#"{"id": "X-1", "modified": "", "affected": [{"versions": [1]}]}"#,
        r#"{"id": "X-1", "modified": ""} {}"#,
    ] {
        assert!(matches!(read_as(&DIALECT, "one.json", odd), Err(FeedError::Malformed(_))), "{odd}");
    }
}

#[test]
fn statements_are_said_once_and_packages_have_their_own_severity() {
    let one = r#"{"package": {"ecosystem": "AlmaLinux:9", "name": "bash"}, "versions": ["1"],
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}"#;
    let (records, _) = read(&format!(r#"{{"id": "X-1", "modified": "", "affected": [{one}, {one}]}}"#));
    assert_eq!(records[0].affected.len(), 1);
    assert_eq!(records[0].affected[0].stance.severity, Severity::Critical);
    assert_eq!(records[0].advisory.severity, Severity::Unknown);
}
