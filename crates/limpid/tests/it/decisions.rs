//! Decisions about findings: files of what to ignore, VEX documents.

use serde_json::{Value, json};

use crate::support::{Place, advised, vulnerable};

/// The report under decisions that files in the place make.
fn report(place: &Place, options: &str) -> (Value, String) {
    let ran = place.run(&format!("scan ../app.tar --offline --format json {options}")).ended(0);
    (ran.json(), ran.stderr)
}

/// (id, package, who took it out) of the findings.
fn findings(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| (text(&one["id"]), text(&one["package"]["name"]), text(&one["suppressed"]["by"])))
        .collect()
}

fn of(found: [(&str, &str, &str); 3]) -> Vec<(String, String, String)> {
    found.map(|(id, package, by)| (id.to_owned(), package.to_owned(), by.to_owned())).into()
}

#[test]
fn what_is_ignored_stays_in_the_report_and_what_ran_out_stands() {
    let place = advised();
    place.image("app.tar", &vulnerable());
    let (before, _) = report(&place, "");
    place.write(
        "decisions.toml",
        "[[ignore]]\nid = 'CVE-2099-0001'\npackage = 'ssl_*'\nreason = 'no TLS here'\nowner = 'platform'\nexpires = 2999-12-31\n\
         [[ignore]]\npackage = 'openssl'\nreason = 'soon replaced'\nexpires = 2001-01-01\n\
         [[ignore]]\nid = 'CVE-1999-1'\nreason = 'long gone'\n\
         [[ignore]]\nid = 'CVE-2099-0001'\nimage = 'other/*'\nreason = 'another image'\n",
    );
    let (after, stderr) = report(&place, "--ignore ../decisions.toml");
    assert_eq!(
        findings(&after),
        of([
            ("CVE-2099-0001", "busybox", ""),
            ("CVE-2099-0003", "libcrypto3", ""),
            ("CVE-2099-0001", "ssl_client", "ignore: CVE-2099-0001, package ssl_*"),
        ])
    );
    let suppressed = &after["findings"][2]["suppressed"];
    assert_eq!(suppressed["reason"], "no TLS here (platform), until 2999-12-31");
    assert_eq!(
        after["decisions"],
        json!([
            { "by": "ignore: CVE-2099-0001, package ssl_*", "reason": "no TLS here", "owner": "platform",
              "expires": "2999-12-31", "state": "applied", "findings": 1 },
            { "by": "ignore: package openssl", "reason": "soon replaced", "expires": "2001-01-01", "state": "expired",
              "findings": 1 },
            { "by": "ignore: CVE-1999-1", "reason": "long gone", "state": "unused", "findings": 0 },
        ])
    );
    assert_eq!(
        stderr,
        "warning: ../app.tar: “ignore: package openssl” does not hold any more since 2001-01-01, and the findings stand (1)\n\
         warning: ../app.tar: “ignore: CVE-1999-1” is about no finding\n"
    );
    assert_eq!(after["summary"]["findings"]["Unknown"], 2);
    assert_ne!(after["proof"]["policy"], before["proof"]["policy"]);
    assert_eq!(before.get("decisions"), None);
    // Before the decision ran out it held.
    let day =
        place.run("scan ../app.tar --offline --format json --ignore ../decisions.toml --as-of 2000-12-31");
    assert_eq!(day.status, 3, "there was no data then: {day:#?}");
}

#[test]
fn a_gate_does_not_see_what_was_decided() {
    let place = advised();
    place.image("app.tar", &vulnerable());
    place.write("list", "CVE-2099-0001 # not reachable\nCVE-2099-0003 # neither\n");
    place.run("scan ../app.tar --offline --fail-on unknown").ended(1);
    let ran = place.run("scan ../app.tar --offline --fail-on unknown --ignore ../list").ended(0);
    assert!(ran.stdout.contains("verdict\tclean\tno finding stands;"), "{}", ran.stdout);
    let applied = "decision\tapplied\t2\tignore: CVE-2099-0001\tnot reachable\t-\t-\n";
    assert!(ran.stdout.contains(applied), "{}", ran.stdout);
}

#[test]
fn statements_are_believed_until_a_later_one_says_otherwise() {
    let place = advised();
    place.image("app.tar", &vulnerable());
    let statement = |status: &str, product: &str, at: &str| {
        json!({
            "vulnerability": { "name": "CVE-2099-0001" }, "products": [{ "@id": product }], "status": status,
            "justification": "component_not_present", "timestamp": at,
        })
    };
    let document = |statements: &[Value]| {
        json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "d", "author": "Vendor", "statements": statements })
            .to_string()
    };
    std::fs::create_dir(place.path("vex")).unwrap();
    let all = statement("not_affected", "../app.tar", "2026-01-01T00:00:00Z");
    place.write("vex/1.json", document(&[all]));
    let by = "vex: Vendor";
    let (told, _) = report(&place, "--vex ../vex");
    let expected = of([
        ("CVE-2099-0001", "busybox", by),
        ("CVE-2099-0003", "libcrypto3", ""),
        ("CVE-2099-0001", "ssl_client", by),
    ]);
    assert_eq!(findings(&told), expected);
    assert_eq!(told["findings"][0]["suppressed"]["reason"], "not affected: component_not_present");
    let one = statement("affected", "pkg:apk/alpine/busybox", "2026-02-01T00:00:00Z");
    place.write("vex/2.json", document(&[one]));
    let (told, _) = report(&place, "--vex ../vex");
    assert_eq!(findings(&told)[0], ("CVE-2099-0001".to_owned(), "busybox".to_owned(), String::new()));
    assert_eq!(findings(&told)[2].2, by);
}

#[test]
fn a_decision_that_cannot_be_read_ends_the_scan_before_it_begins() {
    let place = advised();
    place.image("app.tar", &vulnerable());
    for (name, content, why) in [
        (
            "no-reason.toml",
            "[[ignore]]\nid = 'CVE-1'\n",
            "--ignore ../no-reason.toml: decision 1: it has no reason",
        ),
        (
            "typo.toml",
            "[[ignore]]\nid = 'CVE-1'\nreson = 'x'\n",
            "--ignore ../typo.toml: line 3: unknown field `reson`",
        ),
        ("list", "CVE-1 until tomorrow\n", "--ignore ../list: line 1: “until” is neither"),
    ] {
        place.write(name, content);
        let ran = place.run(&format!("scan ../app.tar --offline --ignore ../{name}")).ended(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
    place.write("vex.json", "{}");
    for (path, why) in [
        ("../vex.json", "--vex ../vex.json: it is neither OpenVEX, CSAF nor CycloneDX"),
        ("../missing.json", "--vex ../missing.json: No such file"),
        ("../home", "--vex ../home: there is no file in it whose name ends with .json"),
    ] {
        let ran = place.run(&format!("scan ../app.tar --offline --vex {path}")).ended(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}
