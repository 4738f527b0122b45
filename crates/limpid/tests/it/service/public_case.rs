//! The public case, on the service: a detector that does not know the distribution, a program that is replaced, a feed that
//! appears. Nobody asks for anything twice, no layer is fetched twice, and nothing is ever green without proof.

use limpid_testkit::alpine::System;
use serde_json::{Value, json};

use super::support::{Options, Origin, Program, Service, eventually, hash};
use crate::support::Place;

fn image() -> System {
    System::alpine("3.16.0")
        .package("libcrypto1.1", "1.1.1n-r0", "openssl")
        .package("musl", "1.2.3-r0", "musl")
}

/// Advisory data that does not speak about 3.16, as it was before that release.
fn before(place: &Place) {
    place.mirror().alpine("v3.15", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
}

fn reasons(report: &Value) -> Vec<&str> {
    let spots = report["blind_spots"].as_array().unwrap().iter();
    spots.filter(|spot| spot["counts"] == true).map(|spot| spot["reason"].as_str().unwrap()).collect()
}

#[test]
fn a_program_that_knows_more_and_a_feed_that_appears_change_the_report_by_themselves() {
    let (place, origin) = (Place::new(), Origin::start());
    before(&place);
    let image = image().image();
    let manifest = origin.offer(&image);
    let report_path = format!("/matcher/api/v1/vulnerability_report/{}", hash(&manifest));
    let options = Options::new("node");

    // An earlier program, whose detectors have not heard of the distribution.
    let earlier = Service::start(&place, &options.clone().program(Program::Earlier));
    earlier.loaded();
    let earlier_state = earlier.index_state();
    let indexed = earlier.index(&manifest);
    assert_eq!(indexed.header("etag"), format!("\"{earlier_state}\""));
    assert_eq!(origin.requests(), 1);
    let report = earlier.report(&manifest);
    assert_eq!(report["verdict"], "unproven");
    assert_eq!(reasons(&report), ["no-distribution"]);
    let clair = earlier.get(&report_path).has(200);
    assert_eq!(clair.header("limpid-verdict"), "unproven");
    assert_eq!(clair.json()["vulnerabilities"], json!({}));
    earlier.terminate();
    assert_eq!(earlier.ended(), Some(0));

    // The program of today, on the same data directory, and no layer to be had any more.
    origin.close(&image);
    let service = Service::start(&place, &options);
    let state = service.index_state();
    assert_ne!(state, earlier_state);
    let report = eventually("the report is made anew by itself", || {
        let report = service.report(&manifest);
        (report["proof"]["index_state"] == state.as_str()).then_some(report)
    });
    assert_eq!(report["verdict"], "unproven");
    assert_eq!(reasons(&report), ["release-not-covered"]);
    assert_eq!(report["distributions"][0]["ecosystem"], "Alpine:v3.16");
    let indexed = service.get(&format!("/indexer/api/v1/index_report/{}", hash(&manifest))).has(200);
    assert_eq!(indexed.header("etag"), format!("\"{state}\""));
    assert_eq!(origin.requests(), 0, "no layer is fetched");

    // The feed of the release appears.
    let tag = service.get(&report_path).has(200).header("etag").to_owned();
    let known = service.request(reqwest::Method::GET, &report_path).header("if-none-match", &tag);
    assert_eq!(known.send().unwrap().status(), 304);
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
    place.mirror().alpine("v3.16", "community", &[("unrelated", "1-r0", &["CVE-2000-1"])]);
    service.update();
    let report = eventually("the report follows the advisory data", || {
        let report = service.report(&manifest);
        (report["verdict"] == "vulnerable").then_some(report)
    });
    assert_eq!(report["findings"][0]["id"], "CVE-2022-2097");
    assert_eq!(report["proof"]["index_state"], state.as_str(), "nothing was indexed again");
    let clair = service.get(&report_path).has(200);
    assert_ne!(clair.header("etag"), tag);
    assert_eq!(clair.header("limpid-verdict"), "vulnerable");
    assert_eq!(origin.requests(), 0, "no layer is fetched");
}

#[test]
fn a_program_that_looks_for_more_reads_layers_again_where_they_are_to_be_had() {
    let (place, origin) = (Place::new(), Origin::start());
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
    let (kept, lost) = (image().image(), image().file("app/other", "other").image());
    let manifests = [origin.offer(&kept), origin.offer(&lost)];
    let options = Options::new("node");
    let earlier =
        Service::start(&place, &options.clone().program(Program::Earlier).env("LIMPID_TEST_LESS", "1"));
    earlier.loaded();
    for manifest in &manifests {
        earlier.index(manifest);
    }
    earlier.terminate();
    assert_eq!(earlier.ended(), Some(0));
    assert_eq!(origin.requests(), 2);

    origin.close(&lost);
    let service = Service::start(&place, &options);
    let state = service.index_state();
    let reports = manifests.each_ref().map(|manifest| {
        eventually("the report is made anew by itself", || {
            let report = service.report(manifest);
            (report["proof"]["index_state"] == state.as_str()).then_some(report)
        })
    });
    assert_eq!(reports[0]["verdict"], "vulnerable");
    let is_said = |report: &Value| reasons(report).contains(&"layer-unsupported");
    assert!(!is_said(&reports[0]));
    assert!(is_said(&reports[1]), "what was kept is used, and what is missing is said: {:#}", reports[1]);
    assert_eq!(reports[1]["findings"][0]["id"], "CVE-2022-2097");

    // Who submits it again, with a layer that can be had, mends it.
    assert_eq!(origin.offer(&lost), manifests[1]);
    service.index(&manifests[1]);
    assert!(!is_said(&service.report(&manifests[1])));
}

#[test]
fn a_report_of_yesterday_that_cannot_be_made_anew_says_so() {
    let (place, origin) = (Place::new(), Origin::start());
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
    let image = image().image();
    let manifest = origin.offer(&image);
    let options = Options::new("node");
    let earlier = Service::start(&place, &options.clone().program(Program::Earlier));
    earlier.loaded();
    earlier.index(&manifest);
    assert!(!reasons(&earlier.report(&manifest)).contains(&"detector-failed"));
    earlier.terminate();
    assert_eq!(earlier.ended(), Some(0));

    // Neither what was kept nor the layer is to be had any more.
    origin.close(&image);
    let blobs = place.path("node").join("blobs/sha256");
    std::fs::remove_dir_all(&blobs).unwrap();
    let service = Service::start(&place, &options);
    eventually("the report says that it could not be made anew", || {
        let answered = service.get(&format!("/api/v1/manifests/{}/report", hash(&manifest)));
        let report = (answered.status == 200).then(|| answered.json())?;
        (reasons(&report).contains(&"detector-failed") && report["verdict"] == "unproven").then_some(())
    });
}

#[test]
fn two_servers_in_different_states_are_compared_and_explained() {
    let (place, origin) = (Place::new(), Origin::start());
    before(&place);
    let manifest = origin.offer(&image().image());
    let old = Service::start(&place, &Options::new("old").program(Program::Earlier));
    old.loaded();
    old.index(&manifest);
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
    let new = Service::start(&place, &Options::new("new"));
    new.loaded();
    new.index(&manifest);

    let [a, b] = [&old, &new].map(|server| format!("{}@{}", server.api, hash(&manifest)));
    let comparison = place.run(&format!("compare {a} {b} --format json")).ended(0).json();
    assert_eq!(comparison["inputs"]["index_state"]["same"], false, "{comparison:#}");
    assert_eq!(comparison["inputs"]["catalog"]["same"], false, "{comparison:#}");
    let told = comparison.to_string();
    assert!(told.contains("CVE-2022-2097"), "{comparison:#}");
    assert!(told.contains("no-distribution"), "{comparison:#}");
}
