//! `limpid compare`: which of the inputs differ, and what that changed.

use limpid_testkit::alpine::System;
use serde_json::Value;

use crate::support::{Place, advised, clean, vulnerable};

/// Names of the inputs that differ.
fn differing(comparison: &Value) -> Vec<&str> {
    let inputs = comparison["inputs"].as_object().unwrap().iter();
    inputs.filter(|(_, input)| input["same"] == false).map(|(name, _)| name.as_str()).collect()
}

/// (change, cause, identifier, package) of each finding that differs.
fn changes(comparison: &Value) -> Vec<[&str; 4]> {
    let changes = comparison["findings"].as_array().unwrap().iter();
    changes
        .map(|one| {
            [&one["change"], &one["cause"], &one["id"], &one["package"]["name"]]
                .map(|field| field.as_str().unwrap())
        })
        .collect()
}

fn saved(place: &Place, image: &str, name: &str) -> String {
    let report = place.run(&format!("scan {image} --offline --format json"));
    place.write(name, report.stdout)
}

fn compared(place: &Place, words: &str) -> Value {
    let comparison = place.run(&format!("compare {words} --offline --format json")).ended(0).json();
    assert_eq!(comparison["schema"], "limpid/comparison/1");
    comparison
}

#[test]
fn a_report_does_not_differ_from_itself() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let report = saved(&place, &image, "report.json");
    for words in [format!("{report} {report}"), format!("{report} {image}"), format!("{image} {image}")] {
        let comparison = compared(&place, &words);
        assert_eq!(differing(&comparison), [""; 0], "{words}");
        assert_eq!(changes(&comparison).len(), 0);
        assert_eq!(comparison["a"]["findings"], 3);
    }
}

#[test]
fn two_saved_reports_between_which_the_data_changed() {
    let place = Place::new();
    place.mirror().alpine("v3.98", "main", &[("busybox", "1.36.1-r0", &["CVE-2099-0001"])]);
    place.update().ended(0);
    let image = place.image("app.tar", &vulnerable());
    let before = saved(&place, &image, "before.json");
    crate::support::advise(&place.mirror());
    place.update().ended(0);
    let after = saved(&place, &image, "after.json");
    let comparison = compared(&place, &format!("{before} {after}"));
    assert_eq!(differing(&comparison), ["catalog"]);
    assert_eq!(
        changes(&comparison),
        [
            ["added", "advisory-data", "CVE-2099-0001", "busybox"],
            ["added", "advisory-data", "CVE-2099-0003", "libcrypto3"],
            ["added", "advisory-data", "CVE-2099-0001", "ssl_client"],
        ]
    );
    let spot = &comparison["blind_spots"][0];
    assert_eq!((&spot["change"], &spot["cause"]), (&"removed".into(), &"advisory-data".into()));
    assert_eq!(spot["a"]["reason"], "release-not-covered");
    let explanation = comparison["explanation"].as_str().unwrap();
    assert!(explanation.contains("the advisory data differs: B knows Alpine:v3.99"), "{explanation}");
    assert!(explanation.contains("The verdict was unproven and is vulnerable."), "{explanation}");
    let table = place.run(&format!("compare {before} {after}")).ended(0).stdout;
    assert!(table.contains(explanation), "{table}");
}

#[test]
fn two_images() {
    let place = advised();
    let (sick, whole) = (place.image("sick.tar", &vulnerable()), place.image("whole.tar", &clean()));
    let comparison = compared(&place, &format!("{sick} {whole}"));
    assert_eq!(differing(&comparison), ["image"]);
    assert!(changes(&comparison).iter().all(|[change, cause, ..]| (*change, *cause) == ("removed", "image")));
    assert_eq!(changes(&comparison).len(), 3);
    let packages = comparison["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["busybox", "libcrypto3", "ssl_client"]);
    assert!(comparison["explanation"].as_str().unwrap().contains("The verdict was vulnerable and is clean."));
}

#[test]
fn one_image_at_two_dates() {
    let place = Place::new();
    place.mirror().alpine("v3.16", "main", &[("busybox", "1.35.0-r15", &["CVE-2022-30065"])]);
    place.mirror().alpine("v3.16", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    place.update().ended(0);
    let image = place.image("app.tar", &System::alpine("3.16.0").package("busybox", "1.35.0-r13", "busybox"));
    let comparison = compared(&place, &format!("{image} --as-of 2022-06-01 --as-of 2099-01-01"));
    // Nothing was known then.
    assert_eq!(differing(&comparison), ["as_of", "catalog", "stale"]);
    assert_eq!(changes(&comparison), [["added", "advisory-data", "CVE-2022-30065", "busybox"]]);
    let comparison = compared(&place, &format!("{image} --as-of 2099-01-01 --as-of 2099-02-01"));
    assert_eq!(differing(&comparison), ["as_of"]);
    assert_eq!(changes(&comparison).len(), 0);
}

#[test]
fn the_policy_differs() {
    let place = advised();
    let image = place.image("app.tar", &clean().package("oddity", "not.a.version", "oddity"));
    let strict = saved(&place, &image, "strict.json");
    let ran =
        place.run(&format!("scan {image} --offline --format json --accept version-unparsable")).ended(0);
    let lenient = place.write("lenient.json", ran.stdout);
    let comparison = compared(&place, &format!("{strict} {lenient}"));
    assert_eq!(differing(&comparison), ["policy"]);
    assert_eq!(
        (&comparison["a"]["verdict"], &comparison["b"]["verdict"]),
        (&"unproven".into(), &"clean".into())
    );
}

#[test]
fn what_is_no_report_is_refused() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    for (content, said) in [
        ("{}", "no report"),
        ("{ cut off", "no report"),
        (r#"{"schema":"limpid/report/9"}"#, "report"),
        ("[]", "other.json"),
    ] {
        let other = place.write("other.json", content);
        let ran = place.run(&format!("compare {image} {other} --offline")).ended(2);
        assert!(ran.stderr.contains("other.json") && ran.stderr.contains(said), "{ran:#?}");
    }
    // A report of a later version is told from damage.
    let later =
        place.run(&format!("scan {image} --offline --format json")).stdout.replace("report/1", "report/2");
    let ran = place.run(&format!("compare {image} {} --offline", place.write("later.json", later))).ended(2);
    assert!(ran.stderr.contains("limpid/report/2") && ran.stderr.contains("limpid/report/1"), "{ran:#?}");
}
