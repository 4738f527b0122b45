use std::collections::BTreeMap;

use super::*;
use crate::matching::END_OF_LIFE;

/// What a member of the archive says: the namespaces that it covers, and (namespace, range) of each statement.
fn said(name: &str, content: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut reader, mut found) = (content.as_bytes(), Vec::new());
    let mut document = FeedDocument { name, reader: &mut reader };
    let head = parse(&mut document, &mut |record| {
        found.extend(record.affected.into_iter().map(|one| {
            let what = if one.names == Names::Fact {
                format!("{} is {}", one.package, record.advisory.id)
            } else {
                one.range.in_words()
            };
            (one.namespace, what)
        }));
    });
    (head.unwrap().covers, found)
}

fn record(name: &str) -> (Vec<String>, Vec<(String, String)>) {
    let path = format!("{}/src/ecosystems/programs/fixtures/openssl/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let content = std::fs::read_to_string(path).unwrap();
    let member =
        if name == "data" { "x-main/data.json".to_owned() } else { format!("x-main/secjson/{name}.json") };
    said(&member, &content)
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(branch, what)| (format!("{NAMESPACE}{branch}"), (*what).to_owned())).collect()
}

#[test]
fn each_statement_is_of_its_branch() {
    let (covers, found) = record("CVE-2026-84782");
    let expected = [
        (":1.0.2", "from 1.0.2, fixed in 1.0.2zs"),
        (":1.1.1", "from 1.1.1, fixed in 1.1.1zj"),
        (":3.0", "from 3.0.0, fixed in 3.0.23"),
        (":3.4", "from 3.4.0, fixed in 3.4.8"),
        (":3.5", "from 3.5.0, fixed in 3.5.9"),
        (":3.6", "from 3.6.0, fixed in 3.6.5"),
        (":4.0", "from 4.0.0, fixed in 4.0.3"),
    ];
    assert_eq!(found, pairs(&expected));
    let branches = expected.iter().map(|(branch, _)| format!("{NAMESPACE}{branch}"));
    assert_eq!(covers, [NAMESPACE.to_owned()].into_iter().chain(branches).collect::<Vec<_>>());
    assert_eq!(record("CVE-2014-0160").1, pairs(&[(":1.0.1", "from 1.0.1, fixed in 1.0.1g")]));
}

#[test]
fn a_version_of_nobody_spoils_its_own_branch_and_no_other() {
    let unreadable = "unreadable: Affected from 0.9.6 to 0.9.6-cvs";
    let expected = [(":0.9.6", unreadable), (":0.9.7", "from 0.9.7, fixed in 0.9.7f")];
    assert_eq!(record("CVE-2004-0975").1, pairs(&expected));
}

#[test]
fn what_is_of_no_single_branch_is_of_all() {
    let content = |versions: &str, product: &str| {
        format!(
            r#"{{"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {{"cveId": "CVE-2030-0001", "state": "PUBLISHED"}},
                "containers": {{"cna": {{"affected": [{{"product": "{product}", "defaultStatus": "unaffected", "versions": [{versions}]}}]}}}}}}"#
        )
    };
    let of = |versions: &str, product: &str| said("a-main/secjson/x.json", &content(versions, product)).1;
    let across = r#"{"version": "3.0.0", "lessThan": "3.5.9", "status": "affected"}"#;
    assert_eq!(of(across, "OpenSSL"), pairs(&[("", "from 3.0.0, fixed in 3.5.9")]));
    let all = r#"{"version": "0", "lessThan": "3.5.9", "status": "affected"}"#;
    assert_eq!(of(all, "OpenSSL"), pairs(&[("", "fixed in 3.5.9")]));
    let open = r#"{"version": "3.5.1", "lessThan": "*", "status": "affected"}"#;
    assert_eq!(of(open, "OpenSSL"), pairs(&[("", "from 3.5.1, no fix")]));
    // Another of the project's products; and one without a name, which could be this.
    assert_eq!(of(across, "openssl-installer"), []);
    assert_eq!(of(across, "").len(), 1);
}

#[test]
fn other_members_of_the_archive_say_nothing() {
    for name in
        ["a-main/README.md", "a-main/secadv/20140407.txt", "a-main/secjson/README", "a-main/x/data.json"]
    {
        assert_eq!(said(name, "?"), (vec![], vec![]), "{name}");
    }
}

#[test]
fn branches_end_by_the_project_s_own_list() {
    let (covers, found) = record("data");
    assert_eq!(covers, [NAMESPACE, END_OF_LIFE]);
    let expected: Vec<String> = [
        ("3.1", "2025-03-14"),
        ("3.2", "2025-11-23"),
        ("3.3", "2026-04-09"),
        ("3.4", "2026-10-22"),
        ("3.6", "2026-11-01"),
        ("4.0", "2027-05-14"),
        // Planned: a month.
        ("4.1", "2027-11-01"),
        ("5.0", "2028-11-01"),
    ]
    .map(|(branch, day)| format!("{NAMESPACE}:{branch} is {day}"))
    .to_vec();
    assert_eq!(found.into_iter().map(|(_, what)| what).collect::<Vec<_>>(), expected);
    let mut reader: &[u8] = br#"{"6.0": {"eol": "some day", "lts": false}}"#;
    let head = branches::read(&mut reader, &mut |_| ()).unwrap();
    assert_eq!(head.unread, ["the end of 6.0: “some day” is no day"]);
}

#[test]
fn a_version_is_of_a_branch() {
    let of: BTreeMap<&str, &str> = [
        ("0.9.8zh", ":0.9.8"),
        ("1.0.2zk", ":1.0.2"),
        ("1.0.2k-fips", ":1.0.2"),
        ("1.1.1", ":1.1.1"),
        ("3.0.15", ":3.0"),
        ("3.0.10+quic", ":3.0"),
        ("10.1.0", ":10.1"),
        ("3", ""),
        ("1.1", ""),
        ("x", ""),
    ]
    .into();
    for (version, expected) in of {
        assert_eq!(namespace_of(version), format!("{NAMESPACE}{expected}"), "{version}");
    }
    for (branch, end) in [
        ("0.9.6", Some("2015-12-31")),
        ("1.0.1", Some("2016-12-31")),
        ("1.0.2", None),
        ("1.1.0", Some("2019-09-11")),
        ("1.1.1", None),
        ("3.0", None),
        ("3.1", Some("2025-03-14")),
        ("3.5", None),
    ] {
        let found = end_of_life(&format!("{NAMESPACE}:{branch}"));
        assert_eq!(found.map(|day| day.to_string()).as_deref(), end, "{branch}");
    }
    assert_eq!(end_of_life("programs"), None);
}
