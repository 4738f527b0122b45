//! The forms of other programs: each has every finding and every blind spot, and each is what its own validator takes.

pub(crate) mod validators;

use std::fs;

use limpid_testkit::alpine::System;
use serde_json::{Value, json};

use crate::support::{Place, advised, clean, vulnerable};

/// Three findings, and a package database that nobody reads.
fn half_judged() -> System {
    vulnerable().file("usr/lib/opkg/status", b"Package: base-files\nVersion: 1\n\n")
}

/// A place, and the images that are told of in it.
fn told(images: &[(&str, System)]) -> (Place, String) {
    let place = advised();
    let paths: Vec<String> = images.iter().map(|(name, system)| place.image(name, system)).collect();
    let here = place.path("").display().to_string();
    let names = paths.join(" ").replace(&here, "../");
    (place, names)
}

fn document(place: &Place, words: &str, format: &str) -> String {
    place.run(&format!("{words} --format {format}")).stdout
}

fn parsed(place: &Place, words: &str, format: &str) -> Value {
    serde_json::from_str(&document(place, words, format)).unwrap()
}

const FINDINGS: [(&str, &str); 3] =
    [("CVE-2099-0001", "busybox"), ("CVE-2099-0003", "libcrypto3"), ("CVE-2099-0001", "ssl_client")];

#[test]
fn sarif_has_a_result_for_each_finding_and_for_what_was_not_judged() {
    let (place, names) = told(&[("app.tar", half_judged()), ("other.tar", clean())]);
    let sarif = parsed(&place, &format!("scan --offline {names}"), "sarif");
    validators::sarif(&sarif);
    let runs = sarif["runs"].as_array().unwrap();
    let results = |run: &Value| -> Vec<(String, String)> {
        let results = run["results"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        results.map(|result| (text(&result["ruleId"]), text(&result["level"]))).collect()
    };
    let warning = |id: &str| (id.to_owned(), "warning".to_owned());
    assert_eq!(
        results(&runs[0]),
        ["CVE-2099-0001", "CVE-2099-0003", "CVE-2099-0001", "limpid/not-judged/database-unreadable"]
            .map(warning)
    );
    assert_eq!(results(&runs[1]), []);
    let said = &runs[0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(
        said,
        "not judged (database-unreadable): opkg packages: found, and not read by this version: usr/lib/opkg/status"
    );
    let place = &runs[0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "lib/apk/db/installed");
}

#[test]
fn cyclonedx_says_what_is_affected_and_that_it_is_not_all() {
    let (place, names) = told(&[("app.tar", half_judged())]);
    let scanned = parsed(&place, &format!("scan --offline {names}"), "cyclonedx");
    let listed = parsed(&place, &format!("index {names}"), "cyclonedx");
    validators::cyclonedx(&place, &[&scanned, &listed]);
    let components = |bom: &Value| bom["components"].as_array().unwrap().len();
    assert_eq!((components(&scanned), components(&listed)), (5, 5), "the system and four packages");
    let affected = scanned["vulnerabilities"].as_array().unwrap().iter();
    let affected: Vec<(&str, &str)> = affected
        .map(|one| (one["id"].as_str().unwrap(), one["affects"][0]["ref"].as_str().unwrap()))
        .collect();
    for ((id, name), (told, reference)) in FINDINGS.iter().zip(&affected) {
        assert_eq!(id, told);
        let component = scanned["components"].as_array().unwrap().iter();
        let component = component.clone().find(|one| one["bom-ref"] == *reference).unwrap();
        assert_eq!(component["name"], *name);
    }
    assert_eq!(affected.len(), 3);
    for bom in [&scanned, &listed] {
        assert_eq!(bom["compositions"], json!([{ "aggregate": "incomplete", "assemblies": ["image"] }]));
    }
    let properties = scanned["metadata"]["properties"].as_array().unwrap();
    assert_eq!(properties[0]["name"], "limpid:not-judged:database-unreadable");
    // Nothing of a list changes with time.
    assert_eq!(listed, parsed(&place, &format!("index {names}"), "cyclonedx"));
    assert_eq!(
        scanned["serialNumber"],
        parsed(&place, &format!("scan --offline {names}"), "cyclonedx")["serialNumber"]
    );

    let (place, names) = told(&[("clean.tar", clean())]);
    let bom = parsed(&place, &format!("scan --offline {names}"), "cyclonedx");
    assert_eq!(bom["compositions"][0]["aggregate"], "complete");
}

#[test]
fn spdx_has_the_packages_the_findings_and_what_was_not_judged() {
    let (place, names) = told(&[("app.tar", half_judged())]);
    let scanned = parsed(&place, &format!("scan --offline {names}"), "spdx");
    let listed = parsed(&place, &format!("index {names}"), "spdx");
    validators::spdx(&place, &[&scanned, &listed]);
    let packages = scanned["packages"].as_array().unwrap();
    assert_eq!(packages.len(), 6, "the image, its distribution and four packages");
    let comments = |of: &Value| -> Vec<String> {
        let annotations = of["annotations"].as_array().into_iter().flatten();
        annotations.map(|one| one["comment"].as_str().unwrap().to_owned()).collect()
    };
    let busybox = packages.iter().find(|package| package["name"] == "busybox").unwrap();
    assert_eq!(
        comments(busybox),
        [
            "CVE-2099-0001 (Unknown, fixed): 1.36.0-r1 < 1.36.1-r0; fixed in 1.36.1-r0; told by alpine/v3.99/main"
        ]
    );
    let said = comments(&scanned);
    assert!(said[0].starts_with("not judged (database-unreadable): opkg packages"), "{said:?}");
    assert!(said[1].starts_with("verdict: vulnerable, as of "), "{said:?}");
}

#[test]
fn gitlab_is_told_of_blind_spots_with_the_scan_and_among_the_vulnerabilities() {
    let (place, names) = told(&[("app.tar", half_judged()), ("other.tar", clean())]);
    let report = parsed(&place, &format!("scan --offline {names}"), "gitlab");
    let (not_judged, found): (Vec<_>, Vec<_>) = report["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .partition(|one| one["identifiers"][0]["type"] == "limpid");
    assert_eq!(not_judged.len(), 1);
    assert_eq!(not_judged[0]["name"], "Not judged: database-unreadable");
    assert_eq!(not_judged[0]["severity"], "Unknown");
    assert!(not_judged[0]["location"]["dependency"]["package"]["name"].as_str().unwrap().contains("opkg"));
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|one| {
            let name = one["location"]["dependency"]["package"]["name"].as_str().unwrap();
            (one["identifiers"][0]["value"].as_str().unwrap(), name)
        })
        .collect();
    assert_eq!(found, FINDINGS);
    assert_eq!(report["scan"]["messages"].as_array().unwrap().len(), 1);
    assert_eq!(report["scan"]["messages"][0]["level"], "warn");
    validators::gitlab(&report);
    let first = &report["vulnerabilities"][1];
    for field in ["id", "severity", "description", "solution"] {
        assert!(first[field].is_string(), "{field}");
    }
    assert_eq!(first["location"]["operating_system"], "Alpine Linux v3.99");
}

#[test]
fn junit_fails_for_findings_at_the_gate_and_for_what_was_not_judged() {
    let (place, names) = told(&[("app.tar", half_judged())]);
    let count = |document: &str, word: &str| document.matches(word).count();
    let all = document(&place, &format!("scan --offline {names}"), "junit");
    assert_eq!((count(&all, "<failure "), count(&all, "<skipped ")), (4, 1), "{all}");
    assert!(all.contains(r#"<testsuites name="limpid" tests="5" failures="4" skipped="1">"#), "{all}");
    let gated = document(&place, &format!("scan --offline --fail-on high {names}"), "junit");
    assert_eq!((count(&gated, "<failure "), count(&gated, "<skipped ")), (1, 4), "{gated}");
    // The gate of a policy is one as well.
    for (gate, failed, skipped) in [("severity = 'high'", 1, 4), ("severity = 'high'\nunknown = true", 4, 1)]
    {
        place.write("policy.toml", format!("[gate]\n{gate}\n"));
        let gated = document(&place, &format!("scan --offline --policy ../policy.toml {names}"), "junit");
        assert_eq!((count(&gated, "<failure "), count(&gated, "<skipped ")), (failed, skipped), "{gated}");
    }
    let waived = document(
        &place,
        &format!("scan --offline --fail-on high --accept database-unreadable {names}"),
        "junit",
    );
    assert_eq!((count(&waived, "<failure "), count(&waived, "<skipped ")), (0, 5), "{waived}");
    let (place, names) = told(&[("clean.tar", clean())]);
    let passed = document(&place, &format!("scan --offline {names}"), "junit");
    assert!(passed.contains(r#"tests="1" failures="0" skipped="0""#), "{passed}");
}

/// The fields of Trivy's types `Report`, `Result` and `DetectedVulnerability` (with `Vulnerability` in it), and ours under `limpid`.
const OF_REPORT: [&str; 7] =
    ["SchemaVersion", "CreatedAt", "ArtifactName", "ArtifactType", "Metadata", "Results", "limpid"];
const OF_RESULT: [&str; 5] = ["Target", "Class", "Type", "Vulnerabilities", "ExperimentalModifiedFindings"];
const OF_VULNERABILITY: [&str; 19] = [
    "VulnerabilityID",
    "VendorIDs",
    "PkgID",
    "PkgName",
    "PkgPath",
    "PkgIdentifier",
    "InstalledVersion",
    "FixedVersion",
    "Status",
    "Layer",
    "SeveritySource",
    "PrimaryURL",
    "DataSource",
    "Custom",
    "Title",
    "Description",
    "Severity",
    "CVSS",
    "References",
];

/// Whether Trivy's reader knows all that is said, and DefectDojo's would take it: it passes over what it has no word for.
fn is_as_trivy_writes(document: &Value) {
    let has_only = |value: &Value, known: &[&str]| {
        for field in value.as_object().unwrap().keys() {
            assert!(known.contains(&field.as_str()), "{field} in {value:#}");
        }
    };
    has_only(document, &OF_REPORT);
    assert_eq!(document["SchemaVersion"], 2);
    for result in document["Results"].as_array().unwrap() {
        has_only(result, &OF_RESULT);
        let standing = result["Vulnerabilities"].as_array().into_iter().flatten();
        let modified = result["ExperimentalModifiedFindings"].as_array().into_iter().flatten();
        for one in standing.chain(modified.map(|modified| &modified["Finding"])) {
            has_only(one, &OF_VULNERABILITY);
            let words = ["UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
            assert!(words.contains(&one["Severity"].as_str().unwrap()), "{one:#}");
            for field in ["VulnerabilityID", "PkgName", "InstalledVersion", "Title", "Description"] {
                assert!(!one[field].as_str().unwrap().is_empty(), "{field} of {one:#}");
            }
            assert!(one["References"].as_array().unwrap().iter().all(Value::is_string), "{one:#}");
        }
    }
}

/// Each part with its class and kind, and what stands in it.
fn parts(document: &Value) -> Vec<(String, String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let results = document["Results"].as_array().unwrap().iter();
    results
        .map(|result| {
            let found = result["Vulnerabilities"].as_array().into_iter().flatten();
            let found =
                found.map(|one| format!("{} {}", text(&one["VulnerabilityID"]), text(&one["PkgName"])));
            (text(&result["Target"]), text(&result["Class"]), text(&result["Type"]), found.collect())
        })
        .collect()
}

#[test]
fn trivys_readers_take_no_blind_image_for_a_clean_one() {
    let (place, names) = told(&[("app.tar", half_judged())]);
    let whole = parsed(&place, &format!("scan --offline {names}"), "trivy");
    let part = |target: &str, class: &str, kind: &str, found: &[&str]| {
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        (format!("../app.tar {target}"), class.to_owned(), kind.to_owned(), found)
    };
    let blind =
        part("(not judged)", "lang-pkgs", "limpid", &["LIMPID-NOT-JUDGED-DATABASE-UNREADABLE opkg packages"]);
    let found = FINDINGS.map(|(id, package)| format!("{id} {package}"));
    let found = found.each_ref().map(String::as_str);
    assert_eq!(parts(&whole), [part("(alpine 3.99.1)", "os-pkgs", "alpine", &found), blind.clone()]);
    is_as_trivy_writes(&whole);
    validators::trivy(
        &place,
        &whole,
        &["CVE-2099-0001", "CVE-2099-0003", "LIMPID-NOT-JUDGED-DATABASE-UNREADABLE"],
    );
    let first = &whole["Results"][0]["Vulnerabilities"][0];
    assert_eq!(
        first["PkgIdentifier"]["PURL"],
        "pkg:apk/alpine/busybox@1.36.0-r1?arch=x86_64&distro=alpine-3.99.1"
    );
    assert_eq!((&first["FixedVersion"], &first["Status"]), (&json!("1.36.1-r0"), &json!("fixed")));
    assert_eq!(first["PrimaryURL"], "https://www.cve.org/CVERecord?id=CVE-2099-0001");
    assert_eq!(whole["limpid"]["verdict"], "vulnerable");

    // What is taken out is told, and trips nothing.
    place.write("ignored", "CVE-2099-0001\nCVE-2099-0003\n");
    let ignored = parsed(&place, &format!("scan --offline --ignore ../ignored {names}"), "trivy");
    assert_eq!(parts(&ignored), [part("(alpine 3.99.1)", "os-pkgs", "alpine", &[]), blind]);
    is_as_trivy_writes(&ignored);
    let modified = &ignored["Results"][0]["ExperimentalModifiedFindings"];
    assert_eq!(modified.as_array().unwrap().len(), 3);
    assert_eq!((&modified[0]["Type"], &modified[0]["Status"]), (&json!("vulnerability"), &json!("ignored")));
    validators::trivy(&place, &ignored, &["LIMPID-NOT-JUDGED-DATABASE-UNREADABLE"]);

    // Without anything wrong it says that it looked; without a distribution, that it could not.
    let (place, names) = told(&[
        ("clean.tar", clean()),
        ("bare.tar", System::undeclared().package("musl", "1.2.4-r0", "musl")),
    ]);
    let documents = document(&place, &format!("scan --offline {names}"), "trivy");
    let documents: Vec<Value> = documents.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let clean = parts(&documents[0]);
    assert_eq!(
        clean,
        [("../clean.tar (alpine 3.99.1)".to_owned(), "os-pkgs".to_owned(), "alpine".to_owned(), vec![])]
    );
    assert!(documents[0]["Results"][0].get("Vulnerabilities").is_none());
    let bare = parts(&documents[1]);
    assert!(bare[0].3.iter().any(|one| one.starts_with("LIMPID-NOT-JUDGED-NO-DISTRIBUTION ")), "{bare:?}");
    assert!(documents[1]["Metadata"].get("OS").is_none());
}

#[test]
fn csv_is_one_table_for_all_images() {
    let (place, names) = told(&[("app.tar", half_judged()), ("other.tar", half_judged())]);
    let table = document(&place, &format!("scan --offline {names}"), "csv");
    let lines: Vec<&str> = table.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 1 + 2 * 4);
    assert!(lines[0].starts_with("kind,image,digest,platform,severity,id,"), "{table}");
    assert!(lines[1].starts_with("finding,../app.tar,sha256:"), "{table}");
    assert!(lines[4].starts_with("blind-spot,../app.tar,sha256:"), "{table}");
    assert!(lines[4].contains(",database-unreadable,,opkg packages,"), "{table}");
}

#[test]
fn pages_for_people_show_strangers_text_as_text() {
    let name = "=cmd|'<script>alert(1)</script>@all";
    let system = vulnerable().package(name, "1.36.0-r1", "busybox");
    let (place, names) = told(&[("app.tar", system)]);
    let html = document(&place, &format!("scan --offline {names}"), "html");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"), "{html}");
    assert!(!html.contains("http-equiv=\"refresh\"") && !html.contains("src="), "nothing is loaded: {html}");
    let markdown = document(&place, &format!("scan --offline {names}"), "markdown");
    assert!(!markdown.contains("<script") && !markdown.contains("@all"), "{markdown}");
    let csv = document(&place, &format!("scan --offline {names}"), "csv");
    assert!(csv.contains(",'=cmd|") || csv.contains(",\"'=cmd|"), "{csv}");
}

#[test]
fn every_form_goes_to_a_file_in_one_run() {
    let (place, names) = told(&[("app.tar", half_judged())]);
    let forms = [
        "sarif",
        "cyclonedx",
        "spdx",
        "html",
        "markdown",
        "junit",
        "gitlab",
        "csv",
        "json",
        "clair",
        "trivy",
        "table",
    ];
    let words: String = forms.map(|form| format!(" --format {form}=out.{form}")).concat();
    place.run(&format!("scan --offline {names}{words}")).ended(0);
    for form in forms {
        let written = fs::read_to_string(place.path("here").join(format!("out.{form}"))).unwrap();
        for (id, package) in FINDINGS {
            assert!(
                written.contains(id) && written.contains(package),
                "{form} lacks {id} of {package}: {written}"
            );
        }
        let told = written.contains("opkg") && written.contains("database-unreadable");
        assert!(told, "{form} hides what was not judged: {written}");
    }
}
