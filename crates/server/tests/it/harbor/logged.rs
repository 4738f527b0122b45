//! Nothing that a registry is asked with is in the log, whatever is logged.

use std::{
    io,
    sync::{Arc, Mutex},
};

use limpid_core::Digest;
use limpid_server::secret::Secret;
use limpid_testkit::http::{Answer, Server};
use tracing_subscriber::{filter::Targets, fmt::MakeWriter, prelude::*};

use super::client::{BASE, GENERIC, REPOSITORY, request};
use crate::service::Service;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_log_or_in_an_answer() {
    let lines = Lines::default();
    let own = Targets::new().with_default(tracing::Level::WARN).with_target("limpid", tracing::Level::TRACE);
    let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone()).with_ansi(false).with_filter(own);
    // Of the whole process: jobs are done on threads of their own.
    tracing_subscriber::registry().with(layer).try_init().expect("the one test that looks at the log");

    let service =
        Service::configured(|configuration| configuration.harbor.api_key = Some(Secret::new("CANARY-KEY")));
    let server = Server::start();
    let host = server.url().replace("http://", "");
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":
        "application/vnd.oci.image.config.v1+json","digest":"{0}","size":1}},"layers":[{{"mediaType":
        "application/vnd.oci.image.layer.v1.tar","digest":"{0}","size":1}}]}}"#,
        Digest::of(b"layer")
    );
    let good = Digest::of(manifest.as_bytes()).to_string();
    server.answer(&format!("/v2/{REPOSITORY}/manifests/{good}"), Answer::ok(manifest));
    let key = ("authorization", "Bearer CANARY-KEY");
    // One whose layer is missing, one whose manifest is, and one that is refused at once.
    for digest in [good, Digest::of(b"missing").to_string(), "CANARY".to_owned()] {
        let body = request(&host, &digest, "Bearer CANARY-TOKEN").to_string();
        let answer = service.send("POST", &format!("{BASE}/scan"), &[key], body).await;
        let mut told = String::from_utf8(answer.body.clone()).unwrap();
        if answer.is_success() {
            let id = answer.value()["id"].as_str().unwrap().to_owned();
            let path = format!("{BASE}/scan/{id}/report");
            let failed = loop {
                let answer = service.send("GET", &path, &[key, ("accept", GENERIC)], "").await;
                if answer.status != 302 {
                    break answer.with_status(500);
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            };
            told.push_str(&String::from_utf8(failed.body).unwrap());
        }
        assert!(!told.contains("CANARY"), "{told}");
    }
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("not scanned: ") && logged.contains("not indexed: "), "{logged}");
    assert!(!logged.contains("CANARY"), "{logged}");
}
