//! TLS of the listener, with certificates made for the test.

use std::{fs, path::Path};

use axum::{Router, routing::get};
use limpid_server::{
    configuration::Tls,
    http::{Limits, ServerTls},
};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, net::TcpStream};

use super::{PATIENT, Running, client_builder, wrapped};

/// Writes a certificate for the loopback address and its key; returns the certificate.
fn issue(directory: &Path) -> String {
    let issued = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(directory.join("certificate.pem"), issued.cert.pem()).unwrap();
    fs::write(directory.join("key.pem"), issued.signing_key.serialize_pem()).unwrap();
    issued.cert.pem()
}

fn files(directory: &Path) -> Tls {
    Tls { certificate: directory.join("certificate.pem"), key: directory.join("key.pem") }
}

fn routes() -> Router {
    wrapped(Router::new().route("/", get(async || "answer")))
}

async fn ask(running: &Running, trusted: &str, is_old: bool) -> Result<reqwest::Response, reqwest::Error> {
    let certificate = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    let mut builder = client_builder().tls_certs_only([certificate]);
    if is_old {
        builder = builder.http1_only();
    }
    builder.build().unwrap().get(format!("https://{}/", running.address)).send().await
}

#[tokio::test]
async fn both_protocols_are_spoken_with_tls_and_a_new_certificate_is_taken() {
    let directory = TempDir::new().unwrap();
    let first = issue(directory.path());
    let tls = ServerTls::load(files(directory.path())).unwrap();
    let running = Running::start_with(routes(), PATIENT, Some(tls.clone())).await;
    let new = ask(&running, &first, false).await.unwrap();
    assert_eq!(new.version(), reqwest::Version::HTTP_2);
    assert_eq!(new.text().await.unwrap(), "answer");
    let old = ask(&running, &first, true).await.unwrap();
    assert_eq!((old.version(), old.status().as_u16()), (reqwest::Version::HTTP_11, 200));

    assert!(!tls.reload().unwrap());
    let second = issue(directory.path());
    assert!(tls.reload().unwrap());
    assert!(ask(&running, &first, false).await.is_err());
    assert_eq!(ask(&running, &second, false).await.unwrap().status(), 200);

    // What cannot be used leaves in force what is.
    fs::write(directory.path().join("certificate.pem"), first).unwrap();
    assert!(tls.reload().is_err());
    assert_eq!(ask(&running, &second, false).await.unwrap().status(), 200);
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_waited_for_only_so_long() {
    let directory = TempDir::new().unwrap();
    issue(directory.path());
    let tls = ServerTls::load(files(directory.path())).unwrap();
    let limits = Limits { header_time: std::time::Duration::from_millis(20), ..PATIENT };
    let running = Running::start_with(routes(), limits, Some(tls)).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert!(bytes.is_empty());
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    let load = || ServerTls::load(files(directory.path())).unwrap_err().to_string();
    assert!(
        load().starts_with(&format!("{}: No such file", path("certificate.pem").display())),
        "{}",
        load()
    );
    issue(directory.path());
    let key = fs::read(path("key.pem")).unwrap();
    fs::write(path("certificate.pem"), "nothing").unwrap();
    assert_eq!(load(), format!("{}: no certificate in PEM form is in it", path("certificate.pem").display()));
    issue(directory.path());
    fs::write(path("key.pem"), "nothing").unwrap();
    assert!(load().starts_with(&format!("{}: ", path("key.pem").display())), "{}", load());
    fs::write(path("key.pem"), key).unwrap();
    assert!(load().contains("cannot be used: "), "{}", load());
}
