//! Submitting manifests, reading and deleting their index reports, as Quay does it.

use axum::body::Body;
use limpid_core::Digest;
use limpid_testkit::alpine::System;
use serde_json::{Value, json};

use crate::{
    schemas::hold,
    service::{Service, clean, vulnerable},
};

const REPORTS: &str = "/indexer/api/v1/index_report";

async fn index_state(service: &Service) -> String {
    let answer = service.get("/indexer/api/v1/index_state").await.with_status(200);
    assert_eq!(answer.header("content-type"), "application/vnd.clair.index_state.v1+json");
    let body = answer.value();
    hold("clair", "State", &body);
    hold("quay", "State", &body);
    let state = body["state"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("etag"), format!("\"{state}\""));
    service.get_unless("/indexer/api/v1/index_state", &format!("\"{state}\"")).await.empty(304);
    state
}

fn hold_report(body: &Value, manifest: &Value) {
    hold("clair", "IndexReport", body);
    hold("quay", "IndexReport", body);
    assert_eq!(body["manifest_hash"], manifest["hash"]);
    let keys = |field: &str| body[field].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys("packages"), keys("environments"), "Quay asks for the environment of each package");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_indexed_read_and_deleted() {
    let service = Service::start();
    let state = index_state(&service).await;
    let manifest = service.manifest(&vulnerable());
    let hash = manifest["hash"].as_str().unwrap();
    let one = format!("{REPORTS}/{hash}");
    service.get(&one).await.error(404, "not-found");

    let created = service.json("POST", REPORTS, &manifest).await.with_status(201);
    assert_eq!(created.header("etag"), format!("\"{state}\""), "Quay compares it with the index state");
    assert_eq!(created.header("location"), one);
    assert_eq!(created.header("content-type"), "application/vnd.clair.index_report.v1+json");
    assert_eq!(created.header("limpid-blind-spots"), "0");
    assert_eq!(
        created.headers("link"),
        [
            format!("<{one}>; rel=\"https://projectquay.io/clair/v1/index_report\""),
            format!(
                "</matcher/api/v1/vulnerability_report/{hash}>; rel=\"https://projectquay.io/clair/v1/vulnerability_report\""
            ),
            format!("</api/v1/manifests/{hash}/report>; rel=\"urn:limpid:report\""),
        ]
    );
    let body = created.value();
    hold_report(&body, &manifest);
    assert_eq!(
        (&body["state"], &body["success"], &body["err"]),
        (&json!("IndexFinished"), &json!(true), &json!(""))
    );
    let layer = &manifest["layers"][0]["hash"];
    for environment in body["environments"].as_object().unwrap().values() {
        assert_eq!(&environment[0]["introduced_in"], layer);
    }

    let read = service.get(&one).await.with_status(200);
    assert_eq!(read.value(), body);
    assert_eq!(read.header("etag"), created.header("etag"));
    service.get_unless(&one, created.header("etag")).await.empty(304);
    let json = service.send("GET", &one, &[("accept", "application/json")], Body::empty()).await;
    assert_eq!(json.header("content-type"), "application/json");

    for _ in 0..2 {
        service.send("DELETE", &one, &[], Body::empty()).await.empty(204);
        service.get(&one).await.error(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_manifest_that_is_known_fails_the_precondition() {
    let service = Service::start();
    let etag = format!("\"{}\"", index_state(&service).await);
    let manifest = service.manifest(&clean());
    let condition = [("if-none-match", etag.as_str())];
    let send = || service.send("POST", REPORTS, &condition, manifest.to_string());
    send().await.with_status(201);
    let known = send().await.empty(412);
    assert_eq!(known.header("etag"), etag);
    assert_eq!(known.headers("link").len(), 2);
    service.json("POST", REPORTS, &manifest).await.with_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_that_cannot_be_had_is_no_bad_request_and_the_failure_is_shown() {
    let service = Service::start();
    let mut manifest = service.manifest(&vulnerable());
    manifest["layers"][0]["hash"] = json!(Digest::of(b"another layer"));
    let uri = manifest["layers"][0]["uri"].as_str().unwrap().replace("blobs", "nowhere");
    manifest["layers"][0]["uri"] = json!(uri);
    service.json("POST", REPORTS, &manifest).await.error(502, "internal-error");
    let one = format!("{REPORTS}/{}", manifest["hash"].as_str().unwrap());
    let body = service.get(&one).await.with_status(200).value();
    hold_report(&body, &manifest);
    assert_eq!((&body["state"], &body["success"]), (&json!("IndexError"), &json!(false)));
    assert_ne!(body["err"], "");
    assert_eq!(body["packages"], json!({}));
    let report = one.replace("indexer", "matcher").replace("index_report", "vulnerability_report");
    let report = service.get(&report).await;
    assert!(matches!(report.status, 202 | 404), "never green: {report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_layers_may_not_be_fetched_from_is_said_so() {
    let service = Service::configured(|configuration| configuration.indexer.layers.allow_networks.clear());
    let message =
        service.json("POST", REPORTS, &service.manifest(&clean())).await.error(403, "internal-error");
    assert!(message.contains("allow"), "it names the setting: {message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_manifests_is_deleted_and_never_answered_with_null() {
    let service = Service::start();
    let known = [service.index(&vulnerable()).await, service.index(&clean()).await];
    let unknown = Digest::of(b"unknown");
    let asked = json!([known[0], unknown, known[1]]);
    let deleted = service.json("DELETE", REPORTS, &asked).await.with_status(200).value();
    hold("clair", "Digests", &deleted);
    let mut deleted: Vec<&str> =
        deleted.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let mut expected: Vec<&str> = known.iter().map(String::as_str).collect();
    deleted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(deleted, expected);
    assert_eq!(service.json("DELETE", REPORTS, &asked).await.with_status(200).value(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_no_known_distribution_says_so_beside_its_report() {
    let service = Service::start();
    let manifest = service.manifest(&System::undeclared().package("busybox", "1-r0", "busybox"));
    let created = service.json("POST", REPORTS, &manifest).await.with_status(201);
    hold_report(&created.value(), &manifest);
    assert_eq!(created.header("limpid-blind-spots"), "1;reasons=\"no-distribution\"");
}
