//! The report as JSON: every field of the contract `limpid/report/1`, with its exact value.

use std::fs;

use limpid_core::Digest;
use serde_json::{Value, json};

use crate::support::{Place, advised, clean, proven, vulnerable};

fn finding(id: &str, package: &Value, fixed: &str, why: &str, aliases: &[&str]) -> Value {
    json!({
        "id": id, "aliases": aliases, "severity": "Unknown",
        "links": [format!("https://security.alpinelinux.org/vuln/{id}")],
        "package": package, "fixed_in": fixed, "status": "fixed", "feed": "alpine/v3.99/main", "why": why,
    })
}

fn package(name: &str, version: &str, source: Option<&str>, layer: &Digest) -> Value {
    let upstream = source.map_or_else(String::new, |source| format!("&upstream={source}"));
    let mut package = json!({
        "name": name, "version": version, "type": "apk",
        "purl": format!("pkg:apk/alpine/{name}@{version}?arch=x86_64&distro=alpine-3.99.1{upstream}"),
        "path": "lib/apk/db/installed", "layer": layer,
    });
    if let Some(source) = source {
        package["source"] = json!(source);
    }
    package
}

/// The digest of the segment of a feed, from the only file in the data directory that has its records.
fn segment(place: &Place, feed: &str) -> Digest {
    let status = place.run("db status --format json").ended(0).json();
    let digest: Digest = status["feeds"][feed]["segment"].as_str().unwrap().parse().unwrap();
    let file = place.db().join(format!("segments/{}.segment", digest.hex()));
    assert_eq!(fs::metadata(file).unwrap().len(), status["feeds"][feed]["bytes"].as_u64().unwrap());
    digest
}

fn upgrade(name: &str, packages: &[&str], to: &str, fixes: u64) -> Value {
    json!({
        "name": name, "type": "apk", "packages": packages, "to": to, "severity": "Unknown", "fixes": fixes,
    })
}

#[test]
fn every_field_has_its_value() {
    let place = advised();
    let system = vulnerable();
    let image = place.image("app.tar", &system);
    let layer = system.image().layer_digests().remove(0);
    let report = place.run(&format!("scan {image} --offline --format json")).ended(0).json();
    let status = place.run("db status --format json").ended(0).json();

    // What no test can know beforehand is taken from the report, and held by its form and by other outputs.
    let proof = &report["proof"];
    for field in ["index_state", "catalog", "policy"] {
        let digest: Digest = proof[field].as_str().unwrap().parse().unwrap();
        assert_eq!(digest.algorithm(), "sha256", "{field}");
    }
    assert_eq!(proof["catalog"], status["catalog"]);
    let index = place.run(&format!("index {image} --format json")).ended(0).json();
    assert_eq!(proof["index_state"], index["index_state"]);
    let today = report["observed"]["generated_at"].as_str().unwrap()[..10].to_owned();
    for feed in ["alpine/v3.99/community", "alpine/v3.99/main"] {
        for field in ["changed_at", "checked_at"] {
            assert_eq!(report["observed"]["feeds"][feed][field], status["feeds"][feed][field]);
        }
    }
    assert_eq!(report["observed"]["feeds"].as_object().unwrap().len(), 2);

    let busybox = package("busybox", "1.36.0-r1", None, &layer);
    let ssl_client = package("ssl_client", "1.36.0-r1", Some("busybox"), &layer);
    let libcrypto = package("libcrypto3", "3.1.0-r0", Some("openssl"), &layer);
    let expected = json!({
        "schema": "limpid/report/1",
        "image": {
            "reference": image, "digest": system.layout().entries[0]["digest"],
            "platform": "linux/amd64", "layers": [layer],
        },
        "verdict": "vulnerable",
        "proof": {
            "index_state": proof["index_state"], "catalog": proof["catalog"], "policy": proof["policy"],
            "as_of": today, "stale": [],
        },
        "distributions": [{
            "id": "alpine", "version": "3.99.1", "name": "Alpine Linux v3.99", "ecosystem": "Alpine:v3.99",
        }],
        "feeds": [
            {"name": "alpine/v3.99/community", "segment": segment(&place, "alpine/v3.99/community"), "records": 1},
            {"name": "alpine/v3.99/main", "segment": segment(&place, "alpine/v3.99/main"), "records": 5},
        ],
        "blind_spots": [],
        "findings": [
            finding("CVE-2099-0001", &busybox, "1.36.1-r0", "1.36.0-r1 < 1.36.1-r0", &["XSA-9"]),
            finding("CVE-2099-0003", &libcrypto, "3.1.0-r5", "openssl 3.1.0-r0 < 3.1.0-r5", &[]),
            finding("CVE-2099-0001", &ssl_client, "1.36.1-r0", "busybox 1.36.0-r1 < 1.36.1-r0", &["XSA-9"]),
        ],
        "upgrades": [
            upgrade("busybox", &["busybox", "ssl_client"], "1.36.1-r0", 2),
            upgrade("openssl", &["libcrypto3"], "3.1.0-r5", 1),
        ],
        "summary": {
            "packages": 4, "judged": 4, "fixable": 3,
            "ecosystems": {"Alpine:v3.99": {"packages": 4, "judged": 4}},
            "findings": {"Unknown": 3, "Negligible": 0, "Low": 0, "Medium": 0, "High": 0, "Critical": 0},
        },
    });
    assert_eq!(proven(report), expected);
}

#[test]
fn a_clean_report_says_what_it_rests_on() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    let ran = place.run(&format!("scan {image} --offline --format json")).ended(0);
    assert_eq!(ran.stderr, "");
    let report = ran.json();
    assert_eq!(report["verdict"], "clean");
    assert_eq!((&report["findings"], &report["blind_spots"]), (&json!([]), &json!([])));
    assert_eq!(report["summary"]["judged"], 2);
    let names: Vec<&Value> = report["feeds"].as_array().unwrap().iter().map(|feed| &feed["name"]).collect();
    assert_eq!(names, ["alpine/v3.99/community", "alpine/v3.99/main"]);
}

#[test]
fn a_release_that_ended_has_its_day_in_the_report() {
    let place = Place::new();
    place.mirror().alpine("v3.16", "main", &[("busybox", "1.35.0-r15", &["CVE-2022-30065"])]);
    place.mirror().alpine("v3.16", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    place.update().ended(0);
    let system = limpid_testkit::alpine::System::alpine("3.16.0").package("busybox", "1.35.0-r13", "busybox");
    let report = place.report(&place.image("app.tar", &system));
    assert_eq!(
        report["distributions"],
        json!([{
            "id": "alpine", "version": "3.16.0", "name": "Alpine Linux v3.16", "ecosystem": "Alpine:v3.16",
            "end_of_life": "2024-05-23",
        }])
    );
}

#[test]
fn findings_without_a_fix_in_sight_are_suppressed_by_name() {
    // Every statement of a security database has a fix, so nothing is suppressed; but the policy is another one.
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let all = place.report(&image);
    let fixed = place.run(&format!("scan {image} --offline --format json --only-fixed")).ended(0).json();
    assert_eq!(fixed["findings"], all["findings"]);
    assert_ne!(fixed["proof"]["policy"], all["proof"]["policy"]);
}
