//! `limpid doctor`: what it finds on machines and in services that are well, and in some that are not.

use std::fs;

use serde_json::Value;

use crate::support::{Place, Ran, advised, listing, move_back};

/// The state and the words of what was looked at under a name; of several the worst.
fn told<'a>(examination: &'a Value, subject: &str) -> (&'a str, &'a str) {
    let checks = examination["checks"].as_array().unwrap();
    let of = |check: &&Value| check["subject"] == subject;
    let mut found: Vec<&Value> = checks.iter().filter(of).collect();
    found.sort_by_key(|check| {
        ["wrong", "unknown", "note", "skipped", "fine"].iter().position(|one| check["state"] == *one)
    });
    let check = found.first().unwrap_or_else(|| panic!("{subject}: {examination:#}"));
    (check["state"].as_str().unwrap(), check["says"].as_str().unwrap())
}

#[test]
fn a_machine_without_data_is_told_so_and_left_as_it_is() {
    let place = Place::new();
    let ran = place.run("doctor --offline --format json").ended(2);
    let examination = ran.json();
    assert_eq!(
        (&examination["schema"], &examination["answer"]),
        (&"limpid/doctor/1".into(), &"wrong".into())
    );
    assert_eq!(told(&examination, "advisory data"), ("wrong", "none, and with --offline none is fetched"));
    assert!(told(&examination, "data directory").1.contains("made when it is needed"));
    assert_eq!(told(&examination, "upstream").0, "skipped");
    assert!(!place.db().exists(), "looking makes nothing");
    // A mirror is asked in place of everybody else: here it is a folder, and nobody is asked.
    let words = format!("doctor --format json --mirror {}", place.path("mirror").display());
    let examination = place.run(&words).ended(0).json();
    assert_eq!(told(&examination, "advisory data").0, "fine");
    assert_eq!(told(&examination, "mirror").0, "note");
    let gone = place.run("doctor --format json --mirror http://127.0.0.1:1").ended(2).json();
    assert!(told(&gone, "mirror").1.starts_with("127.0.0.1 does not answer"), "{gone:#}");
    let nowhere = place.run("doctor --format json --mirror /no/such/folder").ended(2).json();
    assert_eq!(told(&nowhere, "mirror"), ("wrong", "/no/such/folder is no directory"));
}

#[test]
fn a_machine_with_data_is_well_until_something_is_not() {
    let place = advised();
    let ran = place.run("doctor --offline --format json").ended(0);
    let examination = ran.json();
    assert_eq!(ran.stderr, "");
    assert_eq!(told(&examination, "feeds"), ("fine", "all that are loaded are fresh"));
    assert!(told(&examination, "advisory data").1.starts_with("2 feeds, "), "{examination:#}");
    let lines = place.run("doctor --offline").ended(0).stdout;
    assert!(
        lines.lines().all(|line| line.starts_with("check\t") || line.starts_with("answer\tfine\t")),
        "{lines}"
    );

    move_back(&place, 90);
    let old = place.run("doctor --offline --format json").ended(2).json();
    let stale = "stale: not checked for too long: alpine/v3.99/community, alpine/v3.99/main";
    assert_eq!(told(&old, "feeds"), ("wrong", stale), "{old:#}");

    // Damaged, a segment is found where it is opened.
    let segments: Vec<_> = listing(&place.db())
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.parent().is_some_and(|folder| folder.ends_with("segments")))
        .collect();
    assert!(!segments.is_empty());
    for segment in &segments {
        fs::write(segment, "damaged").unwrap();
    }
    let damaged = place.run("doctor --offline --format json").ended(2).json();
    assert_eq!(damaged["answer"], "wrong", "{damaged:#}");
}

#[test]
fn credentials_are_looked_at_and_not_told() {
    let place = advised();
    let run = |config: &str| {
        let directory = place.path("docker");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("config.json"), config).unwrap();
        let mut command = place.command("doctor --offline --format json");
        command.env("DOCKER_CONFIG", directory).env("HTTPS_PROXY", "http://me:geheim@proxy.example:3128");
        Ran::of(command.output().unwrap())
    };
    let good = run(r#"{"auths":{"quay.example":{"auth":"dXNlcjpzZWNyZXQ="}}}"#).ended(0);
    let examination = good.json();
    assert!(told(&examination, "credentials").1.ends_with("config.json has 1 entry"), "{examination:#}");
    assert_eq!(told(&examination, "proxy").1, "HTTPS_PROXY is http://proxy.example:3128");
    assert!(!good.stdout.contains("dXNlcjpzZWNyZXQ") && !good.stdout.contains("geheim"), "{good:#?}");
    let missing = run(r#"{"credsStore":"no-such-helper"}"#).ended(2).json();
    assert!(
        told(&missing, "credentials").1.contains("docker-credential-no-such-helper, which is not installed")
    );
    let broken = run(r#"{"auths":{"quay.example":{"auth":"dXNlcjpzZWNyZXQ=" oops"#).ended(2);
    assert!(!broken.stdout.contains("dXNlcjpzZWNyZXQ"), "{broken:#?}");
}

#[test]
fn a_service_is_looked_at_by_its_configuration() {
    let place = Place::new();
    let data = place.path("service");
    let file = place.write("limpid.toml", format!("data = \"{}\"\n", data.display()));
    let examination = place.run(&format!("doctor --config {file} --offline --format json")).ended(0).json();
    assert_eq!(told(&examination, "settings").0, "note", "anybody on this machine may use the API");
    for subject in ["database", "blobs", "data directory"] {
        assert_eq!(told(&examination, subject).0, "fine", "{subject}");
    }
    assert!(!data.exists(), "looking makes nothing");
    let file = place.write("limpid.toml", "dat = \"x\"\napi.listen = \"nowhere\"\n");
    let examination = place.run(&format!("doctor --config {file} --offline --format json")).ended(2).json();
    let wrong: Vec<&str> = examination["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["state"] == "wrong")
        .map(|check| check["says"].as_str().unwrap())
        .collect();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong.iter().all(|says| says.contains("limpid.toml")), "{wrong:?}");
}
