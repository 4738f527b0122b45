//! The client: it submits, and asks for the report until it is there or the scan has failed.

use std::{path::Path, time::Duration};

use limpid_server::Configuration;
use limpid_testkit::{
    image::Layout,
    registry::{self, Registry},
};
use serde_json::{Value, json};

use crate::{
    schemas::hold,
    service::{Answer, Service},
};

pub(crate) const BASE: &str = "/harbor/api/v1";
pub(crate) const NATIVE: &str = "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0";
pub(crate) const GENERIC: &str = "application/vnd.security.vulnerability.report; version=1.1";
pub(crate) const RAW: &str = "application/vnd.scanner.adapter.vuln.report.raw";
pub(crate) const SBOM: &str = "application/vnd.security.sbom.report+json; version=1.0";
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// `user` with the password `secret`, which the registry of these tests wants.
pub(crate) const CREDENTIALS: &str = "Basic dXNlcjpzZWNyZXQ=";

/// The repository of these tests.
pub(crate) const REPOSITORY: &str = "library/sub/image";

/// A registry that wants a password, with an image; `None` where the tools are not here. The digest is that of the manifest.
pub(crate) fn registry_with(layout: &Layout, directory: &Path) -> Option<(Registry, String)> {
    let registry = Registry::start_with_password()?;
    if !registry::has_skopeo() {
        return None;
    }
    let archive = layout.write_archive(&directory.join("image.tar"));
    let target = format!("{}/{REPOSITORY}:latest", registry.host());
    let more = ["--dest-creds=user:secret", "--preserve-digests", "--all"];
    registry::skopeo_copy(&archive.display().to_string(), &target, &more);
    Some((registry, layout.entries[0]["digest"].as_str().unwrap().to_owned()))
}

/// Runs a test on a service with each kind of database.
pub(crate) async fn on_each<F: Future<Output = ()>>(test: impl Fn(Service) -> F) {
    test(Service::start()).await;
    #[cfg(unix)]
    if let Some(server) = limpid_testkit::postgres::Postgres::shared() {
        let url = server.database();
        test(Service::configured(move |configuration: &mut Configuration| {
            configuration.database.url = limpid_server::secret::Secret::new(url);
        }))
        .await;
    }
}

/// What Harbor sends for an image in a registry.
pub(crate) fn request(host: &str, digest: &str, authorization: &str) -> Value {
    json!({
        "registry": {"url": format!("http://{host}"), "authorization": authorization, "insecure": false},
        "artifact": {"repository": REPOSITORY, "digest": digest, "tag": "latest", "mime_type": MANIFEST, "size": 7},
        "enabled_capabilities": [{"type": "vulnerability", "produces_mime_types": [GENERIC], "parameters": null}],
    })
}

/// Submits a scan. Returns its identifier.
pub(crate) async fn submit(service: &Service, request: &Value) -> String {
    let kind = ("content-type", "application/vnd.scanner.adapter.scan.request+json; version=1.0");
    let answer = service.send("POST", &format!("{BASE}/scan"), &[kind], request.to_string()).await;
    let answer = answer.with_status(202);
    assert_eq!(
        answer.header("content-type"),
        "application/vnd.scanner.adapter.scan.response+json; version=1.0"
    );
    let body = answer.value();
    hold("harbor", "ScanResponse", &body);
    body["id"].as_str().unwrap().to_owned()
}

/// Asks for a report once.
pub(crate) async fn ask(service: &Service, id: &str, accept: &str, query: &str) -> Answer {
    service.send("GET", &format!("{BASE}/scan/{id}/report{query}"), &[("accept", accept)], "").await
}

/// Asks for a report until there is another answer than to come again.
pub(crate) async fn poll(service: &Service, id: &str, accept: &str, query: &str) -> Answer {
    for _ in 0..3000 {
        let answer = ask(service, id, accept, query).await;
        if answer.status != 302 {
            return answer;
        }
        let seconds: i8 = answer.header("refresh-after").parse().expect("what Harbor reads it as");
        assert!(seconds > 0);
        assert_eq!(answer.header("location"), format!("{BASE}/scan/{id}/report{query}"));
        // Harbor waits longer; this keeps the wait from being a busy one.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the scan does not end");
}

/// Scans, and returns what became of it.
pub(crate) async fn scan(service: &Service, request: &Value) -> Answer {
    let id = submit(service, request).await;
    poll(service, &id, GENERIC, "").await
}

/// Asserts an error in Harbor's form, and returns its message.
#[track_caller]
pub(crate) fn refused(answer: Answer, status: u16) -> String {
    let answer = answer.with_status(status);
    assert_eq!(answer.header("content-type"), "application/vnd.scanner.adapter.error+json; version=1.0");
    let body = answer.value();
    hold("harbor", "Error", &body);
    body["error"]["message"].as_str().unwrap().to_owned()
}
