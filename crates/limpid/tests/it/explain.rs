//! `limpid explain`: what a person is told of a vulnerability, for findings and for every kind of absence.
//!
//! Each case is the page as a terminal of 80 columns shows it, kept beside this file. A page that changes is to be read
//! before it is kept (`LIMPID_WRITE_SNAPSHOTS=1` writes them). The demo's image and data are real; so are those of the corpus.

use std::{fs, path::Path};

use limpid_testkit::alpine::System;
use serde_json::Value;

use crate::{
    redhat,
    support::{Place, Ran, advised, corpus, vulnerable},
};

/// The page, without colour and without what differs from day to day.
fn page(ran: &Ran, place: &Place) -> String {
    let mut text = String::new();
    let mut rest = ran.stdout.as_str();
    while let Some((before, styled)) = rest.split_once("\u{1b}[") {
        text.push_str(before);
        rest = styled.split_once('m').unwrap().1;
    }
    text.push_str(rest);
    let today = chrono::Utc::now().date_naive().to_string();
    let text = text.replace(&today, "TODAY").replace(&place.path("").display().to_string(), "PLACE/");
    let line = |line: &str| match line.split_once("checked ") {
        Some((before, age)) if age.ends_with("ago") || age == "just now" => format!("{before}checked AGE\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Explains, and compares the page with the one that is kept.
#[track_caller]
fn shows(place: &Place, name: &str, words: &str, status: i32) {
    let mut command = place.command(&format!("explain {words} --offline"));
    command.env("CLICOLOR_FORCE", "1").env("COLUMNS", "80");
    let ran = Ran::of(command.output().unwrap()).ended(status);
    assert_eq!(ran.stderr, "", "{name}");
    let page = page(&ran, place);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/explain/{name}.txt"));
    if std::env::var_os("LIMPID_WRITE_SNAPSHOTS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}\n{page}"));
    assert_eq!(page, kept, "{name}: read the page; if it is right, LIMPID_WRITE_SNAPSHOTS=1 keeps it");
}

/// Where the demo was played: a real image and the real data of its time.
fn played() -> Place {
    let place = Place::new();
    place.run("demo --keep ../kept").ended(0);
    place
}

#[test]
fn real_findings_and_absences_of_alpine() {
    let place = played();
    place.write("ignore", "CVE-2022-37434 # no gzip headers are read\n");
    let vex = serde_json::json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Platform team",
        "timestamp": "2023-02-01T00:00:00Z", "statements": [{
            "vulnerability": { "name": "CVE-2022-30065" }, "products": [{ "@id": "pkg:apk/alpine/busybox" }],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
        }],
    });
    place.write("vex.json", vex.to_string());
    let image = "oci-archive:../kept/alpine-3.16.0.oci.tar --db ../kept/data --as-of 2023-02-20";
    for (name, id, more, status) in [
        ("finding-two-packages", "CVE-2022-2097", "", 0),
        ("finding-one-package", "CVE-2022-37434", "", 0),
        ("finding-small-letters", "cve-2022-30065", "", 0),
        ("finding-of-the-data-of-then", "CVE-2023-0286", "", 0),
        ("absence-suppressed-by-ignore", "CVE-2022-37434", "--ignore ../ignore", 0),
        ("finding-beside-a-statement", "CVE-2022-30065", "--vex ../vex.json", 0),
        ("absence-fixed", "CVE-2021-36159", "", 0),
        ("absence-fixed-in-two-packages", "CVE-2020-28928", "", 0),
        ("absence-never-affected", "CVE-2022-1292", "", 0),
        ("absence-package-not-there", "CVE-2021-22930", "", 0),
        ("absence-unknown-advisory", "CVE-2099-9999", "", 3),
    ] {
        shows(&place, name, &format!("{id} {image} {more}"), status);
    }
    // Today the release is past its end: of what its data says nothing, nobody knows.
    let today = "oci-archive:../kept/alpine-3.16.0.oci.tar --db ../kept/data";
    shows(&place, "absence-not-judged-end-of-life", &format!("CVE-2099-9999 {today}"), 3);
    shows(&place, "absence-fixed-before-the-end-of-life", &format!("CVE-2021-36159 {today}"), 0);
}

#[test]
fn findings_and_absences_of_releases_that_nobody_has_heard_of() {
    let place = advised();
    place.image("app.tar", &vulnerable());
    let libraries = System::alpine("3.98.0").package("busybox", "1.36.0-r1", "busybox");
    place.image("other.tar", &libraries);
    let odd = System::alpine("3.99.1").package("busybox", "eleven", "busybox");
    place.image("odd.tar", &odd);
    let python = System::alpine("3.99.1")
        .package("libcrypto3", "3.1.0-r0", "openssl")
        .file("opt/six-1.16.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n\n");
    place.image("python.tar", &python);
    let nameless = System::undeclared().package("busybox", "1.36.0-r1", "busybox");
    place.image("nameless.tar", &nameless);
    for (name, words, status) in [
        ("finding-by-alias", "XSA-9 ../app.tar", 0),
        ("absence-not-judged-release", "CVE-2099-0001 ../other.tar", 3),
        ("absence-not-judged-though-waived", "CVE-2099-0001 ../other.tar --accept release-not-covered", 3),
        ("absence-not-judged-version", "CVE-2099-0001 ../odd.tar", 3),
        // What the distribution has fixed says nothing of a language whose data is not there.
        ("absence-not-judged-language", "CVE-2099-0004 ../python.tar", 3),
        ("absence-not-judged-no-distribution", "CVE-2099-0001 ../nameless.tar", 3),
    ] {
        shows(&place, name, words, status);
    }
}

#[test]
fn real_findings_and_absences_of_the_corpus() {
    let (Some(alpine), Some(debian), Some(updated), Some(ubi), Some(mirror)) = (
        corpus("images/alpine-3.10.docker-archive.tar.gz"),
        corpus("images/slim-debian-12.oci.tar"),
        corpus("images/slim-debian-12-secupdate.oci.tar"),
        corpus("images/rpm-ubi9-sqlite.oci.tar"),
        corpus("mirror"),
    ) else {
        return;
    };
    let place = Place::new();
    for (name, image) in [("alpine.tar.gz", &alpine), ("debian.tar", &debian), ("updated.tar", &updated)] {
        std::os::unix::fs::symlink(image, place.path(name)).unwrap();
    }
    place.run(&format!("db update alpine debian --mirror {}", mirror.display()));
    for (name, words, status) in [
        ("finding-alpine-3.10", "CVE-2021-36159 ../alpine.tar.gz", 0),
        ("finding-alpine-3.10-openssl", "CVE-2020-1967 ../alpine.tar.gz", 0),
        ("absence-not-listed", "CVE-2022-37434 ../alpine.tar.gz --accept end-of-life", 0),
        ("finding-debian-12", "CVE-2026-103111 ../debian.tar", 0),
        ("absence-debian-12-fixed", "CVE-2026-103111 ../updated.tar", 0),
    ] {
        shows(&place, name, words, status);
    }
    let place = redhat::advised();
    std::os::unix::fs::symlink(&ubi, place.path("ubi.tar")).unwrap();
    shows(&place, "finding-red-hat", "CVE-2023-38545 ../ubi.tar", 0);
}

/// What is explained as a finding is one, and every finding is explained as one: for all of a real image.
#[test]
fn explanations_agree_with_the_report() {
    let place = played();
    let image =
        "oci-archive:../kept/alpine-3.16.0.oci.tar --db ../kept/data --as-of 2023-02-20 --format json";
    let report = place.run(&format!("scan {image} --offline")).ended(0).json();
    let mut ids: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    ids.dedup();
    assert!(ids.len() > 5);
    for id in ids {
        let told = place.run(&format!("explain {id} {image} --offline")).ended(0).json();
        assert_eq!((&told["answer"], &told["schema"]), (&"affected".into(), &"limpid/explanation/1".into()));
        let name = |one: &Value| one["package"]["name"].as_str().unwrap().to_owned();
        let of = |list: &Value, is: &dyn Fn(&Value) -> bool| {
            let mut names: Vec<String> =
                list.as_array().unwrap().iter().filter(|one| is(one)).map(name).collect();
            names.sort();
            names
        };
        let explained = of(&told["packages"], &|one| one["answer"] == "affected");
        assert_eq!(explained, of(&report["findings"], &|one| one["id"] == id), "{id}");
        assert_eq!(told["proof"], report["proof"]);
        let statement = &told["packages"][0]["statements"][0];
        assert_eq!(statement["segment"], report["feeds"][1]["segment"], "{told:#}");
    }
}

#[test]
fn plain_lines_tell_the_same_and_wrong_words_are_refused() {
    let place = advised();
    place.image("app.tar", &vulnerable());
    let ran = place.run("explain CVE-2099-0003 ../app.tar --offline").ended(0);
    let lines: Vec<&str> = ran.stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(lines, ["image", "proof", "asked", "package", "statement", "advisory", "answer"]);
    assert!(ran.stdout.contains("package\taffected\tlibcrypto3\t3.1.0-r0\tapk\topenssl\t3.1.0-r0\t"));
    let swapped = place.run("explain ../app.tar CVE-2099-0003 --offline").ended(2);
    assert!(swapped.stderr.contains("the vulnerability stands first"), "{}", swapped.stderr);
}
