//! What a server refuses, has not, or answers oddly: each is said, and none is taken for a report.

use std::fs;

use limpid_testkit::http::{Answer, Server};
use serde_json::{Value, json};

use super::{SUBMIT, Stage, failure, json_answer};
use crate::support::Ran;

/// Asserts that the scan fails, prints no report, and says these things.
#[track_caller]
fn refused(ran: Ran, said: &[&str]) {
    let ran = ran.ended(2);
    assert_eq!(ran.stdout, "");
    for said in said {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

#[test]
fn no_advisory_data_is_unproven_and_no_report() {
    let stage = Stage::new();
    stage.server.answer(&stage.manifest("report"), Answer::status(202));
    for more in ["--format json", "--format json --fail-on critical", "--quiet", "--format clair"] {
        let ran = stage.scan(more).ended(3);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("unproven") && ran.stderr.contains("no advisory data"), "{ran:#?}");
    }
}

#[test]
fn what_a_server_cannot_do_is_said_before_it_is_asked() {
    let stage = Stage::new();
    let root = stage.place.path("here").display().to_string();
    let url = stage.server.url();
    let run = |words: &str| stage.place.run(words);
    refused(run(&format!("scan dir:{root} --server {url}")), &["a root file system", "without --server"]);
    refused(stage.scan("--as-of 2022-08-01"), &["--as-of", "as of today"]);
    refused(run(&format!("scan {} --send-layers", stage.image)), &["--send-layers", "--server"]);
    for (address, said) in [
        ("limpid.example", "https://"),
        ("http://user:secret@limpid.example", "--server-key"),
        ("ftp://limpid.example", "https://"),
    ] {
        let ran = run(&format!("scan {} --server {address}", stage.image));
        assert!(!ran.stderr.contains("secret"), "{ran:#?}");
        refused(ran, &["--server", said]);
    }
    assert_eq!(stage.server.take_requests(), []);
}

#[test]
fn a_server_that_wants_a_key_gets_a_token() {
    let stage = Stage::new();
    stage.server.answer(SUBMIT, Answer::status(401));
    refused(stage.scan(""), &["--server-key"]);
    let file = stage.place.write("key", "c2VjcmV0\n");
    refused(stage.scan(&format!("--server-key {file}")), &["neither the key nor the issuer"]);
    stage.server.take_requests();
    stage.server.answer(SUBMIT, Answer::ok("{}"));
    stage.scan(&format!("--server-key {file} --server-issuer quay")).ended(0);
    for request in stage.server.take_requests() {
        let claims = super::claims(&request.headers["authorization"]);
        assert_eq!(claims["iss"], "quay");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 120);
    }
    for (content, said) in [("", "it is empty"), ("secret!", "it is not base64")] {
        let file = stage.place.write("wrong", content);
        let ran = stage.scan(&format!("--server-key {file}"));
        assert!(!ran.stderr.contains("secret!"), "{ran:#?}");
        refused(ran, &[&file, said]);
    }
}

#[test]
fn what_the_server_says_is_handed_on() {
    let stage = Stage::new();
    let digest = stage.digest().to_owned();
    stage.server.answer(SUBMIT, failure(400, "the manifest has no layers"));
    refused(stage.scan(""), &["the manifest has no layers", &stage.server.url()]);
    stage.server.answer(SUBMIT, failure(502, "layer sha256:1: it breaks off"));
    refused(stage.scan(""), &["it breaks off"]);
    stage.server.answer(SUBMIT, Answer::status(404));
    refused(stage.scan(""), &["no Limpid service"]);
    stage.server.answer(SUBMIT, Answer::status(301).header("Location", "https://other.example/"));
    refused(stage.scan(""), &["https://other.example/", "name the address"]);
    stage.server.answer(SUBMIT, Answer::ok("{}"));
    stage.server.answer(&stage.manifest("report"), Answer::status(404));
    refused(stage.scan(""), &["does not know", &digest]);
    stage.answer_layer("PUT", failure(413, "too large"));
    refused(stage.scan(""), &["was not taken", "too large"]);
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_one_that_is_not_there_is_said() {
    let stage = Stage::new();
    let busy = |status: u16| failure(status, "later").header("Retry-After", "0");
    stage.server.answers(SUBMIT, [busy(429), busy(503), busy(504), Answer::ok("{}")]);
    stage.scan("").ended(0);
    stage.server.answer(SUBMIT, busy(429));
    refused(stage.scan(""), &["is not available", "later"]);
    let gone = Server::start().url();
    refused(stage.place.run(&format!("scan {} --server {gone}", stage.image)), &[&gone, "is not available"]);
}

#[test]
fn a_report_on_something_else_is_none() {
    let stage = Stage::new();
    let changed = |change: fn(&mut Value)| {
        let mut report = stage.report.clone();
        change(&mut report);
        stage.server.answer(&stage.manifest("report"), json_answer(&report));
        stage.scan("--format json")
    };
    refused(
        changed(|report| report["schema"] = json!("limpid/report/9")),
        &["limpid/report/9", "limpid/report/1"],
    );
    refused(
        changed(|report| report["image"]["digest"] = json!(super::unknown_digest())),
        &["not about the manifest"],
    );
    refused(changed(|report| report["image"]["layers"] = json!([])), &["another image of this digest"]);
    refused(changed(|report| report["findings"] = json!(7)), &["no form that this version reads"]);
    refused(changed(|report| *report = json!({})), &["no form that this version reads"]);
    stage.server.answer(&stage.manifest("report"), Answer::ok("<html>it works</html>"));
    refused(stage.scan(""), &["no form that this version reads"]);
    // What a report says follows from what stands in it.
    let ran = changed(|report| report["verdict"] = json!("clean"));
    assert_eq!((ran.status, &ran.json()["verdict"]), (0, &json!("vulnerable")), "{ran:#?}");
}

#[test]
fn the_two_reports_that_clairs_form_is_made_of_belong_together() {
    let stage = Stage::new();
    let mut other = stage.index.clone();
    other["index_state"] = json!(super::unknown_digest());
    let path = stage.manifest("index");
    stage.server.answers(&path, [json_answer(&other), json_answer(&stage.index)]);
    stage.scan("--format clair").ended(0);
    stage.server.answer(&path, json_answer(&other));
    refused(stage.scan("--format clair"), &["indexing the image anew"]);
}

#[test]
fn a_layer_that_cannot_be_read_is_no_fault_of_the_server() {
    let stage = Stage::new();
    let directory = stage.place.path("layout");
    super::system().layout().write_directory(&directory);
    let blob = directory.join("blobs/sha256").join(stage.layer().strip_prefix("sha256:").unwrap());
    let whole = fs::read(&blob).unwrap();
    let scan = || {
        let words = format!("scan oci:{} --server {}", directory.display(), stage.server.url());
        stage.place.run(&words)
    };
    scan().ended(0);
    fs::write(&blob, &whole[..whole.len() - 7]).unwrap();
    refused(scan(), &[stage.layer()]);
    fs::remove_file(&blob).unwrap();
    refused(scan(), &[stage.layer()]);
    let requests = stage.server.take_requests();
    assert_eq!(requests.iter().filter(|request| request.path == SUBMIT).count(), 1);
}
