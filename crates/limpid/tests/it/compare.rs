//! `limpid compare`: which of the inputs differ, and what that changed.

use chrono::{Days, Utc};
use limpid_testkit::alpine::{Fix, System};
use serde_json::{Value, json};

use crate::support::{Place, advised, clean, move_back, vulnerable};

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

/// A place whose data changed 20 days after it was first loaded, and the words that compare an image then and now.
fn changed_since(image: &System) -> (Place, String) {
    let place = Place::new();
    let upgraded = ("busybox", "1.36.1-r0", ["CVE-2099-0001"].as_slice());
    let main = |fixes: &[Fix<'_>]| place.mirror().alpine("v3.99", "main", fixes);
    place.mirror().alpine("v3.99", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    main(&[
        upgraded,
        ("openssl", "3.1.0-r5", &["CVE-2099-0003", "CVE-2099-0004"]),
        ("busybox", "0", &["CVE-2099-0002"]),
    ]);
    place.update().ended(0);
    move_back(&place, 20);
    main(&[
        upgraded,
        ("openssl", "3.1.0-r6", &["CVE-2099-0003"]),
        ("openssl", "0", &["CVE-2099-0007"]),
        ("busybox", "1.36.2-r0", &["CVE-2099-0002"]),
        ("nginx", "1.24.0-r1", &["CVE-2099-0008"]),
    ]);
    place.update().ended(0);
    let day = |before: u64| (Utc::now() - Days::new(before)).date_naive();
    let image = place.image("app.tar", image);
    let words = format!("{image} --as-of {} --as-of {}", day(20), day(0));
    (place, words)
}

#[test]
fn the_advisories_that_changed_between_two_dates() {
    let (place, words) = changed_since(&vulnerable());
    let expected = json!([{
        "feed": "alpine/v3.99/main",
        "counts": {"added": 2, "removed": 1, "changed": 2},
        "changes": [
            {"change": "added", "package": "openssl", "id": "CVE-2099-0007", "namespace": "Alpine:v3.99",
                "b": "never affected"},
            {"change": "removed", "package": "openssl", "id": "CVE-2099-0004", "namespace": "Alpine:v3.99",
                "a": "fixed in 3.1.0-r5"},
            {"change": "changed", "package": "busybox", "id": "CVE-2099-0002", "namespace": "Alpine:v3.99",
                "a": "never affected", "b": "fixed in 1.36.2-r0"},
            {"change": "changed", "package": "openssl", "id": "CVE-2099-0003", "namespace": "Alpine:v3.99",
                "a": "fixed in 3.1.0-r5", "b": "fixed in 3.1.0-r6"},
        ],
    }]);
    assert_eq!(compared(&place, &words)["advisories"], expected);
    let lines = place.run(&format!("compare {words} --offline")).ended(0).stdout;
    let line =
        "advisory\tadded\tCVE-2099-0007\topenssl\t-\tnever affected\tAlpine:v3.99\talpine/v3.99/main\n";
    assert!(lines.contains("advisories\talpine/v3.99/main\t2\t1\t2\t-\n") && lines.contains(line), "{lines}");
}

#[test]
fn advisories_are_told_only_where_the_data_of_both_sides_is_at_hand() {
    let (place, words) = changed_since(&clean());
    // Of what changed, the other image has `busybox` only.
    let changes = &compared(&place, &words)["advisories"][0]["changes"];
    assert_eq!((changes.as_array().unwrap().len(), &changes[0]["id"]), (1, &"CVE-2099-0002".into()));
    let image = words.split(' ').next().unwrap();
    assert_eq!(compared(&place, &format!("{image} {image}"))["advisories"], json!([]));
    let report = saved(&place, image, "report.json");
    assert_eq!(compared(&place, &format!("{report} {image}"))["advisories"], Value::Null);

    let comparison = compared(&place, &words);
    let feeds = comparison["feeds"].as_array().unwrap();
    let main = feeds.iter().find(|feed| feed["name"] == "alpine/v3.99/main").unwrap();
    let segment = main["a"]["segment"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    std::fs::remove_file(place.db().join("segments").join(format!("{segment}.segment"))).unwrap();
    let gone = json!([{"feed": "alpine/v3.99/main", "counts": null, "changes": [],
        "unknown": "the data of then is no longer kept: that of A"}]);
    assert_eq!(compared(&place, &words)["advisories"], gone);
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
        ("{}", "neither a report"),
        ("{ cut off", "neither a report"),
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
