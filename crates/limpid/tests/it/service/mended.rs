//! Evidence and advisory data that are not whole: told, and made whole as soon as that can be.

use std::{fs, path::PathBuf};

use limpid_testkit::alpine::System;

use super::support::{Options, Origin, Service, eventually};
use crate::support::Place;

fn image() -> System {
    System::alpine("3.16.0").package("musl", "1.2.3-r0", "musl")
}

#[test]
fn a_layer_that_took_too_long_is_read_again_when_it_is_submitted_again() {
    let (place, origin) = (Place::new(), Origin::start());
    place.mirror().alpine("v3.16", "main", &[("musl", "1.2.3-r9", &["CVE-2025-26519"])]);
    let manifest = origin.offer(&image().image());
    let hurried = Service::start(&place, &Options::new("node").env("LIMPID_TEST_LAYER_TIME", "0"));
    hurried.loaded();
    let state = hurried.index_state();
    for _ in 0..2 {
        let indexed = hurried.index(&manifest);
        assert_eq!(indexed.header("etag"), format!("\"{state}-incomplete\""));
        assert_eq!(origin.requests(), 1, "it is read again each time");
    }
    let report = hurried.report(&manifest);
    assert_eq!(report["verdict"], "unproven");
    let spots = report["blind_spots"].as_array().unwrap();
    assert!(spots.iter().any(|spot| spot["reason"] == "over-budget"), "{spots:?}");
    hurried.terminate();
    assert_eq!(hurried.ended(), Some(0));

    let patient = Service::start(&place, &Options::new("node"));
    assert_eq!(patient.index_state(), state);
    let indexed = patient.index(&manifest);
    assert_eq!(indexed.header("etag"), format!("\"{state}\""));
    assert_eq!(origin.requests(), 1);
    assert_eq!(patient.report(&manifest)["verdict"], "vulnerable");
    patient.index(&manifest);
    assert_eq!(origin.requests(), 0, "now it is whole");
}

#[test]
fn advisory_data_that_is_damaged_on_a_node_is_mended_without_an_update() {
    let (place, origin) = (Place::new(), Origin::start());
    place.mirror().alpine("v3.16", "main", &[("musl", "1.2.3-r9", &["CVE-2025-26519"])]);
    let manifest = origin.offer(&image().image());
    let options = Options::new("node");
    let service = Service::start(&place, &options);
    service.loaded();
    service.index(&manifest);
    assert_eq!(service.report(&manifest)["verdict"], "vulnerable");
    service.terminate();
    assert_eq!(service.ended(), Some(0));

    let folder = place.path("node").join("catalog/in-force/segments");
    let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let good: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, good) in files.iter().zip(&good) {
        let mut damaged = good.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x55;
        // Another file: the one before is a link to the blob.
        fs::remove_file(path).unwrap();
        fs::write(path, damaged).unwrap();
    }
    let service = Service::start(&place, &options);
    eventually("the report is what it was", || {
        (service.report(&manifest)["verdict"] == "vulnerable").then_some(())
    });
    eventually("the files are what they were", || {
        (files.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>() == good).then_some(())
    });
}
