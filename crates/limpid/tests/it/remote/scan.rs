//! `limpid scan --server` and `limpid index --server`.

use limpid_core::Digest;
use limpid_testkit::{
    http::Answer,
    registry::{Registry, has_skopeo, skopeo_copy},
};
use serde_json::{Value, json};

use super::{SUBMIT, Stage, asked, failure};
use crate::support::{Ran, proven};

fn submitted(stage: &Stage) -> Vec<Value> {
    let requests = stage.server.take_requests().into_iter().filter(|request| request.path == SUBMIT);
    requests.map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

#[test]
fn an_archive_is_sent_and_the_report_is_the_one_of_a_scan_here() {
    let stage = Stage::new();
    let ran = stage.scan("--format json").ended(0);
    assert_eq!(ran.json(), stage.report);
    assert_eq!(ran.stderr, "");
    let requests = stage.server.take_requests();
    let layer = format!("/api/v1/layers/{}", stage.layer());
    let report = stage.manifest("report");
    assert_eq!(asked(&requests), [("HEAD", &*layer), ("PUT", &layer), ("POST", SUBMIT), ("GET", &report)]);
    assert_eq!(Digest::of(&requests[1].body).to_string(), stage.layer());
    let manifest: Value = serde_json::from_slice(&requests[2].body).unwrap();
    let layers = json!([{"hash": stage.layer(), "uri": "", "headers": {}}]);
    assert_eq!(manifest, json!({"hash": stage.digest(), "layers": layers}));
    assert!(requests.iter().all(|request| !request.headers.contains_key("authorization")));
    assert!(!stage.place.db().join("evidence").exists() && !stage.place.db().join("catalog.json").exists());
}

#[test]
fn a_layer_that_the_server_knows_is_not_sent() {
    let stage = Stage::new();
    stage.answer_layer("HEAD", Answer::status(200));
    stage.scan("").ended(0);
    assert!(stage.server.take_requests().iter().all(|request| request.method != "PUT"));
}

#[test]
fn every_form_and_decision_gives_what_it_gives_here() {
    let stage = Stage::new();
    for more in [
        "",
        "--format clair",
        "--format json --fail-on unknown",
        "--format json --fail-on critical",
        "--format json --only-fixed",
        "--format json --accept end-of-life",
        "--format json --accept end-of-life,feed-stale --only-fixed --fail-on high",
    ] {
        let (there, here) = (stage.scan(more), stage.scan_here(more));
        assert_eq!((there.status, &there.stderr), (here.status, &here.stderr), "{more}");
        if more.contains("json") {
            assert_eq!(proven(there.json()), proven(here.json()), "{more}");
        } else {
            assert_eq!(there.stdout, here.stdout, "{more}");
        }
    }
}

#[test]
fn the_decisions_of_the_server_stay_and_are_told_from_ours() {
    let stage = Stage::new();
    let lenient = stage.scan_here("--format json --accept end-of-life").json();
    stage.serve("report", &lenient);
    assert_eq!(stage.scan("--format json").json(), lenient);
    let both = stage.scan("--format json --only-fixed").json();
    assert_eq!(both["blind_spots"], lenient["blind_spots"]);
    let here = stage.scan_here("--format json --accept end-of-life --only-fixed").json();
    // Nobody here knows what the server decided, only that it did.
    assert_ne!(both["proof"]["policy"], here["proof"]["policy"]);
    assert_ne!(both["proof"]["policy"], lenient["proof"]["policy"]);
}

#[test]
fn the_server_fetches_the_layers_of_a_registry() {
    let (Some(registry), true) = (Registry::start_with_password(), has_skopeo()) else { return };
    let stage = Stage::new();
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&stage.image, &target, &["--dest-creds", "user:secret"]);
    let auths = json!({"auths": {registry.host(): {"auth": "dXNlcjpzZWNyZXQ="}}});
    std::fs::create_dir(stage.place.path("docker")).unwrap();
    stage.place.write("docker/config.json", auths.to_string());
    let scan = |more: &str| {
        let words = format!("scan {target} --format json --server {} {more}", stage.server.url());
        let mut command = stage.place.command(&words);
        Ran::of(command.env("DOCKER_CONFIG", stage.place.path("docker")).output().unwrap())
    };
    let mut report = scan("").ended(0).json();
    assert_eq!(report["image"]["reference"], target.as_str());
    report["image"]["reference"] = stage.report["image"]["reference"].clone();
    assert_eq!(report, stage.report);
    let uri = format!("http://{}/v2/team/app/blobs/{}", registry.host(), stage.layer());
    let headers = json!({"Authorization": ["Basic dXNlcjpzZWNyZXQ="]});
    let named =
        json!({"hash": stage.digest(), "layers": [{"hash": stage.layer(), "uri": uri, "headers": headers}]});
    let sent = json!({"hash": stage.digest(), "layers": [{"hash": stage.layer(), "uri": "", "headers": {}}]});
    assert_eq!(submitted(&stage), std::slice::from_ref(&named));

    for status in [403, 502] {
        let why = "127.0.0.1 is a private address";
        stage.server.answers(SUBMIT, [failure(status, why), Answer::ok("{}")]);
        let ran = scan("").ended(0);
        assert!(ran.stderr.contains(why) && !ran.stderr.contains("dXNlcjpzZWNyZXQ"), "{ran:#?}");
        assert_eq!(submitted(&stage), [named.clone(), sent.clone()], "{status}");
    }
    assert_eq!(scan("--send-layers").ended(0).stderr, "");
    assert_eq!(submitted(&stage), [sent]);
}

#[test]
fn packages_are_listed_on_a_server() {
    let stage = Stage::new();
    let words = format!("index {} --server {} --format json", stage.image, stage.server.url());
    assert_eq!(stage.place.run(&words).ended(0).json(), stage.index);
    let requests = stage.server.take_requests();
    assert_eq!(asked(&requests).last(), Some(&("GET", &*stage.manifest("index"))));
}

#[test]
fn the_server_may_stand_in_the_environment() {
    let stage = Stage::new();
    let mut command = stage.place.command(&format!("scan {} --format json", stage.image));
    let ran = Ran::of(command.env("LIMPID_SERVER", stage.server.url()).output().unwrap()).ended(0);
    assert_eq!(ran.json(), stage.report);
    stage.server.take_requests();
    let mut command = stage.judge.command(&format!("scan {} --offline --format json", stage.image));
    let ran = Ran::of(command.env("LIMPID_SERVER", "").output().unwrap()).ended(0);
    assert_eq!(proven(ran.json()), proven(stage.report.clone()));
    assert_eq!(stage.server.take_requests(), []);
}

#[test]
fn several_images_are_one_line_each_and_one_that_fails_keeps_none_back() {
    let stage = Stage::new();
    let (image, url) = (&stage.image, stage.server.url());
    let ran =
        stage.place.run(&format!("scan {image} missing.tar:1 {image} --server {url} --format json")).ended(2);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, [stage.report.clone(), stage.report.clone()]);
}
