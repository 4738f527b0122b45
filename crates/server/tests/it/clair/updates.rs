//! Update operations and what changed between two of them.

use axum::body::Body;
use limpid_server::engine::Engine;
use limpid_store::{StoreError, catalog};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    schemas::hold,
    service::{FIXES, Service},
};

const OPERATIONS: &str = "/matcher/api/v1/internal/update_operation";
const FEED: &str = "alpine/v3.99/main";

fn operations(engine: &Engine) -> Vec<catalog::UpdateOperation> {
    engine.database.read::<_, StoreError>(|tx| catalog::operations(tx, false)).unwrap()
}

async fn diff(service: &Service, query: &str) -> Value {
    let path = format!("/matcher/api/v1/internal/update_diff?{query}");
    let body = service.get(&path).await.with_status(200).value();
    hold("clair", "UpdateDiff", &body);
    body
}

fn names(list: &Value) -> Vec<(&str, &str)> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| (one["package"]["name"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_listed_compared_and_forgotten() {
    let service = Service::start();
    assert_eq!(service.get(OPERATIONS).await.with_status(200).value(), json!({}));
    service.advise(FIXES).await;
    let first = service.get(OPERATIONS).await.with_status(200);
    service.get_unless(OPERATIONS, first.header("etag")).await.empty(304);
    let other = [("busybox", "1.36.1-r0", &["CVE-2099-0001"][..]), ("musl", "1.2.5-r0", &["CVE-2099-0007"])];
    service.advise(&other).await;

    let changed = service.get_unless(OPERATIONS, first.header("etag")).await.with_status(200);
    let body = changed.value();
    hold("clair", "UpdateOperations", &body);
    let of_feed = body[FEED].as_array().unwrap();
    assert_eq!(of_feed.len(), 2, "the newest first: {of_feed:?}");
    let latest = service.get(&format!("{OPERATIONS}?latest=true")).await.value();
    assert_eq!(latest[FEED], json!([of_feed[0]]));
    assert_eq!(service.get(&format!("{OPERATIONS}?kind=enrichment")).await.value(), json!({}));
    assert_eq!(operations(&service.engine).len(), 3, "community did not change");

    let (new, old) = (of_feed[0]["ref"].as_str().unwrap(), of_feed[1]["ref"].as_str().unwrap());
    let between = diff(&service, &format!("cur={new}&prev={old}")).await;
    assert_eq!(
        (names(&between["added"]), names(&between["removed"])),
        (vec![("musl", "CVE-2099-0007")], vec![("musl", "CVE-2099-0005")])
    );
    assert_eq!((&between["prev"], &between["cur"]), (&of_feed[1], &of_feed[0]));
    let all = diff(&service, &format!("cur={old}&prev={}", Uuid::nil())).await;
    assert_eq!(names(&all["added"]), [("busybox", "CVE-2099-0001"), ("musl", "CVE-2099-0005")]);
    assert_eq!(all["removed"], json!([]));
    assert_eq!(all["prev"]["ref"], Uuid::nil().to_string());

    let gone = format!("{OPERATIONS}/{old}");
    for _ in 0..2 {
        service.send("DELETE", &gone, &[], Body::empty()).await.empty(200);
    }
    let path = format!("/matcher/api/v1/internal/update_diff?cur={new}&prev={old}");
    service.get(&path).await.error(404, "not-found");
    let body = service.get(OPERATIONS).await.value();
    assert_eq!(body[FEED], json!([of_feed[0]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_two_feeds_are_not_compared() {
    let service = Service::start();
    service.advise(FIXES).await;
    let operations = operations(&service.engine);
    let [one, other] = &operations[..] else { panic!("two feeds: {operations:?}") };
    let path = format!("/matcher/api/v1/internal/update_diff?cur={}&prev={}", one.id, other.id);
    service.get(&path).await.error(400, "bad-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_change_is_understood_as_a_question() {
    let service = Service::start();
    service.advise(FIXES).await;
    let affected = service.index(&crate::service::vulnerable()).await;
    let latest = service.get(&format!("{OPERATIONS}?latest=true")).await.value();
    let all = diff(&service, &format!("cur={}", latest[FEED][0]["ref"].as_str().unwrap())).await;
    let question = json!({"vulnerabilities": all["added"]});
    let answer = service.json("POST", "/indexer/api/v1/internal/affected_manifest/", &question).await.value();
    assert_eq!(answer["limpid"]["not_judged"], json!({}));
    assert_eq!(answer["vulnerable_manifests"], json!({affected: [all["added"][0]["id"]]}));
}
