//! The comparison of the unproven and the vulnerable report on one image, compared with the files in `fixtures/`.

use limpid_core::comparison::{AdvisoryChange, AdvisoryCounts, FeedAdvisories, Side, Told, compare};

use super::*;
use crate::output::report::tests::{assert_fixture, report, written};

#[test]
fn for_a_person_and_for_a_program() {
    let side = |name| Side::of(report(name), None);
    let comparison = compare(&side("unproven"), &side("vulnerable"));
    let text = |width| written(|terminal, out| comparison_table(&comparison, terminal, out), width, false);
    assert_fixture("comparison.60.txt", &text(Some(60)));
    assert_fixture("comparison.120.txt", &text(Some(120)));
    assert_fixture("comparison.lines", &text(None));
}

fn advisory(change: Change, number: u32, a: Option<&str>, b: Option<&str>) -> AdvisoryChange {
    AdvisoryChange {
        change,
        package: "openssl".to_owned(),
        id: format!("CVE-2022-{number}"),
        namespace: "Alpine:v3.16".to_owned(),
        a: a.map(str::to_owned),
        b: b.map(str::to_owned),
    }
}

/// A comparison with these advisories in one feed, the data of another feed being gone.
fn with_advisories(changes: Vec<AdvisoryChange>) -> Comparison {
    let side = Side::of(report("vulnerable"), None);
    let counts = Some(AdvisoryCounts { added: 1_012, removed: 3, changed: 0 });
    let feed = "alpine/v3.16/main".to_owned();
    let gone = FeedAdvisories::unknown("alpine/v3.16/community", "it is no longer kept".to_owned());
    compare(&side, &side).with_advisories(vec![FeedAdvisories { feed, counts, changes, unknown: None }, gone])
}

#[test]
fn advisories_on_a_page_and_in_lines() {
    let comparison = with_advisories(vec![
        advisory(Change::Added, 1, None, Some("fixed in 1.1.1q-r0")),
        advisory(Change::Removed, 2, Some("never affected"), None),
        advisory(Change::Changed, 3, Some("no fix"), Some("fixed in 1.1.1q-r0")),
        advisory(Change::Changed, 4, Some("no fix"), Some("no fix")),
    ]);
    let text = |width| written(|terminal, out| comparison_table(&comparison, terminal, out), width, false);
    let page = text(Some(80));
    let expected = "\nADVISORIES\n\
        alpine/v3.16/community not known: it is no longer kept\n\
        alpine/v3.16/main +1,012 −3 advisories\n\
        +  CVE-2022-1  openssl  fixed in 1.1.1q-r0\n\
        -  CVE-2022-2  openssl  never affected\n\
        ~  CVE-2022-3  openssl  no fix → fixed in 1.1.1q-r0\n\
        ~  CVE-2022-4  openssl  no fix, other text\n\n";
    assert!(page.contains(expected), "{page}");
    let lines = text(None);
    let expected = "advisories\talpine/v3.16/community\t-\t-\t-\tit is no longer kept\n\
        advisories\talpine/v3.16/main\t1012\t3\t0\t-\n\
        advisory\tadded\tCVE-2022-1\topenssl\t-\tfixed in 1.1.1q-r0\tAlpine:v3.16\talpine/v3.16/main\n";
    assert!(lines.contains(expected), "{lines}");
}

#[test]
fn a_page_shows_twenty_advisories_and_lines_all() {
    let changes = (10..35).map(|number| advisory(Change::Added, number, None, Some("no fix"))).collect();
    let comparison = with_advisories(changes);
    let text = |width| written(|terminal, out| comparison_table(&comparison, terminal, out), width, false);
    let page = text(Some(80));
    assert!(page.contains("CVE-2022-29") && !page.contains("CVE-2022-30 "), "{page}");
    assert!(page.contains("\nand 5 more; --format json has all\n"), "{page}");
    assert_eq!(text(None).matches("\nadvisory\t").count(), 25);
}

#[test]
fn inputs_that_a_side_does_not_tell_or_only_claims() {
    let mut side = Side::of(report("vulnerable"), None);
    side.inputs.index_state = Told::Claimed("44c9f1b2".to_owned());
    side.inputs.catalog = Told::Nothing;
    side.feeds = None;
    let mut other = side.clone();
    other.inputs.catalog = Told::Proven("sha256:x".to_owned());
    other.inputs.policy = Told::Nothing;
    other.inputs.as_of = Told::Nothing;
    side.inputs.as_of = Told::Nothing;
    let comparison = compare(&side, &other);
    let text = |width| written(|terminal, out| comparison_table(&comparison, terminal, out), width, false);
    let page = text(Some(80));
    let expected = "\nINPUTS\n\
        image          same     4ff3ca91275c\n\
        index state    unknown  44c9f1b2, by name only\n\
        advisory data  unknown  not told → sha256:x\n\
        policy         unknown  b0b0b0b0b0b0 → not told\n\
        day            unknown  not told\n\n";
    assert!(page.contains(expected), "{page}");
    let lines = text(None);
    let expected = "input\tindex-state\tunknown\t44c9f1b2\t44c9f1b2\n\
        input\tadvisory-data\tunknown\t-\tsha256:x\n";
    assert!(lines.contains(expected), "{lines}");
}
