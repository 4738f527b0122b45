//! What no registry does when it is asked to: lost connections, overload, token services, lies.

use std::io::Read;

use limpid_core::Digest;
use limpid_image::source::{CredentialFiles, SourceError, SourceOptions};
use limpid_testkit::http::{Answer, Request, Server};

use super::client;
use crate::sources::{Place, refusal};

const MANIFEST: &str = "/v2/app/manifests/1";

/// `127.0.0.1:PORT/app:1`
fn reference(server: &Server) -> String {
    format!("{}/app:1", server.url().trim_start_matches("http://"))
}

fn blob_path(bytes: &[u8]) -> String {
    format!("/v2/app/blobs/{}", Digest::of(bytes))
}

fn pulled(server: &Server, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut read = Vec::new();
    client(&reference(server))
        .pull_blob(&Digest::of(bytes), Some(bytes.len() as u64))
        .unwrap()
        .read_to_end(&mut read)?;
    Ok(read)
}

fn requests_of(server: &Server, path: &str) -> Vec<Request> {
    server.take_requests().into_iter().filter(|request| request.path == path).collect()
}

#[test]
fn a_lost_connection_goes_on_where_it_broke_off() {
    let bytes = vec![7_u8; 100_000];
    let server = Server::start();
    let rest =
        Answer::ok(&bytes[60_000..]).with_status(206).header("Content-Range", "bytes 60000-99999/100000");
    server.answers(&blob_path(&bytes), [Answer::ok(bytes.clone()).cut_off(40_000), rest]);
    assert!(pulled(&server, &bytes).unwrap() == bytes);
    let requests = requests_of(&server, &blob_path(&bytes));
    assert_eq!(requests[1].headers.get("range").map(String::as_str), Some("bytes=60000-"));
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    let bytes: Vec<u8> = (0..100_000_u32).map(|number| number as u8).collect();
    let server = Server::start();
    server.answers(&blob_path(&bytes), [Answer::ok(bytes.clone()).cut_off(1), Answer::ok(bytes.clone())]);
    assert!(pulled(&server, &bytes).unwrap() == bytes);
}

#[test]
fn a_blob_that_always_breaks_off_is_an_error() {
    let bytes = vec![7_u8; 1000];
    let server = Server::start();
    server.answer(&blob_path(&bytes), Answer::ok(bytes.clone()).cut_off(500));
    let error = pulled(&server, &bytes).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted, "{error}");
}

#[test]
fn forged_bytes_are_an_error_at_the_end() {
    let bytes = vec![7_u8; 1000];
    let server = Server::start();
    server.answer(&blob_path(&bytes), Answer::ok(vec![8_u8; 1000]));
    assert_eq!(pulled(&server, &bytes).unwrap_err().kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn overload_is_waited_for_and_then_told() {
    let server = Server::start();
    let busy = |status: u16| Answer::status(status).header("Retry-After", "0");
    server.answers(MANIFEST, [busy(429), busy(503), Answer::ok("{}")]);
    let client = client(&reference(&server));
    assert_eq!(client.pull_manifest("1", &[]).unwrap().bytes, b"{}");

    server.answer(MANIFEST, busy(429));
    server.take_requests();
    let error = client.pull_manifest("1", &[]).unwrap_err();
    assert!(
        matches!(&error, SourceError::Unavailable { detail, .. } if detail.contains("429") && detail.contains("4 times")),
        "{error}"
    );
    assert_eq!(requests_of(&server, MANIFEST).len(), 4);
}

#[test]
fn a_manifest_must_be_what_was_asked_for_and_within_bounds() {
    let server = Server::start();
    let client = client(&reference(&server));
    let digest = Digest::of(b"right");
    server.answer(&format!("/v2/app/manifests/{digest}"), Answer::ok("wrong"));
    assert!(matches!(client.pull_manifest(digest.as_str(), &[]), Err(SourceError::DigestMismatch { .. })));
    server.answer(MANIFEST, Answer::ok("wrong").header("Docker-Content-Digest", digest.as_str()));
    assert!(matches!(client.pull_manifest("1", &[]), Err(SourceError::DigestMismatch { .. })));
    server.answer(MANIFEST, Answer::ok(vec![b' '; (4 << 20) + 1]));
    assert!(matches!(client.pull_manifest("1", &[]), Err(SourceError::TooLarge { .. })));
}

/// A registry that wants a token of a service, and that service.
fn with_tokens(server: &Server, realm: &str) {
    let challenge = format!(r#"Bearer realm="{realm}/token",service="registry""#);
    let wants_token = Answer::status(401).header("WWW-Authenticate", &challenge);
    server.answers(MANIFEST, [wants_token, Answer::ok("not a manifest")]);
}

const TOKEN: &str = "/token?service=registry&scope=repository%3Aapp%3Apull";

fn options(place: &Place, server: &Server, entry: &str) -> SourceOptions {
    let host = server.url().trim_start_matches("http://").to_owned();
    let file = place.write("auth.json", format!(r#"{{"auths":{{"{host}":{entry}}}}}"#));
    SourceOptions { credentials: CredentialFiles::new([file.into()]), ..place.options() }
}

#[test]
fn a_token_is_got_without_and_with_a_password() {
    for (entry, sent) in [("{}", None), (r#"{"auth":"dXNlcjpzZWNyZXQ="}"#, Some("Basic dXNlcjpzZWNyZXQ="))] {
        let (server, place) = (Server::start(), Place::new());
        with_tokens(&server, &server.url());
        server.answer(TOKEN, Answer::ok(r#"{"token":"abc","expires_in":300}"#));
        let error = refusal(&reference(&server), &options(&place, &server, entry));
        assert!(matches!(error, SourceError::Invalid { .. }), "the manifest came: {error}");
        let requests = server.take_requests();
        let header = |path: &str| {
            let last = requests.iter().rfind(|request| request.path == path).expect("it was asked");
            last.headers.get("authorization").map(String::as_str)
        };
        assert_eq!((header(TOKEN), header(MANIFEST)), (sent, Some("Bearer abc")));
    }
}

#[test]
fn an_identity_token_is_exchanged_and_never_sent_to_the_registry() {
    let (server, place) = (Server::start(), Place::new());
    with_tokens(&server, &server.url());
    server.answer("/token", Answer::ok(r#"{"access_token":"abc"}"#));
    let entry = r#"{"auth":"PHRva2VuPjo=","identitytoken":"refresh"}"#;
    refusal(&reference(&server), &options(&place, &server, entry));
    let requests = server.take_requests();
    let exchange = requests.iter().find(|request| request.path == "/token").expect("it was asked");
    assert_eq!((exchange.method.as_str(), exchange.headers.get("authorization")), ("POST", None));
    let last = requests.iter().rfind(|request| request.path == MANIFEST).unwrap();
    assert_eq!(last.headers.get("authorization").map(String::as_str), Some("Bearer abc"));
}

#[test]
fn no_password_goes_to_a_token_service_without_tls() {
    let (server, place) = (Server::start(), Place::new());
    with_tokens(&server, "http://tokens.example");
    let options = options(&place, &server, r#"{"auth":"dXNlcjpzZWNyZXQ="}"#);
    let error = refusal(&reference(&server), &options).to_string();
    assert!(error.contains("tokens.example/token has no TLS"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn a_redirect_to_another_host_does_not_carry_the_authorization() {
    let (server, store) = (Server::start(), Server::start());
    let bytes = b"stored elsewhere";
    let path = blob_path(bytes);
    let place = Place::new();
    let challenge = Answer::status(401).header("WWW-Authenticate", r#"Basic realm="x""#);
    let redirect = Answer::status(307).header("Location", &format!("{}/blob?signature=1", store.url()));
    server.answers(&path, [challenge, redirect]);
    store.answer("/blob?signature=1", Answer::ok(&bytes[..]));
    let options = options(&place, &server, r#"{"auth":"dXNlcjpzZWNyZXQ="}"#);
    let client = limpid_image::source::RegistryClient::new(
        &reference(&server).parse().unwrap(),
        false,
        options.credentials,
    )
    .unwrap();
    let mut read = Vec::new();
    client.pull_blob(&Digest::of(bytes), None).unwrap().read_to_end(&mut read).unwrap();
    assert_eq!(read, bytes);
    let sent = requests_of(&server, &path).pop().unwrap();
    assert_eq!(sent.headers.get("authorization").map(String::as_str), Some("Basic dXNlcjpzZWNyZXQ="));
    assert_eq!(requests_of(&store, "/blob?signature=1")[0].headers.get("authorization"), None);
    assert_eq!(
        sent.headers.get("user-agent").map(String::as_str),
        Some(concat!("limpid/", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn a_refusal_is_told_in_the_registrys_words() {
    let server = Server::start();
    let words = r#"{"errors":[{"code":"DENIED","message":"the project is closed"}]}"#;
    server.answer(MANIFEST, Answer::ok(words).with_status(403));
    let error = client(&reference(&server)).pull_manifest("1", &[]).unwrap_err().to_string();
    assert!(error.contains("the project is closed (DENIED)"), "{error}");
}
