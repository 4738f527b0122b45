use serde_json::{Value, json};

use super::*;
use crate::{Affected, AffectedRange, Severity};

fn read(document: &Value) -> Result<(FeedHead, Vec<Record>), FeedError> {
    let text = document.to_string();
    let mut records = Vec::new();
    let mut reader = text.as_bytes();
    let mut document = FeedDocument { name: "osv/cve/2021/UBUNTU-CVE-2021-1.json", reader: &mut reader };
    let head = parse(&source(), &mut document, &mut |record| records.push(record))?;
    Ok((head, records))
}

fn entry(ecosystem: &str, events: &Value) -> Value {
    json!({"package": {"ecosystem": ecosystem, "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]})
}

fn document(affected: &[Value]) -> Value {
    json!({"id": "UBUNTU-CVE-2021-1", "upstream": ["CVE-2021-1"], "affected": affected})
}

fn affected(entries: &[Value]) -> Vec<Affected> {
    read(&document(entries)).unwrap().1.remove(0).affected
}

fn fixed(version: &str) -> AffectedRange {
    AffectedRange::Fixed { introduced: None, fixed: version.to_owned() }
}

fn unfixed() -> Value {
    json!([{"introduced": "0"}])
}

fn until(version: &str) -> Value {
    json!([{"introduced": "0"}, {"fixed": version}])
}

#[test]
fn a_fix_that_only_pro_has_is_a_fix_of_the_release_that_says_so() {
    for entries in [
        vec![entry("Ubuntu:Pro:16.04:LTS", &until("1+esm1"))],
        vec![entry("Ubuntu:16.04:LTS", &unfixed()), entry("Ubuntu:Pro:16.04:LTS", &until("1+esm1"))],
    ] {
        let affected = affected(&entries);
        assert_eq!(affected.len(), 1);
        assert_eq!(
            (affected[0].namespace.as_str(), &affected[0].range),
            ("Ubuntu:16.04:LTS", &fixed("1+esm1"))
        );
        assert_eq!(affected[0].stance.words, "the fix needs Ubuntu Pro");
    }
}

#[test]
fn what_the_archive_fixes_needs_no_pro() {
    let entries = [entry("Ubuntu:18.04:LTS", &until("2")), entry("Ubuntu:Pro:18.04:LTS", &until("2+esm1"))];
    let affected = affected(&entries);
    assert_eq!(affected.len(), 1);
    assert_eq!((&affected[0].range, affected[0].stance.words.as_str()), (&fixed("2"), ""));
}

#[test]
fn what_nobody_fixes_is_unfixed() {
    let affected = affected(&[entry("Ubuntu:Pro:14.04:LTS", &unfixed())]);
    assert_eq!(affected[0].range, AffectedRange::Unfixed { introduced: None });
    assert_eq!(affected[0].stance.words, "updates of this package need Ubuntu Pro");
}

#[test]
fn certified_builds_stay_apart() {
    for namespace in ["Ubuntu:Pro:FIPS:18.04:LTS", "Ubuntu:Pro:22.04:LTS:Realtime:Kernel"] {
        let affected = affected(&[entry(namespace, &until("1.fips"))]);
        assert_eq!(affected[0].namespace, namespace);
        assert_eq!(affected[0].stance.words, "");
    }
}

#[test]
fn every_kind_of_range_is_read_or_kept_as_unreadable() {
    let through = json!([{"introduced": "1"}, {"last_affected": "2"}, {"introduced": "3"}, {"fixed": "4"}]);
    let ranges: Vec<_> =
        affected(&[entry("Ubuntu:23.10", &through)]).into_iter().map(|one| one.range).collect();
    let first = AffectedRange::Through { introduced: Some("1".to_owned()), last: "2".to_owned() };
    let second = AffectedRange::Fixed { introduced: Some("3".to_owned()), fixed: "4".to_owned() };
    assert_eq!(ranges, [first, second]);

    let listed = json!({"package": {"ecosystem": "Ubuntu:23.10", "name": "a"}, "versions": ["2", "1"]});
    let versions = vec!["1".to_owned(), "2".to_owned()];
    assert_eq!(affected(&[listed])[0].range, AffectedRange::Exactly { versions });

    let both = json!([{"introduced": "0", "last_affected": "2"}]);
    for events in
        [json!([{"fixed": "1"}]), json!([{"limit": "1"}]), json!([{"introduced": 0}]), json!([]), both]
    {
        let range = affected(&[entry("Ubuntu:23.10", &events)]).remove(0).range;
        assert!(matches!(range, AffectedRange::Unreadable { .. }), "{events}");
    }
}

#[test]
fn the_priority_is_the_severity() {
    let mut document = document(&[entry("Ubuntu:23.10", &unfixed())]);
    document["severity"] =
        json!([{"type": "CVSS_V3", "score": "CVSS:3.1/…"}, {"type": "Ubuntu", "score": "negligible"}]);
    let advisory = read(&document).unwrap().1.remove(0).advisory;
    assert_eq!((advisory.id.as_str(), advisory.severity), ("CVE-2021-1", Severity::Negligible));
    assert_eq!(advisory.aliases, ["UBUNTU-CVE-2021-1"]);
}

#[test]
fn what_says_nothing_of_its_own_is_passed_over() {
    let said = |change: &dyn Fn(&mut Value)| {
        let mut document = document(&[entry("Ubuntu:23.10", &unfixed())]);
        change(&mut document);
        read(&document).unwrap().1.len()
    };
    assert_eq!(said(&|document| document["withdrawn"] = json!("2025-06-23T15:53:49Z")), 0);
    assert_eq!(said(&|document| document["id"] = json!("USN-1-1")), 0);
    assert_eq!(said(&|document| document["id"] = json!("LSN-1-1")), 0);
    let notice = said(&|document| {
        document["id"] = json!("USN-1-1");
        document["upstream"] = json!([]);
    });
    assert_eq!(notice, 1);
}

#[test]
fn what_cannot_be_read_is_told_or_refused() {
    let (head, records) = read(&document(&[json!({}), entry("Debian:12", &unfixed())])).unwrap();
    assert_eq!((head.unread.len(), records.len()), (2, 0));
    for other in [json!([]), json!({"error": "busy"})] {
        assert!(matches!(read(&other), Err(FeedError::Malformed(_))), "{other}");
    }
}

#[test]
fn a_file_that_is_no_document_is_passed_over() {
    let mut reader: &[u8] = b"Readme";
    let mut document = FeedDocument { name: "osv/README", reader: &mut reader };
    let head = parse(&source(), &mut document, &mut |_| panic!("no record")).unwrap();
    assert_eq!(head.covers, ["Ubuntu"]);
}

#[test]
fn a_notice_tells_on_which_day_its_versions_were_published() {
    let mut notice = document(&[
        entry("Ubuntu:22.04:LTS", &until("2")),
        entry("Ubuntu:Pro:16.04:LTS", &until("1+esm1")),
        entry("Ubuntu:20.04:LTS", &unfixed()),
    ]);
    notice["id"] = json!("USN-1-1");
    notice["published"] = json!("2022-11-01T16:00:00Z");
    let (head, records) = read(&notice).unwrap();
    let facts: Vec<_> = records
        .iter()
        .map(|one| (&*one.affected[0].namespace, &*one.affected[0].package, &*one.advisory.id))
        .collect();
    let day = "2022-11-01";
    assert_eq!(
        facts,
        [("fixed on", "Ubuntu:16.04:LTS a 1+esm1", day), ("fixed on", "Ubuntu:22.04:LTS a 2", day)]
    );
    assert_eq!(head.covers, ["Ubuntu", "fixed on"]);
    notice["published"] = json!("soon");
    assert_eq!(read(&notice).unwrap().1.len(), 0);
    // The day of a CVE's own document is that on which it became public.
    let mut cve = document(&[entry("Ubuntu:22.04:LTS", &until("2"))]);
    cve["published"] = json!("2022-10-01T00:00:00Z");
    assert_eq!(read(&cve).unwrap().1[0].advisory.dated, crate::advisory::Dated::Vulnerability);
}
