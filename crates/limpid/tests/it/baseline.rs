//! `limpid scan --baseline`: only what is new is listed and decides.

use limpid_testkit::alpine::System;
use serde_json::{Value, json};

use crate::support::{Place, Ran, advise, advised, vulnerable};

const GATED: &str = "--offline --fail-on unknown --baseline ../before.json";

fn new(report: &Value) -> Vec<&str> {
    let standing =
        report["findings"].as_array().unwrap().iter().filter(|one| one.get("suppressed").is_none());
    standing.map(|one| one["id"].as_str().unwrap()).collect()
}

/// A place with an image and a report of it.
fn begun() -> Place {
    let place = advised();
    place.image("app.tar", &vulnerable());
    let report = place.run("scan ../app.tar --offline --format json").ended(0).stdout;
    place.write("before.json", report);
    place
}

fn told(place: &Place, image: &str, status: i32) -> (Ran, Value) {
    let ran = place.run(&format!("scan {image} {GATED} --format json")).ended(status);
    let report = ran.json();
    (ran, report)
}

#[test]
fn what_is_known_decides_nothing() {
    let place = begun();
    place.run("scan ../app.tar --offline --fail-on unknown").ended(1);
    let (_, report) = told(&place, "../app.tar", 0);
    assert_eq!(new(&report), [""; 0]);
    assert_eq!(report["verdict"], "clean");
    let since = &report["since"];
    assert_eq!((&since["image"], &since["advisory_data"]), (&json!("same"), &json!("same")));
    assert_eq!((&since["known"], &since["gone"], &since["new"]), (&json!(3), &json!(0), &json!({})));
    let by = &report["findings"][0]["suppressed"];
    assert_eq!(by["by"], "baseline");
    // A report under a baseline is one in its turn.
    place.write("before.json", report.to_string());
    told(&place, "../app.tar", 0);
    // Another name of the only image.
    std::fs::rename(place.path("app.tar"), place.path("again.tar")).unwrap();
    told(&place, "../again.tar", 0);
}

#[test]
fn new_data_is_told_as_such() {
    let place = begun();
    advise(&place.mirror());
    let more: [(&str, &str, &[&str]); 6] = [
        ("busybox", "1.36.1-r0", &["CVE-2099-0001 XSA-9"]),
        ("busybox", "0", &["CVE-2099-0002"]),
        ("openssl", "3.1.0-r5", &["CVE-2099-0003"]),
        ("openssl", "3.1.0-r0", &["CVE-2099-0004"]),
        ("musl", "1.2.4-r9", &["CVE-2099-0007"]),
        ("musl", "1.2.4-r0", &["CVE-2099-0005"]),
    ];
    place.mirror().alpine("v3.99", "main", &more);
    place.update().ended(0);
    let (_, report) = told(&place, "../app.tar", 1);
    assert_eq!(new(&report), ["CVE-2099-0007"]);
    assert_eq!(
        report["since"]["explanation"],
        "the image is the same, the advisory data changed; 1 finding is new: 1 by the advisory data"
    );
    let lines = place.run(&format!("scan ../app.tar {GATED}")).ended(1).stdout;
    assert_eq!(lines.lines().filter(|line| line.starts_with("finding\t")).count(), 1, "{lines}");
    assert!(lines.contains("\timage=same\tindex-state=same\tadvisory-data=differs\t1\t3\t0\t"), "{lines}");
}

#[test]
fn a_new_image_brings_what_is_new_in_it_and_its_blind_spots() {
    let place = begun();
    let upgraded = System::alpine("3.99.1")
        .package("busybox", "1.36.0-r2", "busybox")
        .package("libcrypto3", "3.1.0-r0", "openssl")
        .package("libssl3", "3.1.0-r0", "openssl");
    place.image("app.tar", &upgraded);
    let (_, report) = told(&place, "../app.tar", 1);
    assert_eq!(new(&report), ["CVE-2099-0003"]);
    assert_eq!(report["since"]["new"], json!({ "image": 1 }));
    assert_eq!((&report["since"]["known"], &report["since"]["gone"]), (&json!(2), &json!(1)));
    // Of another release nothing is known: what was not judged is new.
    place.image("app.tar", &System::alpine("3.98.0").package("busybox", "1.36.0-r1", "busybox"));
    let (_, report) = told(&place, "../app.tar", 3);
    assert_eq!(report["verdict"], "unproven");
}

/// The place with an earlier report of what the image is now.
fn known(place: &Place, image: &System, options: &str) {
    place.image("app.tar", image);
    let ran = place.run(&format!("scan ../app.tar --offline --format json {options}"));
    place.write("before.json", ran.stdout);
}

#[test]
fn a_blind_spot_in_the_image_is_known_to_the_letter_and_one_of_the_data_never() {
    let place = advised();
    let odd = |version: &str| System::alpine("3.99.1").package("busybox", version, "busybox");
    known(&place, &odd("eleven"), "");
    let (_, report) = told(&place, "../app.tar", 0);
    let spot = &report["blind_spots"][0];
    assert_eq!(
        (&spot["waived"], &spot["known"], &spot["counts"]),
        (&json!(true), &json!(true), &json!(false))
    );
    // A report under a baseline is one in its turn.
    place.write("before.json", report.to_string());
    told(&place, "../app.tar", 0);
    place.image("app.tar", &odd("twelve"));
    told(&place, "../app.tar", 3);
    // What was waived by name is not known by that.
    known(&place, &odd("eleven"), "--accept version-unparsable");
    told(&place, "../app.tar", 3);
    // Behind data that was never there, nothing new could be seen.
    known(&place, &System::alpine("3.98.0").package("busybox", "1.36.0-r1", "busybox"), "");
    let (_, report) = told(&place, "../app.tar", 3);
    assert_eq!(report["verdict"], "unproven");
}

#[test]
fn several_images_have_a_report_each_and_what_is_none_is_refused() {
    let place = begun();
    place.image("other.tar", &vulnerable());
    let ran = place.run(&format!("scan ../app.tar ../other.tar {GATED}")).ended(1);
    assert_eq!(ran.stderr, "warning: ../other.tar is not in the baseline: all that is found in it is new\n");
    let both = place.run("scan ../app.tar ../other.tar --offline --format json").ended(0).stdout;
    place.write("before.json", both);
    place.run(&format!("scan ../app.tar ../other.tar {GATED}")).ended(0);
    for (content, why) in [("{}", "no report that limpid scan"), ("", "there is no report in it")] {
        place.write("before.json", content);
        let ran = place.run(&format!("scan ../app.tar {GATED}")).ended(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}
