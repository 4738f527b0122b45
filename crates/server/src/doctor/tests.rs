//! What is told of services that are well, and of some that are not.

use std::{fs, path::Path};

use limpid_store::{Database, DatabaseUrl};

use super::{Check, State, certificates, examine};
use crate::{
    Configuration,
    configuration::{ConfigurationFile, Sources, load},
};

fn configured(place: &Path, text: &str) -> Configuration {
    let file = place.join("limpid.toml");
    fs::write(&file, text).unwrap();
    let file = Some(ConfigurationFile::Limpid(file));
    let data = Some(place.join("data"));
    load(&Sources { file, environment: Vec::new(), flags: Vec::new(), data }).unwrap().configuration
}

#[track_caller]
fn of<'a>(checks: &'a [Check], subject: &str) -> &'a Check {
    checks.iter().find(|check| check.subject == subject).unwrap_or_else(|| panic!("{subject}: {checks:#?}"))
}

#[test]
fn a_service_that_never_ran_is_well_and_nothing_is_made() {
    let place = tempfile::tempdir().unwrap();
    let configuration = configured(place.path(), "");
    let checks = examine(&configuration, false);
    assert!(checks.iter().all(|check| check.state == State::Fine), "{checks:#?}");
    assert!(of(&checks, "database").says.ends_with("is not there yet; the first start makes it"));
    assert!(!place.path().join("data").exists());
}

#[test]
fn database_and_blobs_are_tried_out_and_left_as_they_were() {
    let place = tempfile::tempdir().unwrap();
    let configuration = configured(place.path(), "");
    let blobs = place.path().join("data/blobs");
    fs::create_dir_all(&blobs).unwrap();
    let url: DatabaseUrl = configuration.database.url.reveal().parse().unwrap();
    drop(Database::open(&url, 2).unwrap());
    let checks = examine(&configuration, true);
    let says = &of(&checks, "database").says;
    assert!(says.contains("with the schema that this program needs (step "), "{says}");
    assert!(of(&checks, "blobs").says.ends_with("a probe was written, read and removed"), "{checks:#?}");
    let mut left = Vec::new();
    let mut open = vec![blobs];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path())
            } else {
                left.push(entry.path())
            }
        }
    }
    assert_eq!(left, [""; 0].map(std::path::PathBuf::from), "the probe is gone");
    // What is no database is none, and stays as it is.
    let DatabaseUrl::Sqlite(file) = url else { panic!("{url}") };
    for beside in ["-wal", "-shm"] {
        drop(fs::remove_file(format!("{}{beside}", file.display())));
    }
    fs::write(&file, "no database at all, but a text that is long enough to be looked at").unwrap();
    let checks = examine(&configuration, true);
    assert_eq!(of(&checks, "database").state, State::Wrong);
}

#[test]
fn what_does_not_answer_is_wrong_and_no_password_is_told() {
    let place = tempfile::tempdir().unwrap();
    // A port that was free just now.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "database.url = \"postgres://limpid:geheim@127.0.0.1:{port}/limpid\"\n\
         api.public_url = \"https://limpid.example.com\"\nregistry.public_url = \"http://registry.example.com\"\n\
         [notifier.amqp.broker]\nuris = [\"amqp://limpid:geheim@127.0.0.1:{port}/\"]\nexchange = \"e\"\nrouting_key = \"k\"\n"
    );
    let configuration = configured(place.path(), &text);
    let checks = examine(&configuration, false);
    for subject in ["database", "target broker"] {
        let check = of(&checks, subject);
        assert_eq!(check.state, State::Wrong, "{check:?}");
        assert!(!check.remedy.is_empty() && check.says.contains(&port.to_string()), "{check:?}");
    }
    assert_eq!(of(&checks, "registry.public_url").state, State::Note);
    let told = format!("{checks:?}");
    assert!(!told.contains("geheim"), "{told}");
    assert_eq!(of(&examine(&configuration, true), "target broker").state, State::Skipped);
}

#[test]
fn certificates_are_told_before_they_end() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("certificate.pem");
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(vec!["registry.example.com".to_owned()]).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2026, 12, 31);
    fs::write(&file, parameters.self_signed(&key).unwrap().pem()).unwrap();
    for (now, state, says) in [
        ("2025-12-31T00:00:00Z", State::Wrong, "holds from 2026-01-01 00:00:00 UTC on"),
        ("2026-06-01T00:00:00Z", State::Fine, "holds until 2026-12-31"),
        ("2026-12-20T00:00:00Z", State::Note, "ends on 2026-12-31, in 11 days"),
        ("2027-01-01T00:00:00Z", State::Wrong, "ended on 2026-12-31"),
    ] {
        let check = certificates::check("api.tls", &file, now.parse().unwrap());
        assert_eq!(check.state, state, "{check:?}");
        assert!(check.says.ends_with(says), "{check:?}");
    }
    fs::write(&file, key.serialize_pem()).unwrap();
    let check = certificates::check("api.tls", &file, chrono::Utc::now());
    assert_eq!((check.state, check.says.ends_with("there is no certificate in it")), (State::Unknown, true));
}
