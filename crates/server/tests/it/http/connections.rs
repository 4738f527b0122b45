//! Connections: both protocols, clients that are too slow or too many, and the end.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use limpid_server::http::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, Semaphore},
};

use super::{PATIENT, Running, client, client_builder, wrapped};

const SHORT: Duration = Duration::from_millis(20);

fn routes() -> Router {
    wrapped(Router::new().route("/", get(async || "answer")))
}

/// All that comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes).await {
        Ok(_) => {}
        // The server closed while bytes of ours were unread.
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn both_protocols_are_spoken_without_tls() {
    let running = Running::start(routes(), PATIENT).await;
    let old = client().get(running.url("/")).send().await.unwrap();
    assert_eq!(old.version(), reqwest::Version::HTTP_11);
    let client = client_builder().http2_prior_knowledge().build().unwrap();
    let new = client.get(running.url("/")).send().await.unwrap();
    assert_eq!((new.version(), new.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    assert_eq!(new.text().await.unwrap(), "answer");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn who_does_not_send_headers_in_time_is_cut_off() {
    let running = Running::start(routes(), Limits { header_time: SHORT, ..PATIENT }).await;
    for sent in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{sent:?}");
    }
    // The second request of a connection has the same time, from its first byte.
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let rest = rest(&mut stream).await;
    assert!(rest.ends_with("answer"), "{rest}");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let limits = Limits { idle_time: SHORT, stall_time: SHORT, ..PATIENT };
    let running = Running::start(routes(), limits).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.ends_with("answer"));

    let mut new = TcpStream::connect(running.address).await.unwrap();
    new.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    new.read_to_end(&mut bytes).await.unwrap();

    let mut half = TcpStream::connect(running.address).await.unwrap();
    half.write_all(b"PRI * HT").await.unwrap();
    assert_eq!(rest(&mut half).await, "");
}

/// The answer is larger than what the sockets between hold.
#[tokio::test]
async fn who_does_not_take_the_answer_is_cut_off() {
    let size = 64 << 20;
    let routes = Router::new().route("/", get(move || async move { vec![b'x'; size] }));
    let running = Running::start(wrapped(routes), Limits { stall_time: SHORT, ..PATIENT }).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    // The only way for this to end is that the connection was cut off: nothing more is read.
    running.shutdown.send(true).unwrap();
    assert_eq!(running.served.await.unwrap(), 0);
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    assert!(end.is_err() || bytes.len() < size);
}

#[tokio::test]
async fn headers_past_the_limit_are_refused() {
    let running = Running::start(routes(), PATIENT).await;
    let ask = |value: String| client().get(running.url("/")).header("X-Large", value).send();
    assert_eq!(ask("x".repeat(30 << 10)).await.unwrap().status(), 200);
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(40 << 10));
    // The server may answer and close before all is sent.
    drop(stream.write_all(head.as_bytes()).await);
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 431");

    let client = client_builder().http2_prior_knowledge().build().unwrap();
    let ask = |length: usize| client.get(running.url("/")).header("X-Large", "x".repeat(length)).send();
    assert_eq!(ask(30 << 10).await.unwrap().status(), 200);
    let refused = ask(40 << 10).await;
    assert!(refused.is_err() || refused.unwrap().status() == 431);
    assert_eq!(ask(30 << 10).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_full_listener_lets_clients_wait() {
    let running = Running::start(routes(), Limits { connections: 1, ..PATIENT }).await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answered = [0; 15];
    first.read_exact(&mut answered).await.unwrap();
    // It is in the system's queue, and is served once the first has left.
    let mut second = TcpStream::connect(running.address).await.unwrap();
    second.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    drop(first);
    assert!(rest(&mut second).await.ends_with("answer"));
}

/// A handler that tells when it was entered and answers when it is let go.
fn gated(entered: &Arc<Notify>, gate: &Arc<Semaphore>) -> Router {
    let (entered, gate) = (Arc::clone(entered), Arc::clone(gate));
    let handler = move || async move {
        entered.notify_one();
        drop(gate.acquire().await.unwrap());
        "finished"
    };
    wrapped(Router::new().route("/", get(handler)))
}

#[tokio::test]
async fn the_end_waits_for_what_has_begun_and_takes_nothing_new() {
    let (entered, gate) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let running = Running::start(gated(&entered, &gate), PATIENT).await;
    let mut silent = TcpStream::connect(running.address).await.unwrap();
    let mut half = TcpStream::connect(running.address).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    for client in [client(), client_builder().http2_prior_knowledge().build().unwrap()] {
        let url = running.url("/");
        tokio::spawn(async move { client.get(url).send().await.unwrap().text().await.unwrap() });
        entered.notified().await;
    }
    let asked = tokio::spawn({
        let url = running.url("/");
        async move { client().get(url).send().await.unwrap().text().await.unwrap() }
    });
    entered.notified().await;
    running.shutdown.send(true).unwrap();
    // These wait for nothing, and are closed at once.
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut half).await, "");
    while TcpStream::connect(running.address).await.is_ok() {}
    assert!(!running.served.is_finished());
    gate.add_permits(3);
    assert_eq!(asked.await.unwrap(), "finished");
    assert_eq!(running.served.await.unwrap(), 0);
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let (entered, gate) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let running = Running::start(gated(&entered, &gate), Limits { drain_time: SHORT, ..PATIENT }).await;
    let asked = tokio::spawn(client().get(running.url("/")).send());
    entered.notified().await;
    assert_eq!(running.end().await, 1);
    assert!(asked.await.unwrap().is_err());
}
