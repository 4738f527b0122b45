//! Limpid's own API, held by its own description.

use limpid_core::Digest;
use serde_json::{Value, json};

use crate::{
    schemas::{hold, hold_described},
    service::{Answer, FIXES, Service, clean, vulnerable},
};

/// Asserts that an answer is described so, and returns it.
async fn described(service: &Service, name: &str, answer: Answer, status: u16) -> Value {
    let description = service.get("/api/v1/openapi.json").await.with_status(200).value();
    let body = answer.with_status(status).value();
    hold_described(&description, name, &body);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_in_clairs_form() {
    let service = Service::start();
    let unknown = Digest::of(b"unknown");
    for path in [
        "/api/v1/manifests/x",
        "/api/v1/manifests/x/report",
        "/api/v1/manifests/x/index",
        "/api/v1/manifests/x/explain?id=CVE-2022-2097",
        &format!("/api/v1/manifests/{unknown}/explain"),
        &format!("/api/v1/manifests/{unknown}/explain?id={}", "x".repeat(129)),
        "/api/v1/jobs?kind=other",
        "/api/v1/jobs?state=other",
        "/api/v1/jobs?limit=x",
        "/api/v1/jobs/other/x",
    ] {
        service.get(path).await.error(400, "bad-request");
    }
    for (method, path, body) in [
        ("POST", "/api/v1/manifests", json!({"hash": unknown, "layers": []})),
        ("POST", "/api/v1/updates", json!({"feeds": [""]})),
        ("POST", "/api/v1/updates", json!({"feed": ["alpine"]})),
        ("POST", "/api/v1/notifications/x/release", json!({})),
        ("DELETE", "/api/v1/notifications/x", json!({})),
    ] {
        service.json(method, path, &body).await.error(400, "bad-request");
    }
    service.json("POST", "/api/v1/feeds/alpine", &json!({})).await.error(405, "method-not-allowed");
    let description = service.get("/api/v1/openapi.json").await.with_status(200);
    service.get_unless("/api/v1/openapi.json", description.header("etag")).await.empty(304);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_not_found() {
    let service = Service::start();
    let unknown = Digest::of(b"unknown");
    for path in [
        format!("/api/v1/manifests/{unknown}"),
        format!("/api/v1/manifests/{unknown}/index"),
        format!("/api/v1/manifests/{unknown}/explain?id=CVE-2022-2097"),
        format!("/api/v1/jobs/index/{unknown}"),
        "/api/v1/feeds/alpine/v0/none".to_owned(),
    ] {
        service.get(&path).await.error(404, "not-found");
    }
    service
        .json("POST", "/api/v1/updates", &json!({"feeds": ["alpine", "none"]}))
        .await
        .error(404, "not-found");
    let release = "/api/v1/notifications/00000000-0000-4000-8000-000000000001/release";
    service.json("POST", release, &json!({})).await.error(404, "not-found");
    service.json("POST", "/api/v1/feeds/alpine/v0/none/accept", &json!({})).await.error(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_submitted_and_known_with_its_verdict() {
    let service = Service::start();
    service.advise(FIXES).await;
    let manifest = service.manifest(&vulnerable());
    let hash = manifest["hash"].as_str().unwrap();
    let answer = service.json("POST", "/api/v1/manifests?wait=true", &manifest).await;
    let known = described(&service, "Manifest", answer, 200).await;
    assert_eq!((&known["verdict"], &known["blind_spots"]), (&json!("vulnerable"), &json!(0)));
    assert_eq!(known["index_report"]["is_current"], true);
    assert_eq!(known["attempt"]["state"], "finished");
    assert_eq!(service.get(&format!("/api/v1/manifests/{hash}")).await.value(), known);

    let again = service.json("POST", "/api/v1/manifests", &manifest).await;
    described(&service, "Manifest", again, 200).await;

    let path = known["links"]["report"].as_str().unwrap();
    let answer = service.get(path).await;
    let etag = answer.header("etag").to_owned();
    assert!(etag.starts_with("W/"), "when it was made is in it: {etag}");
    assert_eq!(answer.header("limpid-verdict"), "vulnerable");
    let report = described(&service, "Report", answer, 200).await;
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
    service.get_unless(path, &etag).await.empty(304);

    let path = known["links"]["index"].as_str().unwrap();
    let answer = service.get(path).await;
    assert_eq!(Digest::of(&answer.body).to_string(), known["index_report"]["digest"]);
    service.get_unless(path, answer.header("etag")).await.empty(304);
    described(&service, "IndexReport", answer, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_and_an_absence_are_explained() {
    let service = Service::start();
    service.advise(FIXES).await;
    let manifest = service.index(&vulnerable()).await;
    let explain = async |id: &str| {
        let answer = service.get(&format!("/api/v1/manifests/{manifest}/explain?id={id}")).await;
        described(&service, "Explanation", answer, 200).await
    };
    let found = explain("cve-2099-0001").await;
    assert_eq!(
        (&found["answer"], found["packages"].as_array().map(Vec::len)),
        (&json!("affected"), Some(2)),
        "{found}"
    );
    let words = found["explanation"].as_str().unwrap();
    assert!(words.contains("1.36.0-r1 < 1.36.1-r0, says alpine/v3.99/main; fixed in 1.36.1-r0."), "{words}");
    let report = service.get(&format!("/api/v1/manifests/{manifest}/report")).await.value();
    assert_eq!(found["proof"], report["proof"]);
    let unknown = explain("CVE-2098-0001").await;
    assert_eq!((&unknown["answer"], &unknown["packages"]), (&json!("unknown-advisory"), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_advisory_data_no_absence_is_explained_as_proven() {
    let service = Service::start();
    let manifest = service.index(&clean()).await;
    let answer = service.get(&format!("/api/v1/manifests/{manifest}/explain?id=CVE-2099-0001")).await;
    let explanation = described(&service, "Explanation", answer, 200).await;
    assert_eq!(explanation["answer"], "not-judged");
    let spots = explanation["blind_spots"].as_array().unwrap();
    assert!(spots.iter().any(|spot| spot["reason"] == "feed-not-loaded"), "{explanation}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_nobody_waits_for_is_a_job() {
    let service = Service::start();
    let manifest = service.manifest(&clean());
    let answer = service.json("POST", "/api/v1/manifests", &manifest).await;
    let location = answer.header("location").to_owned();
    let submitted = described(&service, "SubmittedManifest", answer, 202).await;
    assert_eq!(submitted["links"]["job"], location);
    let job = described(&service, "Job", service.get(&location).await, 200).await;
    assert_eq!((&job["id"], &job["key"]), (&submitted["job"], &manifest["hash"]));
    let jobs = described(&service, "Jobs", service.get("/api/v1/jobs?kind=index").await, 200).await;
    assert_eq!(jobs["jobs"][0]["id"], job["id"]);
    let others = described(&service, "Jobs", service.get("/api/v1/jobs?kind=deliver").await, 200).await;
    assert_eq!(others["jobs"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_advisory_data_no_report_is_made() {
    let service = Service::start();
    let manifest = service.index(&clean()).await;
    service.get(&format!("/api/v1/manifests/{manifest}/report")).await.error(503, "internal-error");
    let answer = service.get(&format!("/api/v1/manifests/{manifest}")).await;
    let known = described(&service, "Manifest", answer, 200).await;
    assert_eq!(known["verdict"], Value::Null, "never green");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_is_taken_over_and_its_feeds_are_shown() {
    let service = Service::start();
    let empty = described(&service, "Catalog", service.get("/api/v1/catalog").await, 200).await;
    assert_eq!((&empty["version"], &empty["namespaces"]), (&json!(0), &json!({})));
    service.send("PUT", "/api/v1/catalog", &[], "no archive").await.error(422, "internal-error");
    service.advise(FIXES).await;
    let full = described(&service, "Catalog", service.get("/api/v1/catalog").await, 200).await;
    assert_ne!(full["digest"], empty["digest"]);
    assert_eq!(full["namespaces"]["Alpine:v3.99"], 3);

    let feeds = described(&service, "Feeds", service.get("/api/v1/feeds").await, 200).await;
    let one = described(&service, "Feed", service.get("/api/v1/feeds/alpine/v3.99/main").await, 200).await;
    assert_eq!(feeds["feeds"]["alpine/v3.99/main"], one);
    assert_eq!((&one["condition"], &one["records"]), (&json!("fresh"), &json!(2)));
    let nothing = service.json("POST", "/api/v1/feeds/alpine/v3.99/main/accept", &json!({})).await;
    assert!(!nothing.is_success(), "there is no quarantine: {nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_a_job() {
    let service = Service::start();
    for body in ["", "{}", "{\"feeds\": [\"alpine\"]}"] {
        let answer = service.send("POST", "/api/v1/updates", &[], body).await;
        let location = answer.header("location").to_owned();
        let triggered = described(&service, "TriggeredUpdate", answer, 202).await;
        let jobs = service.get(&location).await.value();
        assert!(jobs["jobs"].as_array().unwrap().iter().any(|job| job["id"] == triggered["job"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_names_what_two_services_are_compared_by() {
    let service = Service::start();
    service.advise(FIXES).await;
    service.index(&clean()).await;
    let state = described(&service, "State", service.get("/api/v1/state").await, 200).await;
    let index_state = service.get("/indexer/api/v1/index_state").await.value();
    assert_eq!(state["index_state"], index_state["state"]);
    assert_eq!(state["catalog"]["digest"], service.get("/api/v1/catalog").await.value()["digest"]);
    assert_eq!(state["manifests"], json!({"total": 1, "current": 1, "stale": 0, "failed": 0, "missing": 0}));
    let list = service.get("/api/v1/notifications").await;
    described(&service, "Notifications", list, 200).await;
}

/// Errors of both faces are of one form; here, of a path that only one of them has.
#[tokio::test(flavor = "multi_thread")]
async fn errors_are_those_of_clair() {
    let service = Service::start();
    let body = service.get("/api/v1/manifests/x").await.with_status(400).value();
    hold("clair", "Error", &body);
}
