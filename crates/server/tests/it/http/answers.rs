//! What all routes of a face have in common.

use axum::{
    Json, Router,
    http::HeaderMap,
    routing::{get, post},
};
use limpid_server::http::{ApiError, blocking};
use serde_json::{Value, json};

use super::{PATIENT, Running, client, wrapped};

fn routes() -> Router {
    Router::new()
        .route("/large", get(async || ([("etag", "\"state\"")], "0123456789".repeat(1000))))
        .route("/small", get(async || "small"))
        .route("/thing", get(async || "thing").delete(async || "gone"))
        .route("/send", post(async |body: limpid_server::http::Json<Value>| Json(body.0)))
        .route("/panic", get(async || -> &'static str { panic!("a secret") }))
        .route("/panic-in-work", get(async || blocking(|| -> &'static str { panic!("a secret") }).await))
        .route(
            "/busy",
            get(async || -> Result<(), ApiError> {
                Err(ApiError::too_many_requests("later").retry_after(7))
            }),
        )
}

async fn told(url: String, method: &str) -> (u16, HeaderMap, Value) {
    let request = client().request(method.parse().unwrap(), url);
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

#[tokio::test]
async fn errors_have_the_form_of_clair() {
    let running = Running::start(wrapped(routes()), PATIENT).await;
    for (method, path, status, code, message) in [
        ("GET", "/unknown?x=y", 404, "not-found", "there is nothing at this path"),
        ("POST", "/thing", 405, "method-not-allowed", "this path does not have that method"),
        ("GET", "/panic", 500, "internal-error", "internal error"),
        ("GET", "/panic-in-work", 500, "internal-error", "internal error"),
        ("GET", "/busy", 429, "too-many-requests", "later"),
        ("POST", "/send", 400, "bad-request", "the body is empty; JSON is expected"),
    ] {
        let (told, headers, body) = told(running.url(path), method).await;
        assert_eq!((told, &body), (status, &json!({"code": code, "message": message})), "{path}");
        assert_eq!(headers["content-type"], "application/json", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
        let allow = headers.get("allow").map(|value| value.to_str().unwrap());
        assert_eq!(allow, (status == 405).then_some("GET,HEAD,DELETE"), "{path}");
        let retry = headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(retry, (status == 429).then_some("7"), "{path}");
    }
    // The process, and the connection, survive a panic.
    let answer = client().get(running.url("/small")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "small");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn answers_are_compressed_as_the_client_asks_and_keep_their_etag() {
    let running = Running::start(wrapped(routes()), PATIENT).await;
    for (path, accepted, expected) in [
        ("/large", "gzip", Some("gzip")),
        ("/large", "x-gzip", Some("gzip")),
        ("/large", "deflate", Some("deflate")),
        ("/large", "zstd", Some("zstd")),
        ("/large", "gzip;q=0.5, zstd;q=0.9", Some("zstd")),
        ("/large", "gzip;q=0", None),
        ("/large", "br", None),
        ("/large", "identity", None),
        ("/small", "gzip, zstd", None),
    ] {
        let request = client().get(running.url(path)).header("Accept-Encoding", accepted);
        let answer = request.send().await.unwrap();
        let encoding =
            answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(encoding.as_deref(), expected, "{path} {accepted}");
        if path == "/large" {
            assert_eq!(answer.headers()["etag"], "\"state\"", "{accepted}");
            assert_eq!(answer.headers()["vary"], "accept-encoding", "{accepted}");
        }
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(bytes.len() < 1000, path == "/small" || expected.is_some(), "{path} {accepted}");
        if expected == Some("zstd") {
            let plain = zstd::decode_all(&*bytes).unwrap();
            assert_eq!(plain, "0123456789".repeat(1000).as_bytes());
        }
    }
}
