//! What goes wrong is told to Harbor, with the reason.

use std::net::TcpListener;

use limpid_core::Digest;
use limpid_server::configuration::{Egress, Role};
use limpid_testkit::image::Layout;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{
    BASE, CREDENTIALS, GENERIC, ask, on_each, refused, registry_with, request, scan, submit,
};
use crate::service::{FIXES, Service, clean};

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_the_registry_does_not_take_fail_the_scan() {
    on_each(|service| async move {
        let Some((registry, digest)) = registry_with(&clean().layout(), service.directory.path()) else {
            return;
        };
        service.advise(FIXES).await;
        // The image is known here already: that somebody else might read it makes no difference.
        scan(&service, &request(&registry.host(), &digest, CREDENTIALS)).await.with_status(200);
        for wrong in ["Basic dXNlcjp3cm9uZw==", "Bearer CANARY", ""] {
            let why = refused(scan(&service, &request(&registry.host(), &digest, wrong)).await, 500);
            assert!(why.contains("does not take the credentials") && why.contains("status 401"), "{why}");
        }
        let kept = "SELECT id FROM job WHERE payload IS NOT NULL AND kind = 'harbor-scan'";
        let kept =
            tokio::task::block_in_place(|| service.engine.database.read(|tx| tx.query(kept, &[])).unwrap());
        assert_eq!(kept.len(), 0);
        let unknown = Digest::of(b"unknown").to_string();
        let why = refused(scan(&service, &request(&registry.host(), &unknown, CREDENTIALS)).await, 500);
        assert!(why.contains("status 404") && why.contains(&unknown), "{why}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_down_or_not_allowed_fails_the_scan() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let digest = Digest::of(b"image").to_string();
    on_each(|service| {
        let request = request(&free, &digest, CREDENTIALS);
        async move {
            let why = refused(scan(&service, &request).await, 500);
            assert!(why.contains("refuses the connection"), "{why}");
        }
    })
    .await;
    let strict = Service::configured(|configuration| configuration.indexer.layers = Egress::default());
    let why = refused(scan(&strict, &request(&free, &digest, CREDENTIALS)).await, 500);
    assert!(why.contains("indexer.layers.allow_networks = [\"127.0.0.0/24\"] would allow it"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_is_not_the_one_that_was_named_is_not_believed() {
    let service = Service::start();
    let server = limpid_testkit::http::Server::start();
    let digest = Digest::of(b"image").to_string();
    let path = format!("/v2/{}/manifests/{digest}", super::client::REPOSITORY);
    server.answer(&path, limpid_testkit::http::Answer::ok("another"));
    let host = server.url().replace("http://", "");
    let why = refused(scan(&service, &request(&host, &digest, CREDENTIALS)).await, 500);
    assert!(why.contains("another manifest"), "{why}");
    let asked = server.take_requests();
    assert_eq!(asked[0].headers["authorization"], CREDENTIALS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_refused_before_and_after_it_is_seen() {
    let service = Service::start();
    let mut layout = Layout::new();
    let child = layout.image(&clean().image());
    let index = layout.index(&[child]);
    let layout = layout.entry(index, Some("latest"));
    let Some((registry, digest)) = registry_with(&layout, service.directory.path()) else { return };
    let mut said = request(&registry.host(), &digest, CREDENTIALS);
    let why = refused(scan(&service, &said).await, 500);
    assert!(why.contains("it is an index of images"), "{why}");
    said["artifact"]["mime_type"] = json!("application/vnd.oci.image.index.v1+json");
    assert!(refused(post(&service, &said).await, 422).contains("an index of images"));
}

async fn post(service: &Service, body: &Value) -> crate::service::Answer {
    service.json("POST", &format!("{BASE}/scan"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_or_wrong_is_refused_in_harbors_form() {
    let service = Service::start();
    for id in [Uuid::new_v4().to_string(), Digest::of(b"image").to_string(), "x".to_owned()] {
        refused(ask(&service, &id, GENERIC, "").await, 404);
    }
    refused(service.get(&format!("{BASE}/other")).await, 404);
    refused(service.get(&format!("{BASE}/scan")).await, 405);
    for body in ["", "{", "[]", "{\"registry\": {}}"] {
        refused(service.send("POST", &format!("{BASE}/scan"), &[], body).await, 400);
    }
    let mut wrong = request("127.0.0.1:1", &Digest::of(b"image").to_string(), CREDENTIALS);
    wrong["artifact"]["repository"] = json!("../x");
    refused(post(&service, &wrong).await, 422);
    wrong["artifact"] = json!({"repository": "x", "digest": Digest::of(b"x"), "mime_type": "text/plain"});
    refused(post(&service, &wrong).await, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_indexes_harbor_is_told_so() {
    let service = Service::configured(|configuration| configuration.roles = [Role::Matcher].into());
    let id = submit(&service, &request("127.0.0.1:1", &Digest::of(b"image").to_string(), CREDENTIALS)).await;
    ask(&service, &id, GENERIC, "").await.with_status(302);
    crate::nodes::write(&service, |tx| tx.execute("UPDATE harbor_scan SET created_at = 0", &[]));
    assert!(refused(ask(&service, &id, GENERIC, "").await, 500).contains("role indexer"));
}
