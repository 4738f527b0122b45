use serde_json::json;

use super::*;
use crate::{
    AffectedRange, Severity,
    advisory::{Plan, Stance},
};

fn read(document: &serde_json::Value) -> Result<(FeedHead, Vec<Record>), FeedError> {
    let text = document.to_string();
    let mut records = Vec::new();
    let mut reader = text.as_bytes();
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let head = parse(&source(), &mut document, &mut |record| records.push(record))?;
    Ok((head, records))
}

fn said(entry: &serde_json::Value) -> (AffectedRange, Stance) {
    let document = json!({"openssl": {"CVE-2023-0464": {"releases": {"bookworm": entry}}}});
    let (_, mut records) = read(&document).unwrap();
    let affected = records.remove(0).affected.remove(0);
    assert_eq!((affected.namespace.as_str(), affected.package.as_str()), ("Debian:12", "openssl"));
    (affected.range, affected.stance)
}

#[test]
fn every_state_of_a_release_is_told() {
    let open = AffectedRange::Unfixed { introduced: None };
    for (entry, range, severity, plan, words) in [
        (json!({"status": "open", "urgency": "low"}), open.clone(), Severity::Low, Plan::Unsaid, ""),
        (
            json!({"status": "open", "urgency": "unimportant", "nodsa": "Minor issue", "nodsa_reason": ""}),
            open.clone(),
            Severity::Negligible,
            Plan::Deferred,
            "no-dsa: Minor issue",
        ),
        (
            json!({"status": "open", "urgency": "not yet assigned", "nodsa": "Minor", "nodsa_reason": "postponed"}),
            open.clone(),
            Severity::Unknown,
            Plan::Deferred,
            "no-dsa, postponed: Minor",
        ),
        (
            json!({"status": "open", "urgency": "high**", "nodsa": "Intrusive", "nodsa_reason": "ignored"}),
            open.clone(),
            Severity::High,
            Plan::WillNotFix,
            "no-dsa, ignored: Intrusive",
        ),
        (
            json!({"status": "open", "urgency": "end-of-life"}),
            open.clone(),
            Severity::Unknown,
            Plan::EndOfLife,
            "",
        ),
        (
            json!({"status": "undetermined", "urgency": "medium"}),
            open,
            Severity::Medium,
            Plan::UnderInvestigation,
            "undetermined",
        ),
        (
            json!({"status": "resolved", "fixed_version": "0", "urgency": "medium"}),
            AffectedRange::NeverAffected,
            Severity::Medium,
            Plan::Unsaid,
            "",
        ),
    ] {
        let (found, stance) = said(&entry);
        assert_eq!(
            (found, stance.severity, stance.plan, stance.words.as_str()),
            (range, severity, plan, words),
            "{entry}"
        );
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_kept_as_such() {
    for entry in [json!({"status": "resolved"}), json!({"status": "gone"}), json!({}), json!("open")] {
        assert!(matches!(said(&entry).0, AffectedRange::Unreadable { .. }), "{entry}");
    }
}

#[test]
fn a_vulnerability_without_releases_is_told_and_one_in_none_is_not() {
    let document = json!({"a": {"CVE-1": {"releases": []}, "CVE-2": {}, "CVE-3": {"releases": {"sid": {"status": "open"}}}}});
    let (head, records) = read(&document).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(head.unread, ["a CVE-2: no releases are told"]);
    assert_eq!(head.covers, ["Debian", "Debian:sid"]);
}

#[test]
fn the_number_of_a_later_release_is_read_from_its_fixes() {
    let fixes = |name: &str| json!({"releases": {name: {"status": "resolved", "fixed_version": "1-2+deb99u1"}, "bookworm": {"status": "open"}}});
    let document = json!({"a": {"CVE-1": fixes("later"), "CVE-2": fixes("later"), "CVE-3": fixes("later")}, "b": {"CVE-1": fixes("few")}});
    let (head, records) = read(&document).unwrap();
    assert_eq!(
        head.covers,
        [
            "Debian",
            "Debian codename",
            "Debian:12",
            "Debian:99",
            "Debian:bookworm",
            "Debian:few",
            "Debian:later"
        ]
    );
    assert_eq!(records.last(), Some(&Record::fact(CODENAMES, "Debian:99", "later")));
}

#[test]
fn documents_of_another_kind_are_refused() {
    for document in
        [json!({}), json!([]), json!({"error": "busy"}), json!({"": {"CVE-1": {}}}), json!({"a": {}})]
    {
        assert!(matches!(read(&document), Err(FeedError::Malformed(_))), "{document}");
    }
}
