//! The age of a fix: what counts as old, and what the day is measured from.

use super::*;
use crate::{
    fix::{FixKnown, FixWord, age_in_words},
    report::{FindingPackage, Status},
};

fn finding(severity: Severity, fixed_in: Option<&str>, known: Option<(&str, FixWord)>) -> Finding {
    Finding {
        id: "CVE-2099-0001".to_owned(),
        aliases: Vec::new(),
        severity,
        cvss: Vec::new(),
        kev: None,
        epss: None,
        summary: String::new(),
        links: Vec::new(),
        package: FindingPackage {
            name: "zlib".to_owned(),
            version: "1".to_owned(),
            kind: "rpm".to_owned(),
            purl: "pkg:rpm/zlib@1".to_owned(),
            source: None,
            path: None,
            layer: None,
        },
        fixed_in: fixed_in.map(str::to_owned),
        fix_known: known.map(|(day, by)| FixKnown {
            since: day.parse().unwrap(),
            by,
            feed: "stone/1".to_owned(),
        }),
        status: Status::Fixed,
        vendor_status: String::new(),
        rated: None,
        origin: None,
        feed: "stone/1".to_owned(),
        why: String::new(),
        suppressed: None,
    }
}

#[test]
fn a_fix_is_old_from_its_last_day_of_grace_on_and_where_nobody_says_its_day() {
    use FixWord::{Advisory, Fix};
    let as_of = "2026-03-31".parse().unwrap();
    let of_age = |days| Gate { fix_age: Some(days), ..Gate::default() };
    let high = Gate { severity: Some(Severity::High), ..of_age(30) };
    for (severity, fixed_in, known, expected, told) in [
        (
            Severity::High,
            Some("2"),
            Some(("2026-03-01", Fix)),
            [true, true, true],
            "fix published on 2026-03-01, 30 days before",
        ),
        (
            Severity::High,
            Some("2"),
            Some(("2026-03-02", Fix)),
            [true, false, false],
            "fix published on 2026-03-02, 29 days before",
        ),
        (
            Severity::Low,
            Some("2"),
            Some(("2020-01-01", Advisory)),
            [true, true, false],
            "fix told by an advisory of 2020-01-01, 2,281 days before",
        ),
        (
            Severity::High,
            Some("2"),
            Some(("2026-03-31", Advisory)),
            [true, false, false],
            "fix told by an advisory of 2026-03-31, 0 days before",
        ),
        // Nobody can rely on a day that has not come yet.
        (
            Severity::High,
            Some("2"),
            Some(("2026-04-01", Fix)),
            [true, true, true],
            "fix published on 2026-04-01, which is after the day of the report",
        ),
        (Severity::High, Some("2"), None, [true, true, true], "nobody says since when the fix is known"),
        (Severity::Unknown, Some("2"), None, [true, true, false], "nobody says since when the fix is known"),
        (Severity::Critical, None, None, [false, false, false], ""),
    ] {
        let one = finding(severity, fixed_in, known);
        let trips = [of_age(0), of_age(30), high.clone()].map(|gate| gate.is_tripped_by(&one, as_of));
        assert_eq!(trips, expected, "{severity} {fixed_in:?} {known:?}");
        assert_eq!(age_in_words(&one, as_of).unwrap_or_default(), told);
    }
}
