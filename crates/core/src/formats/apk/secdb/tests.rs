use super::*;

const DIALECT: Dialect<'_> =
    Dialect { release: Some("v3.16"), repository: "main", page: "https://security.alpinelinux.org/vuln/" };

fn read(document: &str) -> Result<Vec<Record>, FeedError> {
    let source = FeedSource {
        name: "alpine/v3.16/main".to_owned(),
        namespace: "Alpine:v3.16".to_owned(),
        url: "https://secdb.alpinelinux.org/v3.16/main.json".to_owned(),
    };
    let mut records = Vec::new();
    let head = parse(
        &DIALECT,
        &source,
        &mut FeedDocument { name: "", reader: &mut document.as_bytes() },
        &mut |record| records.push(record),
    )?;
    assert_eq!(head.covers, ["Alpine:v3.16"]);
    Ok(records)
}

fn with_fixes(fixes: &str) -> String {
    format!(
        r#"{{"packages":[{{"pkg":{{"name":"xen","secfixes":{fixes}}}}}],"distroversion":"v3.16","reponame":"main"}}"#
    )
}

fn shown(records: &[Record]) -> Vec<String> {
    let shown = |record: &Record| {
        let affected = &record.affected[0];
        let range = match &affected.range {
            AffectedRange::Fixed { introduced: None, fixed } => format!("< {fixed}"),
            AffectedRange::NeverAffected => "never".to_owned(),
            AffectedRange::Unreadable { text } => format!("? {text}"),
            other @ (AffectedRange::Fixed { .. }
            | AffectedRange::Unfixed { .. }
            | AffectedRange::Through { .. }
            | AffectedRange::Exactly { .. }) => panic!("{other:?}"),
        };
        format!("{} {} {range}", record.advisory.id, record.advisory.aliases.join(","))
    };
    records.iter().map(shown).collect()
}

#[test]
fn every_identifier_of_every_version_is_a_record() {
    let records = read(&with_fixes(
        r#"{"4.16.1-r5": ["CVE-2022-33745 XSA-408", "CVE-2022-23816"], "0": ["CVE-2022-1 (a remark)"]}"#,
    ))
    .unwrap();
    assert_eq!(
        shown(&records),
        ["CVE-2022-33745 XSA-408 < 4.16.1-r5", "CVE-2022-23816  < 4.16.1-r5", "CVE-2022-1  never"]
    );
    let first = &records[0];
    assert_eq!(first.advisory.links, ["https://security.alpinelinux.org/vuln/CVE-2022-33745"]);
    assert_eq!(first.advisory.severity, Severity::Unknown);
    let affected = &first.affected[0];
    assert_eq!(
        (affected.namespace.as_str(), affected.package.as_str(), affected.names),
        ("Alpine:v3.16", "xen", Names::Source)
    );
    assert_eq!(records[2].advisory.summary, "CVE-2022-1 (a remark)");
}

#[test]
fn the_same_entry_twice_is_one_record_and_a_version_twice_loses_nothing() {
    let fixes = r#"{"1-r0": ["CVE-2022-1", "CVE-2022-1"], "1-r0": ["CVE-2022-1", "CVE-2022-2"]}"#;
    assert_eq!(shown(&read(&with_fixes(fixes)).unwrap()), ["CVE-2022-1  < 1-r0", "CVE-2022-2  < 1-r0"]);
}

#[test]
fn what_cannot_be_read_becomes_an_unreadable_record() {
    for (fixes, expected) in [
        (r#"{"1-r0": "CVE-2022-1"}"#, r#"xen 1-r0  ? "CVE-2022-1""#),
        (r#"{"1-r0": null}"#, "xen 1-r0  ? null"),
        (r#"{"1-r0": [7]}"#, "xen 1-r0  ? 7"),
        (r#"{"1-r0": [""]}"#, r#"xen 1-r0  ? """#),
        (r#"{"1-r0": [["CVE-2022-1"]]}"#, r#"xen 1-r0  ? ["CVE-2022-1"]"#),
        (r#"["CVE-2022-1"]"#, r#"xen  ? ["CVE-2022-1"]"#),
        ("null", "xen  ? null"),
        ("1.5", "xen  ? 1.5"),
        ("-1", "xen  ? -1"),
        ("true", "xen  ? true"),
        (r#""text""#, r#"xen  ? "text""#),
    ] {
        assert_eq!(shown(&read(&with_fixes(fixes)).unwrap()), [expected], "{fixes}");
    }
    assert_eq!(read(&with_fixes("{}")).unwrap(), []);
    assert_eq!(read(&with_fixes(r#"{"1-r0": []}"#)).unwrap(), []);
}

#[test]
fn space_around_a_name_is_no_part_of_it() {
    let records = read(&with_fixes(r#"{"1-r0": ["CVE-2022-1"]}"#).replace("xen", " xen\\n")).unwrap();
    assert_eq!(records[0].affected[0].package, "xen");
}

#[test]
fn a_version_that_follows_no_rule_is_kept() {
    let records = read(&with_fixes(r#"{"6.6.2p1-r0": ["CVE-2020-7247"]}"#)).unwrap();
    assert_eq!(shown(&records), ["CVE-2020-7247  < 6.6.2p1-r0"]);
}

#[test]
fn another_document_is_refused_with_the_place() {
    let whole = with_fixes(r#"{"1-r0": ["CVE-2022-1"]}"#);
    for (document, place) in [
        (String::new(), "line 1 column 0"),
        ("<!DOCTYPE html><html></html>".to_owned(), "line 1 column 1"),
        ("{}".to_owned(), "missing field `packages`"),
        ("[]".to_owned(), "expected a security database"),
        (r#"{"packages": {}}"#.to_owned(), "expected a list of packages"),
        (r#"{"packages": [{"pkg": {"name": "x"}, "pkg": {}}]}"#.to_owned(), "duplicate field `pkg`"),
        (r#"{"packages": [{"name": "x"}]}"#.to_owned(), "missing field `pkg`"),
        (r#"{"packages": [{"pkg": {"secfixes": {}}}]}"#.to_owned(), "missing field `name`"),
        (r#"{"packages": [{"pkg": {"name": " ", "secfixes": {}}}]}"#.to_owned(), "a package without a name"),
        (r#"{"packages": [{"pkg": {"name": "a\u0000b"}}]}"#.to_owned(), "is no name of a package"),
        (r#"{"packages": [{"pkg": {"name": "a b"}}]}"#.to_owned(), "is no name of a package"),
        (r#"{"distroversion": "a", "distroversion": "b"}"#.to_owned(), "duplicate field `distroversion`"),
        (r#"{"reponame": "a", "reponame": "b"}"#.to_owned(), "duplicate field `reponame`"),
        (format!("{whole} x"), "trailing characters"),
        (format!("{whole}{whole}"), "trailing characters"),
        (format!("{}1{}", "[".repeat(1 << 16), "]".repeat(1 << 16)), "line 1"),
        (with_fixes(&format!("{{\"1\":{}", "[".repeat(1 << 16))), "recursion limit"),
    ] {
        match read(&document) {
            Err(FeedError::Malformed(why)) => assert!(why.contains(place), "{why} has no {place}"),
            other => panic!("{document:.80}: {other:?}"),
        }
    }
}

#[test]
fn a_document_that_names_another_feed_is_read_and_says_so() {
    let whole = with_fixes(r#"{"1-r0": ["CVE-2022-1"]}"#);
    let misfit = |document: &str| {
        let source = FeedSource { namespace: "Alpine:v3.16".to_owned(), ..FeedSource::default() };
        parse(
            &DIALECT,
            &source,
            &mut FeedDocument { name: "", reader: &mut document.as_bytes() },
            &mut |_| {},
        )
        .unwrap()
        .misfit
    };
    assert_eq!(misfit(&whole), None);
    assert_eq!(misfit(r#"{"packages":[]}"#), None, "a document need not say what it is");
    for (document, why) in [
        (whole.replace("v3.16", "v3.15"), "its release is “v3.15”, not “v3.16”"),
        (whole.replace("\"main\"", "\"community\""), "its repository is “community”, not “main”"),
    ] {
        assert!(misfit(&document).is_some_and(|said| said.contains(why)), "{document}");
    }
}

#[test]
fn a_document_cut_off_anywhere_is_refused() {
    let whole = with_fixes(r#"{"1-r0": ["CVE-2022-1"], "0": ["CVE-2022-2 XSA-3"]}"#);
    for end in 0..whole.len() {
        let part = whole.get(..end).unwrap();
        assert!(matches!(read(part), Err(FeedError::Malformed(_))), "{part}");
    }
}

#[test]
fn a_reader_that_fails_is_told_apart() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("connection reset"))
        }
    }
    let mut reader = std::io::BufReader::new(Broken);
    let error = document::Document::read(&mut reader, &mut |_| {}).unwrap_err();
    assert!(matches!(error, FeedError::Unreadable(why) if why.contains("connection reset")));
}
