use super::{super::portage, *};
use crate::{Affected, AffectedRange};

const SOURCE: &str = "Gentoo";

fn read_as(name: &str, text: &str) -> Result<(FeedHead, Vec<Record>), FeedError> {
    let source = FeedSource { namespace: SOURCE.to_owned(), ..FeedSource::default() };
    let (mut records, mut reader) = (Vec::new(), text.as_bytes());
    let mut document = FeedDocument { name, reader: &mut reader };
    let head = parse(&source, &mut document, &mut |record| records.push(record))?;
    Ok((head, records))
}

fn document(packages: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE glsa SYSTEM "http://www.gentoo.org/dtd/glsa.dtd">
<glsa id="202401-27"><title>A: Bad</title><synopsis>A is bad.</synopsis><product type="ebuild">a</product>
<announced>2024-01-24</announced><affected>{packages}</affected><impact type="normal"><p>No.</p></impact>
<references><uri link="https://nvd.nist.gov/vuln/detail/CVE-2024-0001">CVE-2024-0001</uri>
<uri link="https://example.org/?name=CAN-2004-0123">CAN-2004-0123</uri></references></glsa>"#
    )
}

fn package(ranges: &[(&str, &str, &str)]) -> String {
    let range = |(word, slot, version): &(&str, &str, &str)| {
        let (kind, word) = word.split_once(' ').unwrap();
        let name = if kind == "V" { "vulnerable" } else { "unaffected" };
        format!(r#"<{name} range="{word}" slot="{slot}">{version}</{name}>"#)
    };
    let ranges: String = ranges.iter().map(range).collect();
    format!(r#"<package name="dev-lang/a" auto="yes" arch="*">{ranges}</package>"#)
}

fn shown(affected: &Affected) -> String {
    let from =
        |introduced: &Option<String>| introduced.as_ref().map_or(String::new(), |one| format!("{one} <= "));
    let range = match &affected.range {
        AffectedRange::Fixed { introduced, fixed } => format!("{}v < {fixed}", from(introduced)),
        AffectedRange::Through { introduced, last } => format!("{}v <= {last}", from(introduced)),
        AffectedRange::Unfixed { introduced } => format!("{}v", from(introduced)),
        other @ (AffectedRange::Exactly { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. }) => format!("{other:?}"),
    };
    let slot = affected.only.module.as_ref().map_or(String::new(), |slot| format!(":{slot} "));
    let words = if affected.stance.words.is_empty() { "" } else { " / " };
    format!("{slot}{range}{words}{}", affected.stance.words)
}

fn said(ranges: &[(&str, &str, &str)]) -> Vec<String> {
    let (head, records) = read_as("", &document(&package(ranges))).unwrap();
    assert_eq!(head.unread, [""; 0]);
    records.first().map(|record| record.affected.iter().map(shown).collect()).unwrap_or_default()
}

#[test]
fn an_advisory_is_a_record_for_each_of_its_cves() {
    let (head, records) =
        read_as("glsa-master/glsa-202401-27.xml", &document(&package(&[("V lt", "*", "2")]))).unwrap();
    assert_eq!(head.covers, [SOURCE]);
    let ids: Vec<&str> = records.iter().map(|record| record.advisory.id.as_str()).collect();
    assert_eq!(ids, ["CVE-2024-0001", "CVE-2004-0123"]);
    let advisory = &records[0].advisory;
    assert_eq!(advisory.aliases, ["GLSA-202401-27"]);
    assert_eq!((advisory.severity, &*advisory.severity_word), (Severity::Medium, "normal"));
    assert_eq!(advisory.summary, "A is bad.");
    assert_eq!(advisory.links[0], "https://security.gentoo.org/glsa/202401-27");
    assert_eq!(advisory.published.as_deref(), Some("2024-01-24T00:00:00Z"));
    assert_eq!(advisory.dated, Dated::Advisory);
    let nameless = document(&package(&[("V lt", "*", "2")])).replace("CVE-", "").replace("CAN-", "");
    let (_, records) = read_as("", &nameless).unwrap();
    assert_eq!((records.len(), &*records[0].advisory.id), (1, "GLSA-202401-27"));
}

#[test]
fn what_is_unaffected_is_taken_out_of_what_is_vulnerable() {
    for (ranges, expected) in [
        (&[("V lt", "*", "1.2-r3"), ("U ge", "*", "1.2-r3")][..], &["v < 1.2-r3"][..]),
        (&[("V lt", "", "2"), ("U ge", "", "2")], &["v < 2"]),
        (&[("V le", "*", "1.2"), ("U ge", "*", "1.3")], &["v <= 1.2 / unaffected: >= 1.3"]),
        (&[("V le", "*", "1.2"), ("U ge", "*", "1.2-r1")], &["v < 1.2-r1"]),
        (&[("V le", "*", "1.2-r2")], &["v <= 1.2-r2"]),
        (&[("V eq", "*", "1.2")], &["1.2 <= v <= 1.2"]),
        (&[("V ge", "*", "1.2")], &["1.2 <= v"]),
        (&[("V gt", "*", "1.2"), ("U gt", "*", "1.4")], &["1.2-r1 <= v <= 1.4"]),
        (&[("V lt", "*", "2"), ("U lt", "*", "1"), ("U ge", "*", "2")], &["1 <= v < 2"]),
        (&[("V lt", "*", "2"), ("V lt", "*", "3"), ("U ge", "*", "2")], &["v < 2"]),
        (&[("V lt", "*", "2"), ("U eq", "*", "1.5")], &["v < 1.5", "1.5-r1 <= v < 2"]),
        (&[("V rlt", "*", "1.2-r3")], &["1.2 <= v < 1.2-r3"]),
        (&[("V rle", "*", "1.2-r3")], &["1.2 <= v <= 1.2-r3"]),
        (
            &[("V lt", "*", "2"), ("U rge", "*", "1.2-r3"), ("U ge", "*", "2")],
            &["v < 1.2-r3", "1.2-r18446744073709551615 <= v < 2"],
        ),
        (&[("V lt", "*", "1"), ("U ge", "*", "0")], &["v < 0"]),
        (&[("V lt", "*", "2"), ("U le", "*", "2")], &[]),
    ] {
        assert_eq!(said(ranges), expected, "{ranges:?}");
    }
}

#[test]
fn slots_are_told_apart() {
    let of_two = [
        ("U ge", "3.1", "3.1.4"),
        ("V lt", "3.0", "3.0.6"),
        ("V lt", "3.1", "3.1.4"),
        ("U eq", "*", "3.0.1"),
    ];
    assert_eq!(
        said(&of_two),
        [":3.0 v < 3.0.1", ":3.0 3.0.1-r1 <= v < 3.0.6", ":3.1 v < 3.0.1", ":3.1 3.0.1-r1 <= v < 3.1.4"]
    );
    // Of other slots no less is affected than of those that are named.
    assert_eq!(said(&[("V lt", "*", "2"), ("V lt", "3", "3")]), [":3 v < 3", "v < 2"]);
    let in_part = said(&[("V lt", "*", "3"), ("U ge", "2", "2.5")]);
    assert_eq!((in_part.len(), &*in_part[0]), (2, ":2 v < 2.5"));
    assert!(in_part[1].starts_with("Unreadable"), "{in_part:?}");
}

#[test]
fn what_cannot_be_read_of_a_package_is_kept_as_that() {
    for ranges in [
        &[("V lt", "*", "2*")][..],
        &[("V lt", "*", "")],
        &[("V lt", "*", "2"), ("U almost", "*", "2")],
        &[("V lt", "*", "2-r18446744073709551614")],
        &[("U ge", "*", "2")],
        &[],
    ] {
        let said = said(ranges);
        assert!(said.len() == 1 && said[0].starts_with("Unreadable"), "{said:?}");
    }
}

#[test]
fn architectures_are_kept() {
    let text = document(&package(&[("V lt", "*", "2")])).replace(r#"arch="*""#, r#"arch="x86 amd64 x86""#);
    let (_, records) = read_as("", &text).unwrap();
    assert_eq!(records[0].affected[0].only.architectures, ["amd64", "x86"]);
}

#[test]
fn what_says_nothing_of_packages_is_told_unless_it_means_to() {
    let text = document("");
    let (head, records) = read_as("", &text).unwrap();
    assert_eq!((head.unread, records), (vec!["GLSA 202401-27 names no package".to_owned()], vec![]));
    let (head, records) = read_as("", &text.replace("\"ebuild\"", "\"infrastructure\"")).unwrap();
    assert_eq!((head.unread, records), (Vec::new(), vec![]));
    let (head, records) = read_as("glsa-master/Makefile", "all:").unwrap();
    assert_eq!((head, records), (FeedHead::default(), vec![]));
}

#[test]
fn what_is_another_document_is_refused() {
    let whole = document(&package(&[("V lt", "*", "2")]));
    for (name, text) in [
        ("glsa-202401-28.xml", whole.clone()),
        ("", whole.replace("glsa id", "glsa no")),
        ("", whole.replace("dev-lang/a", "a")),
        ("", whole.replace("affected>", "infected>")),
        ("", format!("{whole}<glsa/>")),
        ("glsa-202401-27.xml", String::new()),
    ] {
        assert!(matches!(read_as(name, &text), Err(FeedError::Malformed(_))), "{name} {text}");
    }
}

/// Versions around those that the ranges below name.
const VERSIONS: [&str; 14] =
    ["0.9", "1_rc1", "1", "1-r1", "1-r2", "1-r3", "1_p1", "1.1", "1.2", "1.2-r1", "1.2-r7", "1.10", "2", "3"];
const NAMED: [&str; 7] = ["1", "1-r2", "1_p1", "1.2", "1.2-r1", "2", "1.10"];
const WORDS: [&str; 9] = ["lt", "le", "eq", "ge", "gt", "rlt", "rle", "rge", "rgt"];
const SLOTS: [&str; 4] = ["*", "*", "1", "2"];

fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    (portage::VERSIONS.compare)(a, b).unwrap()
}

/// What glsa-check does: by the words of one range.
fn is_in(version: &str, word: &str, named: &str) -> bool {
    let upstream = |version: &str| portage::written(version).unwrap().upstream;
    let is_same = compare(&upstream(version), &upstream(named)).is_eq();
    let order = compare(version, named);
    let holds = match word.trim_start_matches('r') {
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        "eq" => order.is_eq(),
        "ge" => order.is_ge(),
        _ => order.is_gt(),
    };
    holds && (is_same || !word.starts_with('r'))
}

/// `None` where the statement cannot be read.
fn is_affected(affected: &Affected, version: &str, slot: &str) -> Option<bool> {
    let reached =
        |introduced: &Option<String>| introduced.as_ref().is_none_or(|first| compare(version, first).is_ge());
    let is_in = match &affected.range {
        AffectedRange::Fixed { introduced, fixed } => reached(introduced) && compare(version, fixed).is_lt(),
        AffectedRange::Through { introduced, last } => reached(introduced) && compare(version, last).is_le(),
        AffectedRange::Unfixed { introduced } => reached(introduced),
        AffectedRange::Exactly { .. } | AffectedRange::NeverAffected | AffectedRange::Unreadable { .. } => {
            return None;
        }
    };
    Some(is_in && affected.only.module.as_deref().is_none_or(|only| only == slot))
}

#[test]
fn statements_say_of_each_version_what_the_ranges_say() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let (mut affected_ones, mut unread) = (0, 0);
    for _ in 0..3000 {
        let ranges: Vec<(bool, &str, &str, &str)> = (0..=next(4))
            .map(|number| {
                let is_vulnerable = number == 0 || next(2) == 0;
                let (word, slot) = (WORDS[next(WORDS.len())], SLOTS[next(SLOTS.len())]);
                (is_vulnerable, word, slot, NAMED[next(NAMED.len())])
            })
            .collect();
        let words: Vec<(String, &str, &str)> = ranges
            .iter()
            .map(|(is_vulnerable, word, slot, named)| {
                (format!("{} {word}", if *is_vulnerable { "V" } else { "U" }), *slot, *named)
            })
            .collect();
        let written: Vec<(&str, &str, &str)> = words.iter().map(|(a, b, c)| (a.as_str(), *b, *c)).collect();
        let (_, records) = read_as("", &document(&package(&written))).unwrap();
        let said = records.first().map(|record| record.affected.clone()).unwrap_or_default();
        for (version, slot) in
            VERSIONS.iter().flat_map(|version| ["1", "2", "3"].map(|slot| (*version, slot)))
        {
            let of = |is_vulnerable: bool| {
                ranges.iter().any(|(kind, word, only, named)| {
                    *kind == is_vulnerable && (*only == "*" || *only == slot) && is_in(version, word, named)
                })
            };
            let expected = of(true) && !of(false);
            let answers: Vec<Option<bool>> = said.iter().map(|one| is_affected(one, version, slot)).collect();
            let found = answers.contains(&Some(true));
            // What is told as unreadable is never green.
            let is_told = answers.contains(&None);
            assert!(found == expected || (expected && is_told), "{version}:{slot} {ranges:?} {said:?}");
            (affected_ones, unread) = (affected_ones + usize::from(found), unread + usize::from(is_told));
        }
    }
    assert!(affected_ones > 10_000 && unread > 1_000, "{affected_ones} {unread}");
}
