//! Notifications, as Quay reads them: page by page, and deleted at the end.

use axum::body::Body;
use limpid_core::{
    Advisory, Digest, IndexedPackage, Package, Severity,
    clair::{self, ChangeReason},
    matching::Match,
};
use limpid_store::{
    StoreError,
    notifications::{self, NewNotification},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{schemas::hold, service::Service};

/// A notification of so many entries, kept as the engine keeps them.
fn keep(service: &Service, entries: u32) -> Uuid {
    let id = Uuid::now_v7();
    let entry = |number: u32| {
        let package = Package { name: format!("package-{number}"), ..Package::default() };
        let package = IndexedPackage {
            package,
            namespace: None,
            purl: String::new(),
            path: String::new(),
            layer: None,
        };
        let advisory =
            Advisory { id: "CVE-2099-0001".to_owned(), severity: Severity::High, ..Advisory::default() };
        let found = Match {
            package,
            advisory,
            fixed_in: None,
            fix_known: None,
            plan: limpid_core::advisory::Plan::Unsaid,
            words: String::new(),
            feed: String::new(),
            is_second: false,
            why: String::new(),
            dismissed: None,
            enrichment: Default::default(),
        };
        let manifest = Digest::of(&number.to_le_bytes());
        let one = clair::notification(&number.to_string(), &manifest, ChangeReason::Added, &found, None);
        serde_json::to_vec(&one).unwrap()
    };
    let notification = NewNotification {
        id,
        operation: Uuid::now_v7(),
        feed: "alpine/v3.99/main".to_owned(),
        held: None,
        entries: (0..entries).map(entry).collect(),
    };
    let create = |tx: &mut limpid_store::Transaction<'_>| notifications::create(tx, &notification);
    service.engine.database.write::<_, StoreError>(create).unwrap();
    id
}

async fn page(service: &Service, path: &str) -> Value {
    let answer = service.get(path).await.with_status(200);
    assert_eq!(answer.header("content-type"), "application/vnd.clair.notification_page.v1+json");
    let body = answer.value();
    hold("clair", "NotificationPage", &body);
    hold("quay", "NotificationPage", &body);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_until_there_is_no_next() {
    let service = Service::start();
    let path = format!("/notifier/api/v1/notification/{}", keep(&service, 5));
    let whole = page(&service, &path).await;
    assert_eq!(whole["page"], json!({"size": 500}), "no next on the last page");
    let names = |body: &Value| -> Vec<Value> {
        body["notifications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["vulnerability"]["package"]["name"].clone())
            .collect()
    };
    let expected: Vec<Value> = (0..5).map(|number| json!(format!("package-{number}"))).collect();
    assert_eq!(names(&whole), expected);
    assert_eq!(whole["notifications"][0]["vulnerability"]["severity"], "High");
    assert_eq!(whole["notifications"][0]["vulnerability"]["normalized_severity"], "High");

    let (mut read, mut next, mut pages) = (Vec::new(), Uuid::nil().to_string(), 0);
    loop {
        let body = page(&service, &format!("{path}?page_size=2&next={next}")).await;
        assert_eq!(body["page"]["size"], 2);
        read.extend(names(&body));
        pages += 1;
        let Some(after) = body["page"].get("next") else { break };
        next = after.as_str().unwrap().to_owned();
    }
    assert_eq!((read, pages), (expected, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_notification_has_nothing_more_to_tell_and_may_be_deleted_again() {
    let service = Service::start();
    let path = format!("/notifier/api/v1/notification/{}", keep(&service, 1));
    for _ in 0..2 {
        service.send("DELETE", &path, &[], Body::empty()).await.empty(200);
        assert_eq!(page(&service, &path).await, json!({"page": {"size": 500}, "notifications": []}));
    }
}
