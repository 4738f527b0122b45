use std::io::Read;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use limpid_server::{
    configuration::{Auth, Delivery, Egress, SecretBytes, Webhook},
    notifying::targets::{Message, deliver},
    secret::Secret,
};
use limpid_testkit::http::{Answer, Request, Server};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{ADDRESS, ID, dead, message, serve_one};

const PATH: &str = "/secscan/notification?from=limpid";

fn target(url: &str) -> Webhook {
    Webhook {
        target: format!("{url}{PATH}").parse().expect("an address"),
        headers: Vec::new(),
        egress: Egress {
            allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
            ..Egress::default()
        },
    }
}

fn tell(webhook: Webhook, auth: Option<&Auth>, message: &Message) -> Result<(), String> {
    deliver(&Delivery::Webhook(webhook), auth, message).map_err(|error| error.to_string())
}

fn only(server: &Server) -> Request {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

#[test]
fn a_webhook_gets_what_clair_would_send() {
    let server = Server::start();
    for status in [200, 201, 202, 204] {
        server.answer(PATH, Answer::status(status));
        let headers = [("X-Token", "s3cret"), ("content-type", "text/plain")];
        let headers = headers.map(|(name, value)| (name.to_owned(), Secret::new(value))).to_vec();
        tell(Webhook { headers, ..target(&server.url()) }, None, &message(2)).expect("it is told");
        let request = only(&server);
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", PATH));
        assert_eq!(String::from_utf8(request.body).expect("UTF-8"), ADDRESS);
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        assert_eq!(header("content-type"), Some("application/json"));
        assert_eq!(header("limpid-notification"), Some(ID));
        assert_eq!(header("x-token"), Some("s3cret"));
        assert_eq!(header("authorization"), None);
    }
}

/// HMAC as its definition has it (RFC 2104), for keys that are not longer than a block.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| (0..64).map(|at| key.get(at).unwrap_or(&0) ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36).as_slice(), message].concat());
    Sha256::digest([pad(0x5c).as_slice(), inner.as_slice()].concat()).to_vec()
}

#[test]
fn it_is_signed_as_quay_demands() {
    let server = Server::start();
    server.answer(PATH, Answer::ok("Okay"));
    let short = b"a pre-shared key".to_vec();
    let long = vec![b'k'; 100];
    let cases = [(short.clone(), short), (long.clone(), Sha256::digest(&long).to_vec())];
    for (key, as_hmac_takes_it) in cases {
        let auth = Auth { key: SecretBytes::new(key), issuers: Vec::new() };
        let before = Utc::now().timestamp();
        tell(target(&server.url()), Some(&auth), &message(0)).expect("it is told");
        let request = only(&server);
        let token = request.headers["authorization"].strip_prefix("Bearer ").expect("a token").to_owned();
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        assert_eq!(decode(signature), hmac(&as_hmac_takes_it, signed.as_bytes()));
        let (header, claims) = signed.split_once('.').expect("header and claims");
        let json = |text: &str| serde_json::from_slice::<Value>(&decode(text)).expect("JSON");
        assert_eq!(json(header)["alg"], "HS256");
        let claims = json(claims);
        let at = claims["iat"].as_i64().expect("a time");
        assert!((before..=Utc::now().timestamp()).contains(&at), "{at}");
        let expected =
            serde_json::json!({"iss": "clair-notifier", "iat": at, "nbf": at - 60, "exp": at + 60});
        assert_eq!(claims, expected);
    }
}

#[test]
fn an_authorization_of_its_own_is_kept() {
    let server = Server::start();
    server.answer(PATH, Answer::ok(""));
    let headers = vec![("authorization".to_owned(), Secret::new("Basic dXNlcjpzM2NyZXQ="))];
    let auth = Auth { key: SecretBytes::new(b"key".to_vec()), issuers: Vec::new() };
    tell(Webhook { headers, ..target(&server.url()) }, Some(&auth), &message(0)).expect("it is told");
    assert_eq!(only(&server).headers["authorization"], "Basic dXNlcjpzM2NyZXQ=");
}

#[test]
fn what_is_no_success_is_an_error() {
    let server = Server::start();
    for status in [400, 401, 404, 429, 500, 503] {
        server.answer(PATH, Answer::ok("s3cret of the receiver").with_status(status));
        let error = tell(target(&server.url()), None, &message(0)).expect_err("no success");
        assert!(error.contains(&status.to_string()) && !error.contains("s3cret"), "{error}");
    }
    for status in [301, 302, 303, 307, 308] {
        server.take_requests();
        server.answer(PATH, Answer::status(status).header("Location", "/elsewhere"));
        server.answer("/elsewhere", Answer::ok(""));
        tell(target(&server.url()), None, &message(0)).expect_err("a redirection");
        assert_eq!(only(&server).path, PATH);
    }
}

#[test]
fn a_connection_that_is_cut_is_an_error() {
    let (cut, serving) = serve_one(|mut stream| {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a request");
    });
    tell(target(&format!("http://{cut}")), None, &message(0)).expect_err("no answer");
    serving.join().expect("it has served");
    tell(target(&format!("http://{}", dead())), None, &message(0)).expect_err("nobody listens");
}

#[test]
fn a_private_address_is_told_only_where_that_is_allowed() {
    let server = Server::start();
    server.answer(PATH, Answer::ok(""));
    let webhook = Webhook { egress: Egress::default(), ..target(&server.url()) };
    let error = tell(webhook, None, &message(0)).expect_err("not allowed");
    assert!(error.contains("notifier.webhook.NAME"), "{error}");
    assert_eq!(server.take_requests(), []);
}
