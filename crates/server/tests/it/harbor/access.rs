//! Who may ask.

use limpid_server::{
    configuration::{Auth, SecretBytes},
    http::auth::sign,
    secret::Secret,
};

use super::client::{BASE, refused};
use crate::service::{Answer, Service};

async fn metadata(service: &Service, header: (&str, &str)) -> Answer {
    service.send("GET", &format!("{BASE}/metadata"), &[header], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_opens_in_each_of_the_ways_that_harbor_has() {
    let service =
        Service::configured(|configuration| configuration.harbor.api_key = Some(Secret::new("the-key")));
    for header in [
        ("x-scanneradapter-api-key", "the-key"),
        ("authorization", "Bearer the-key"),
        // harbor:the-key
        ("authorization", "Basic aGFyYm9yOnRoZS1rZXk="),
    ] {
        metadata(&service, header).await.with_status(200);
    }
    for header in
        [("x-other", "the-key"), ("authorization", "Bearer other"), ("x-scanneradapter-api-key", "")]
    {
        let answer = metadata(&service, header).await;
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"Limpid\"");
        refused(answer, 401);
    }
    // Nothing else is looked at before: neither an unknown path nor an unknown scan tells anything.
    refused(service.get(&format!("{BASE}/scan/x/report")).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_of_its_own_it_asks_for_the_key_of_the_api() {
    let auth = Auth { key: SecretBytes::new(b"key".to_vec()), issuers: Vec::new() };
    let token = format!("Bearer {}", sign(&auth, "clair-intraservice", chrono::Utc::now()));
    let service = Service::configured(|configuration| configuration.auth = Some(auth));
    metadata(&service, ("authorization", &token)).await.with_status(200);
    metadata(&service, ("authorization", "Bearer x")).await.empty(401);
    metadata(&service, ("x-other", "x")).await.empty(401);
}
