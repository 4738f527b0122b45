//! Telling targets: a web server, and a real broker, and what goes wrong with each.

mod amqp;
mod broker;
mod certificates;
mod stomp;
mod webhook;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use limpid_server::notifying::targets::Message;
use uuid::Uuid;

/// The id of [`message`].
const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";
/// The body that says where it can be read.
const ADDRESS: &str = r#"{"notification_id":"0190163d-8694-739b-aea5-966c26f8ad91","callback":"https://limpid.example/notifier/api/v1/notification/0190163d-8694-739b-aea5-966c26f8ad91"}"#;

/// A notification with so many entries: `{"n":1}`, `{"n":2}`, …
fn message(entries: usize) -> Message {
    Message {
        notification: Uuid::parse_str(ID).expect("an id"),
        callback: format!("https://limpid.example/notifier/api/v1/notification/{ID}"),
        entries: (1..=entries).map(|number| format!(r#"{{"n":{number}}}"#).into_bytes()).collect(),
    }
}

/// An address where nobody listens.
fn dead() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// Serves one connection so.
fn serve_one<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback address");
    let address = listener.local_addr().expect("its port");
    (address, thread::spawn(move || serve(listener.accept().expect("a connection").0)))
}

/// Serves one connection with these bytes, and reads until the other side has gone.
fn answer_one(bytes: &'static [u8]) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    serve_one(|mut stream| {
        stream.write_all(bytes).expect("somebody listens");
        let mut received = Vec::new();
        // A reset is an end too.
        drop(stream.read_to_end(&mut received));
        received
    })
}
