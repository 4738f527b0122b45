//! What an upgrade leads to is judged too.

use limpid_core::{
    AffectedRange, Severity, ecosystems,
    matching::Elsewhere,
    policy::{Ignore, Policy},
    report::PlannedUpgrade,
};

use super::support::{Written, fixed, image, scan_by};

fn between(introduced: &str, fixed: &str) -> AffectedRange {
    AffectedRange::Fixed { introduced: Some(introduced.to_owned()), fixed: fixed.to_owned() }
}

fn since(introduced: &str) -> AffectedRange {
    AffectedRange::Unfixed { introduced: Some(introduced.to_owned()) }
}

type Statements<'a> = &'a [(&'a str, &'a str, &'a [&'a str], AffectedRange)];

/// The plan for two packages of one source, in version 1.0-r0.
fn plan(statements: Statements<'_>, policy: &Policy) -> Vec<PlannedUpgrade> {
    let index =
        image(&[("zlib", "1.0-r0", "zlib"), ("zlib-dev", "1.0-r0", "zlib"), ("musl", "1.2-r0", "musl")]);
    let catalog = Written::with(statements);
    let report = scan_by(&index, &catalog, policy);
    let report = report.led_on(Elsewhere::new(&index, &ecosystems::all(), &catalog));
    assert_eq!(report.upgrades, report.plan(), "what was judged is not lost");
    assert_eq!(report.upgrades, report.clone().under(&Policy::default()).upgrades);
    report.upgrades
}

/// Where it leads to; what affects the version that would do, what affects the one it leads to.
fn led(statements: Statements<'_>) -> (String, Vec<String>, Vec<String>) {
    let plan = plan(statements, &Policy::default());
    assert_eq!((plan.len(), plan[0].severity), (1, Severity::Unknown));
    let ids = |of: Vec<&limpid_core::report::AffectedTarget>| of.iter().map(|one| one.id.clone()).collect();
    (plan[0].to.clone().unwrap(), ids(plan[0].passed().collect()), ids(plan[0].remaining().collect()))
}

#[test]
fn a_target_that_is_affected_itself_leads_on() {
    let own = |range: AffectedRange| ("zlib", "CVE-2099-0001", &[][..], range);
    let other = |id, range: AffectedRange| ("zlib", id, &[][..], range);
    let cases: [(Statements<'_>, &str, &[&str], &[&str]); 8] = [
        // Nothing else is known; what was fixed before, or comes later, does not matter.
        (&[own(fixed("1.2-r0"))], "1.2-r0", &[], &[]),
        (&[own(fixed("1.2-r0")), other("CVE-2099-0002", between("1.3-r0", "1.4-r0"))], "1.2-r0", &[], &[]),
        // A later advisory affects just the version that would do, and once more.
        (
            &[own(fixed("1.2-r0")), other("CVE-2099-0002", between("1.1-r0", "1.3-r0"))],
            "1.3-r0",
            &["CVE-2099-0002"],
            &[],
        ),
        (
            &[
                own(fixed("1.2-r0")),
                other("CVE-2099-0002", between("1.1-r0", "1.3-r0")),
                other("CVE-2099-0003", between("1.3-r0", "1.5-r0")),
            ],
            "1.5-r0",
            &["CVE-2099-0002"],
            &[],
        ),
        // A later series has the same one again.
        (
            &[
                own(fixed("1.2-r0")),
                other("CVE-2099-0002", fixed("2.1-r0")),
                own(between("2.0-r0", "2.3-r0")),
            ],
            "2.3-r0",
            &["CVE-2099-0001"],
            &[],
        ),
        // No version is known that nothing affects.
        (&[own(fixed("1.2-r0")), other("CVE-2099-0002", since("1.1-r0"))], "1.2-r0", &[], &["CVE-2099-0002"]),
        (
            &[
                own(fixed("1.2-r0")),
                other("CVE-2099-0002", between("1.1-r0", "1.3-r0")),
                other("CVE-2099-0003", since("1.3-r0")),
            ],
            "1.3-r0",
            &["CVE-2099-0002"],
            &["CVE-2099-0003"],
        ),
        // What has no fix now is told as that already.
        (&[own(fixed("1.2-r0")), other("CVE-2099-0002", since("0.1-r0"))], "1.2-r0", &[], &[]),
    ];
    for (statements, to, passed, remaining) in cases {
        let (led_to, led_past, left) = led(statements);
        assert_eq!(
            (led_to.as_str(), &*led_past, &*left),
            (to, &*owned(passed), &*owned(remaining)),
            "{statements:?}"
        );
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn fixes_that_lead_in_circles_end() {
    // A fix that is older than what it fixes leads nowhere.
    let statements: Statements<'_> = &[
        ("zlib", "CVE-2099-0001", &[], fixed("1.2-r0")),
        ("zlib", "CVE-2099-0002", &[], AffectedRange::Exactly { versions: vec!["1.2-r0".to_owned()] }),
    ];
    assert_eq!(led(statements), ("1.2-r0".to_owned(), owned(&[]), owned(&["CVE-2099-0002"])));
    let endless: Vec<(String, AffectedRange)> = (2..80)
        .map(|step| {
            (format!("CVE-2099-{step:04}"), between(&format!("1.{step}-r0"), &format!("1.{}-r0", step + 1)))
        })
        .collect();
    let mut statements: Vec<(&str, &str, &[&str], AffectedRange)> =
        endless.iter().map(|(id, range)| ("zlib", id.as_str(), &[][..], range.clone())).collect();
    statements.push(("zlib", "CVE-2099-0001", &[], fixed("1.2-r0")));
    // It ends with a version that is said to be affected, and is not called clean.
    let led = led(&statements);
    assert_eq!(led, ("1.33-r0".to_owned(), owned(&["CVE-2099-0002"]), owned(&["CVE-2099-0033"])));
}

#[test]
fn what_was_decided_on_leads_nowhere() {
    let statements: Statements<'_> = &[
        ("zlib", "CVE-2099-0001", &[], fixed("1.2-r0")),
        ("zlib", "CVE-2099-0002", &[], fixed("1.1-r0")),
        ("zlib", "CVE-2099-0002", &[], between("1.2-r0", "1.3-r0")),
    ];
    assert_eq!(plan(statements, &Policy::default())[0].to.as_deref(), Some("1.3-r0"));
    let ignore = Ignore {
        id: Some("CVE-2099-0002".to_owned()),
        reason: "never called".to_owned(),
        package: None,
        path: None,
        image: None,
        justification: None,
        owner: String::new(),
        expires: None,
    };
    let ignored = Policy { ignores: vec![ignore], ..Policy::default() };
    let plan = plan(statements, &ignored);
    assert_eq!((plan[0].to.as_deref(), plan[0].affected.len()), (Some("1.2-r0"), 0));
}
