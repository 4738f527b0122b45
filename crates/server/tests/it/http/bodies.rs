//! Bodies of requests that are too much, too slow, or none.

use std::time::Duration;

use axum::{Router, body::Bytes, routing::post};
use limpid_server::http::{
    Json,
    limit::{BodyLimit, limit_bodies},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{LONG, PATIENT, Running, client, wrapped};

fn routes(limit: BodyLimit) -> Router {
    let routes = Router::new()
        .route("/json", post(async |_body: Json<Value>| "taken"))
        .route("/bytes", post(async |body: Bytes| body.len().to_string()));
    wrapped(limit_bodies(routes, limit))
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused_however_it_is_sent() {
    let running = Running::start(routes(BodyLimit { bytes: 100, time: LONG }), PATIENT).await;
    let json = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    for (path, body, is_announced, expected) in [
        ("/json", json(100), true, 200),
        ("/json", json(100), false, 200),
        ("/json", json(101), true, 413),
        ("/json", json(101), false, 413),
        ("/json", json(100_000), true, 413),
        ("/json", json(100_000), false, 413),
        ("/bytes", json(101), true, 413),
    ] {
        let status = send(&running, path, &body, is_announced).await;
        assert_eq!(status, expected, "{path}, {} bytes, announced: {is_announced}", body.len());
    }
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn without_a_limit_of_the_route_there_is_one_all_the_same() {
    let routes = Router::new().route("/json", post(async |_body: Json<Value>| "taken"));
    let running = Running::start(wrapped(routes), PATIENT).await;
    let body = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    assert_eq!(send(&running, "/json", &body(1 << 20), true).await, 200);
    assert_eq!(send(&running, "/json", &body((1 << 20) + 1), true).await, 413);
}

#[tokio::test]
async fn the_limit_of_the_library_does_not_stand_in_the_way_of_a_larger_one() {
    let running = Running::start(routes(BodyLimit { bytes: 4 << 20, time: LONG }), PATIENT).await;
    let body = "x".repeat(4 << 20);
    assert_eq!(send(&running, "/bytes", &body, true).await, 200);
}

/// Sends a body by hand, because a client's library would be surprised by an answer before its end.
async fn send(running: &Running, path: &str, body: &str, is_announced: bool) -> u16 {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let (length, body) = if is_announced {
        (format!("Content-Length: {}", body.len()), body.to_owned())
    } else {
        ("Transfer-Encoding: chunked".to_owned(), format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()))
    };
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may have closed the connection: it has answered then.
    drop(stream.write_all(body.as_bytes()).await);
    status(&mut stream).await
}

/// The status of the answer that comes.
async fn status(stream: &mut TcpStream) -> u16 {
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    std::str::from_utf8(&first[9..]).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_body_that_does_not_come_is_waited_for_only_so_long() {
    let limit = BodyLimit { bytes: 100, time: Duration::from_millis(20) };
    let running = Running::start(routes(limit), PATIENT).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{\"half").await.unwrap();
    assert_eq!(status(&mut stream).await, 408);
}

#[tokio::test]
async fn the_type_of_a_body_is_not_looked_at() {
    let running = Running::start(routes(BodyLimit::default()), PATIENT).await;
    for kind in ["application/json", "application/vnd.clair.manifest.v1+json", "text/plain", "nonsense"] {
        let request = client().post(running.url("/json")).header("Content-Type", kind).body("{\"a\": 1}");
        assert_eq!(request.send().await.unwrap().status(), 200, "{kind}");
    }
    let request = client().post(running.url("/json")).body("{\"a\":\n oops}");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["code"], "bad-request");
    assert!(body["message"].as_str().unwrap().ends_with("at line 2 column 2"), "{body}");
}
