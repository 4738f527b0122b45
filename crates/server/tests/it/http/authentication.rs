//! Who may ask, from outside.

use std::sync::Arc;

use axum::{Router, routing::get};
use chrono::Utc;
use limpid_server::{
    configuration::{Auth, SecretBytes},
    http::{Wrapping, auth::sign, wrap},
};

use super::{PATIENT, Running, client};

fn auth(key: &str) -> Auth {
    Auth { key: SecretBytes::new(key.into()), issuers: vec!["quay".to_owned()] }
}

#[tokio::test]
async fn all_but_the_exempt_paths_want_a_token_and_a_refusal_says_nothing() {
    let routes =
        Router::new().route("/robots.txt", get(async || "robots")).route("/report", get(async || "report"));
    let own = auth("key");
    let wrapping =
        Wrapping { face: "test", auth: Some(&own), exempt: &["/robots.txt"], metrics: &Arc::default() };
    let running = Running::start(wrap(routes, wrapping), PATIENT).await;

    let token = |key: &str, issuer: &str| format!("Bearer {}", sign(&auth(key), issuer, Utc::now()));
    let (good, intraservice) = (token("key", "quay"), token("key", "clair-intraservice"));
    let (foreign, stranger) = (token("other", "quay"), token("key", "stranger"));
    let (old, basic) = (
        format!("Bearer {}", sign(&own, "quay", Utc::now() - chrono::Duration::hours(1))),
        good.replace("Bearer", "Basic"),
    );
    let lower_case = good.replace("Bearer", "bearer");
    for (path, tokens, expected) in [
        ("/report", &[&*good][..], 200),
        ("/report", &[&*lower_case], 200),
        ("/report", &[&*intraservice], 200),
        ("/robots.txt", &[], 200),
        ("/robots.txt", &[&*foreign], 200),
        ("/report", &[], 401),
        ("/report", &[&*foreign], 401),
        ("/report", &[&*stranger], 401),
        ("/report", &[&*old], 401),
        ("/report", &[&*basic], 401),
        ("/report", &["Bearer"], 401),
        ("/report", &["Bearer "], 401),
        ("/report", &[&*good, &*good], 401),
        ("/robots.txt/", &[], 401),
        ("//robots.txt", &[], 401),
        ("/unknown", &[], 401),
        ("/unknown", &[&*good], 404),
    ] {
        let mut request = client().get(running.url(path));
        for token in tokens {
            request = request.header("Authorization", *token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{path} {tokens:?}");
        if expected == 401 {
            assert!(!answer.headers().contains_key("www-authenticate"), "{path} {tokens:?}");
            assert_eq!(answer.bytes().await.unwrap(), "", "{path} {tokens:?}");
        }
    }
}
