//! What is refused before anything is done, and what is told without asking the engine.

use axum::body::Body;
use limpid_core::Digest;
use serde_json::{Value, json};

use crate::service::Service;

const ID: &str = "00000000-0000-4000-8000-000000000001";

fn digest() -> String {
    Digest::of(b"nothing").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_permanently_wrong_is_a_bad_request() {
    let service = Service::start();
    let path = |text: &str| text.replace("{digest}", "sha256:abc");
    for get in [
        path("/indexer/api/v1/index_report/{digest}"),
        path("/matcher/api/v1/vulnerability_report/{digest}"),
        "/matcher/api/v1/internal/update_operation?kind=other".to_owned(),
        "/matcher/api/v1/internal/update_operation?latest=perhaps".to_owned(),
        "/matcher/api/v1/internal/update_diff".to_owned(),
        "/matcher/api/v1/internal/update_diff?cur=1".to_owned(),
        "/notifier/api/v1/notification/1".to_owned(),
        format!("/notifier/api/v1/notification/{ID}?page_size=-1"),
        format!("/notifier/api/v1/notification/{ID}?next=1"),
    ] {
        let message = service.get(&get).await.error(400, "bad-request");
        assert!(!message.is_empty(), "{get}");
    }
    for delete in [
        "/indexer/api/v1/index_report/x",
        "/notifier/api/v1/notification/x",
        "/matcher/api/v1/internal/update_operation/x",
    ] {
        service.send("DELETE", delete, &[], Body::empty()).await.error(400, "bad-request");
    }
    for (method, path, body) in [
        ("POST", "/indexer/api/v1/index_report", json!({"hash": digest(), "layers": []})),
        ("POST", "/indexer/api/v1/index_report", json!([])),
        ("DELETE", "/indexer/api/v1/index_report", json!(["x"])),
        ("DELETE", "/indexer/api/v1/index_report", json!({})),
        ("POST", "/indexer/api/v1/internal/affected_manifest/", json!([])),
        ("POST", "/indexer/api/v1/internal/affected_manifest", json!({"vulnerabilities": [{"id": "1"}]})),
    ] {
        service.json(method, path, &body).await.error(400, "bad-request");
    }
    let wrong = json!({"vulnerabilities": [{"id": "1", "package": {"name": "a"}}, {"id": "2"}]});
    let message = service
        .json("POST", "/indexer/api/v1/internal/affected_manifest/", &wrong)
        .await
        .error(400, "bad-request");
    assert!(message.starts_with("vulnerabilities[1].package.name: "), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_quay_sends_may_be_large_but_not_endless() {
    let service = Service::start();
    let padding = "x".repeat(2 << 20);
    let large = json!({"hash": digest(), "layers": [], "padding": padding});
    let message =
        service.json("POST", "/indexer/api/v1/index_report", &large).await.error(400, "bad-request");
    assert!(message.starts_with("layers: "), "it was read: {message}");
    let endless = json!({"padding": "x".repeat(9 << 20)});
    service.json("POST", "/indexer/api/v1/index_report", &endless).await.error(413, "internal-error");
}

#[tokio::test(flavor = "multi_thread")]
async fn media_types_that_are_not_served_are_refused_as_by_clair() {
    let service = Service::start();
    let digest = digest();
    for path in [
        format!("/indexer/api/v1/index_report/{digest}"),
        "/indexer/api/v1/index_state".to_owned(),
        format!("/matcher/api/v1/vulnerability_report/{digest}"),
        format!("/notifier/api/v1/notification/{ID}"),
        "/openapi/v1".to_owned(),
    ] {
        let answer = service.send("GET", &path, &[("accept", "text/html")], Body::empty()).await;
        answer.error(415, "internal-error");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_served_in_both_forms_and_only_once() {
    let service = Service::start();
    let plain = service.get("/openapi/v1").await.with_status(200);
    assert_eq!(plain.header("content-type"), "application/openapi+json");
    assert_eq!(plain.value()["openapi"], "3.1.0");
    let etag = plain.header("etag").to_owned();
    let known = service.get_unless("/openapi/v1", &etag).await.empty(304);
    assert_eq!(known.header("etag"), etag);
    for (accept, is_json) in [
        ("application/openapi+json", true),
        ("application/json", true),
        ("application/vnd.oai.openapi+json", true),
        ("application/openapi+yaml", false),
        ("application/yaml", false),
        ("application/vnd.oai.openapi+yaml", false),
    ] {
        let answer = service.send("GET", "/openapi/v1", &[("accept", accept)], Body::empty()).await;
        assert_eq!(answer.header("content-type"), accept);
        assert_eq!(serde_json::from_slice::<Value>(&answer.body).is_ok(), is_json, "{accept}");
        assert_eq!(answer.header("etag") == etag, is_json, "{accept}");
    }
    service.send("POST", "/openapi/v1", &[], Body::empty()).await.with_status(405);
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_are_told_to_stay_away() {
    let answer = Service::start().get("/robots.txt").await.with_status(200);
    assert_eq!(answer.body, b"User-agent: *\nDisallow: /\n");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// Every operation of both descriptions is one that the routers know: no other answer than 405 is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn every_described_operation_is_served() {
    let service = Service::start();
    for description in ["/openapi/v1", "/api/v1/openapi.json"] {
        let description = service.get(description).await.value();
        for (path, item) in description["paths"].as_object().unwrap() {
            for method in ["get", "put", "post", "delete"] {
                if path.ends_with("/accept") && method == "get" {
                    continue; // It is a feed of that name.
                }
                let filled = path
                    .replace("{digest}", &digest())
                    .replace("{kind}", "index")
                    .replace("{key}", "a/b")
                    .replace("{name}", "a/b")
                    .replace("{id}", ID)
                    .replace("{ref}", ID);
                let answer = service.send(&method.to_uppercase(), &filled, &[], Body::empty()).await;
                let is_described =
                    item.get(method).is_some() || item.get("$ref").is_some() && method == "post";
                assert_eq!(answer.status != 405, is_described, "{method} {path}: {answer:?}");
            }
        }
    }
}
