//! Exit statuses: 0 done, 1 gated, 2 failed, 3 unproven; and what is said on standard error.

use limpid_core::Reason;
use limpid_testkit::alpine::System;

use crate::support::{Place, advised, clean, counting, vulnerable};

/// A system that is not vulnerable, with a package that nobody can judge.
fn unproven() -> System {
    clean().package("oddity", "not.a.version", "oddity")
}

#[test]
fn without_a_gate_findings_are_no_failure() {
    let place = advised();
    for (name, system, verdict, status) in [
        ("clean", clean(), "clean", 0),
        ("vulnerable", vulnerable(), "vulnerable", 0),
        ("unproven", unproven(), "unproven", 3),
        ("both", vulnerable().package("oddity", "not.a.version", "oddity"), "vulnerable", 0),
    ] {
        let image = place.image(name, &system);
        let ran = place.run(&format!("scan {image} --offline --format json")).ended(status);
        assert_eq!(ran.json()["verdict"], verdict, "{name}");
    }
}

#[test]
fn a_gate_weighs_severities() {
    // The data of Alpine gives no severities, so all findings are Unknown, which is the lowest.
    let place = advised();
    let (sick, whole) = (place.image("sick", &vulnerable()), place.image("whole", &clean()));
    let both = place.image("both", &vulnerable().package("oddity", "not.a.version", "oddity"));
    for (image, gate, status) in [
        (&sick, "unknown", 1),
        (&sick, "UNKNOWN", 1),
        (&sick, "negligible", 0),
        (&sick, "low", 0),
        (&sick, "critical", 0),
        (&whole, "unknown", 0),
        (&whole, "critical", 0),
        (&both, "unknown", 1),
        // What could not be judged might have tripped the gate.
        (&both, "low", 3),
        (&both, "critical", 3),
    ] {
        let ran = place.run(&format!("scan {image} --offline --format json --fail-on {gate}")).ended(status);
        ran.json();
        let passed_over = ran.stderr.contains("--fail-on unknown");
        assert_eq!(passed_over, image != &whole && !gate.eq_ignore_ascii_case("unknown"), "{gate}: {ran:#?}");
    }
    let ran = place.run(&format!("scan {sick} --offline --fail-on high --quiet")).ended(0);
    assert_eq!(ran.stderr, "");
}

#[test]
fn what_is_waived_stays_in_the_report() {
    let place = advised();
    let image = place.image("app", &unproven());
    let ran =
        place.run(&format!("scan {image} --offline --format json --accept version-unparsable")).ended(0);
    let report = ran.json();
    assert_eq!(report["verdict"], "clean");
    assert!(counting(&report).is_empty());
    let spot = &report["blind_spots"][0];
    assert_eq!(spot["reason"], "version-unparsable");
    assert_eq!((spot["counts"].as_bool(), spot["waived"].as_bool()), (Some(false), Some(true)));
    assert_ne!(report["proof"]["policy"], place.report(&image)["proof"]["policy"]);

    // Waiving another reason waives nothing here; several are separated by commas.
    place.run(&format!("scan {image} --offline --accept end-of-life")).ended(3);
    place.run(&format!("scan {image} --offline --accept end-of-life,version-unparsable")).ended(0);
    place.run(&format!("scan {image} --offline --accept version-unparsable --fail-on critical")).ended(0);
    // The table shows it too.
    let table = place.run(&format!("scan {image} --offline --accept version-unparsable")).ended(0);
    assert!(table.stdout.contains("version-unparsable"), "{table:#?}");
}

#[test]
fn an_unknown_reason_lists_the_known_ones() {
    let place = Place::new();
    let ran = place.run("scan app --offline --accept feed-stail").ended(2);
    assert_eq!(ran.stdout, "");
    for reason in Reason::ALL {
        assert!(ran.stderr.contains(reason.as_str()), "{reason}: {ran:#?}");
    }
}

#[test]
fn wrong_arguments() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    for (words, said) in [
        (String::new(), "Usage"),
        ("scan".to_owned(), "<IMAGE>"),
        ("scann".to_owned(), "scan"),
        (format!("scan {image} --no-such-option"), "--no-such-option"),
        (
            format!("scan {image} --format yaml"),
            "table, json, sarif, cyclonedx, spdx, html, markdown, junit, gitlab, csv, clair, trivy",
        ),
        (format!("scan {image} --format json="), "name is missing"),
        (format!("scan {image} --fail-on bad"), "critical"),
        (format!("scan {image} --as-of yesterday"), "2026-11-23"),
        (format!("scan {image} --as-of 2026-02-30"), "2026-11-23"),
        ("scan oci:".to_owned(), "nothing follows oci:"),
        ("compare one".to_owned(), "--as-of"),
        ("version compare no-such-order 1 2".to_owned(), "apk"),
        ("db update --offline".to_owned(), "--offline"),
        ("db accept no/such/feed".to_owned(), "no/such/feed"),
        ("cache evict --limit lots".to_owned(), "500M"),
    ] {
        let ran = place.run(&words).ended(2);
        assert_eq!(ran.stdout, "", "{words}");
        assert!(ran.stderr.contains(said), "{words}: {ran:#?}");
    }
}

#[test]
fn an_image_that_is_not_there_is_named() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    for (image, said) in [
        ("./missing.tar".to_owned(), "no such file"),
        ("oci:/no/such/layout".to_owned(), "/no/such/layout"),
        ("dir:/no/such/root".to_owned(), "/no/such/root"),
        (format!("oci-archive:{image}:other"), "It has latest"),
        (place.write("text", "no image at all"), "text"),
        (place.write("empty", ""), "empty"),
    ] {
        for command in ["scan --offline --format json", "index --format json"] {
            let ran = place.run(&format!("{command} {image}")).ended(2);
            assert_eq!(ran.stdout, "", "{command} {image}");
            assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(said), "{ran:#?}");
        }
    }
}

#[test]
fn one_image_that_fails_keeps_none_of_the_others_from_their_report() {
    let place = advised();
    let (sick, whole) = (place.image("sick", &vulnerable()), place.image("whole", &clean()));
    let blind = place.image("blind", &unproven());
    let ran = place.run(&format!("scan {sick} ./missing.tar {whole} --offline --format json")).ended(2);
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:#?}");
    assert!(ran.stderr.contains("./missing.tar"), "{ran:#?}");
    // Failed outweighs gated, gated outweighs unproven, unproven outweighs done.
    for (images, status) in [
        (format!("{whole} {blind}"), 3),
        (format!("{blind} {sick} {whole}"), 1),
        (format!("{blind} ./missing.tar {sick}"), 2),
    ] {
        place.run(&format!("scan {images} --offline --fail-on unknown")).ended(status);
    }
}

#[test]
fn options_come_from_the_environment_too() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    let with = |name: &str, value: &str| {
        let mut command =
            place.command(&format!("db update alpine --mirror {}", place.path("mirror").display()));
        crate::support::Ran::of(command.env(name, value).output().unwrap())
    };
    for (value, status) in [("1", 2), ("true", 2), ("yes", 2), ("0", 0), ("false", 0), ("", 0)] {
        with("LIMPID_OFFLINE", value).ended(status);
    }
    let mut command = place.command(&format!("scan {image} --offline"));
    command.env("LIMPID_DB", place.path("elsewhere"));
    assert_eq!(command.output().unwrap().status.code(), Some(3), "nothing is loaded there");
    place.run(&format!("scan {image} --offline --db {}", place.db().display())).ended(0);
}

#[test]
fn a_data_directory_that_cannot_be_used() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    let file = place.write("file", "not a directory");
    for words in [&*format!("scan {image} --offline"), "db status", "cache", "db accept alpine/v3.99/main"] {
        let ran = place.run(&format!("{words} --db {file}")).ended(2);
        assert_eq!(ran.stderr.matches("Not a directory").count(), 1, "{ran:#?}");
    }
    for (content, said) in
        [("{", "damaged"), ("", "damaged"), (r#"{"format":99,"feeds":{}}"#, "use a newer one")]
    {
        std::fs::write(place.db().join("catalog.json"), content).unwrap();
        for words in [&*format!("scan {image} --offline"), "db status"] {
            let ran = place.run(words).ended(2);
            assert!(ran.stdout.is_empty() && ran.stderr.contains(said), "{ran:#?}");
        }
    }
}

#[test]
fn a_device_has_no_end_and_is_no_image() {
    let place = advised();
    for image in ["/dev/zero", "docker-archive:/dev/zero", "oci-archive:/dev/zero"] {
        let ran = place.run(&format!("scan {image} --offline")).ended(2);
        assert!(ran.stderr.contains("a device in /dev/zero cannot be read as an image"), "{ran:#?}");
        assert!(ran.stderr.contains("a file, or comes through a pipe"), "{ran:#?}");
    }
}
