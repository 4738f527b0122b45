//! From a push to each kind of report.

use limpid_testkit::alpine::System;
use serde_json::{Value, json};

use super::client::{
    BASE, CREDENTIALS, GENERIC, MANIFEST, NATIVE, RAW, REPOSITORY, SBOM, ask, on_each, poll, refused,
    registry_with, request, scan, submit,
};
use crate::{
    schemas::hold,
    service::{FIXES, Service, clean, vulnerable},
};

fn number(service: &Service, query: &'static str) -> usize {
    tokio::task::block_in_place(|| service.engine.database.read(|tx| tx.query(query, &[])).unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_scanned_as_harbor_does_it() {
    on_each(|service| async move {
        let Some((registry, digest)) = registry_with(&vulnerable().layout(), service.directory.path()) else {
            return;
        };
        service.advise(FIXES).await;
        let metadata = service.get(&format!("{BASE}/metadata")).await.with_status(200);
        assert_eq!(
            metadata.header("content-type"),
            "application/vnd.scanner.adapter.metadata+json; version=1.1"
        );
        hold("harbor", "Metadata", &metadata.value());

        let id = submit(&service, &request(&registry.host(), &digest, CREDENTIALS)).await;
        let answer = poll(&service, &id, GENERIC, "").await.with_status(200);
        assert_eq!(answer.header("content-type"), GENERIC);
        let report = answer.value();
        hold("harbor", "VulnerabilityReport", &report);
        let artifact =
            json!({"repository": REPOSITORY, "digest": digest, "tag": "latest", "mime_type": MANIFEST});
        assert_eq!(report["artifact"], artifact);
        assert_eq!(report["scanner"]["name"], "Limpid");
        assert_eq!(
            told(&report),
            [
                ["CVE-2099-0001", "busybox", "1.36.0-r1", "1.36.1-r0", "Unknown"],
                ["CVE-2099-0001", "ssl_client", "1.36.0-r1", "1.36.1-r0", "Unknown"],
            ]
        );

        let native = ask(&service, &id, NATIVE, "").await.with_status(200);
        assert_eq!(native.header("content-type"), NATIVE);
        assert_eq!(native.value(), report, "the same report by an older name");
        let raw = ask(&service, &id, RAW, "").await.with_status(200);
        assert_eq!(raw.header("content-type"), RAW);
        assert_eq!(raw.value()["schema"], "limpid/report/1");
        assert_eq!(raw.value()["verdict"], "vulnerable");
        packages(&service, &id, &artifact).await;

        let kept = "SELECT id FROM job WHERE kind IN ('index', 'harbor-scan') AND payload IS NOT NULL";
        assert_eq!(number(&service, kept), 0, "what the registry was asked with is forgotten");
        assert_eq!(number(&service, "SELECT id FROM job WHERE kind = 'harbor-scan' AND state = 'done'"), 1);
    })
    .await;
}

/// Identifier, package, version, fix and severity of each vulnerability.
fn told(report: &Value) -> Vec<[&str; 5]> {
    let told = report["vulnerabilities"].as_array().unwrap().iter();
    told.map(|one| {
        ["id", "package", "version", "fix_version", "severity"].map(|name| one[name].as_str().unwrap())
    })
    .collect()
}

async fn packages(service: &Service, id: &str, artifact: &Value) {
    for (form, version, list) in [
        ("application/spdx+json", ("spdxVersion", "SPDX-2.3"), "packages"),
        ("application/vnd.cyclonedx+json", ("specVersion", "1.6"), "components"),
    ] {
        let answer = ask(service, id, SBOM, &format!("?sbom_media_type={form}")).await.with_status(200);
        assert_eq!(answer.header("content-type"), SBOM);
        let report = answer.value();
        hold("harbor", "SbomReport", &report);
        assert_eq!((&report["media_type"], &report["artifact"]), (&json!(form), artifact));
        assert_eq!(report["sbom"][version.0], version.1);
        let names = report["sbom"][list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
        for expected in ["busybox", "ssl_client", "musl"] {
            assert!(names.clone().any(|name| name == expected), "{expected} in {form}");
        }
    }
    for query in ["", "?sbom_media_type=", "?sbom_media_type=text/plain"] {
        refused(ask(service, id, SBOM, query).await, 400);
    }
    refused(ask(service, id, "text/html", "").await, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_judged_is_green() {
    let service = Service::start();
    service.advise(FIXES).await;
    for (system, severity, identifiers) in [
        (clean(), "None", &[][..]),
        (
            System::alpine("3.42.0").package("busybox", "1.36.1-r0", "busybox"),
            "Unknown",
            &["LIMPID-NOT-JUDGED-RELEASE-NOT-COVERED"],
        ),
        (
            System::undeclared().file("usr/bin/program", "x"),
            "Unknown",
            &["LIMPID-NOT-JUDGED-NOTHING-RECOGNISED"],
        ),
    ] {
        let Some((registry, digest)) = registry_with(&system.layout(), service.directory.path()) else {
            return;
        };
        let answer = scan(&service, &request(&registry.host(), &digest, CREDENTIALS)).await.with_status(200);
        let report = answer.value();
        hold("harbor", "VulnerabilityReport", &report);
        assert_eq!(report["severity"], severity, "{report:#}");
        assert_eq!(told(&report).iter().map(|one| one[0]).collect::<Vec<_>>(), identifiers, "{report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_known_to_every_process_that_shares_the_database() {
    let service = Service::start();
    let Some((registry, digest)) = registry_with(&vulnerable().layout(), service.directory.path()) else {
        return;
    };
    service.advise(FIXES).await;
    let id = submit(&service, &request(&registry.host(), &digest, CREDENTIALS)).await;
    let own = poll(&service, &id, GENERIC, "").await.with_status(200).value();
    let (url, blobs) =
        (service.engine.configuration.database.url.clone(), service.engine.configuration.blobs.url.clone());
    let another = Service::configured(|configuration| {
        configuration.database.url = url;
        configuration.blobs.url = blobs;
    });
    let others = poll(&another, &id, GENERIC, "").await.with_status(200).value();
    assert_eq!(told(&others), told(&own));
    let again = submit(&another, &request(&registry.host(), &digest, CREDENTIALS)).await;
    assert_ne!(again, id, "an identifier says nothing of the image");
    assert_eq!(told(&poll(&service, &again, GENERIC, "").await.value()), told(&own));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_advisory_data_harbor_comes_again_for_a_while_and_is_told_why_then() {
    let service = Service::start();
    let Some((registry, digest)) = registry_with(&clean().layout(), service.directory.path()) else { return };
    let id = submit(&service, &request(&registry.host(), &digest, CREDENTIALS)).await;
    // The list of packages needs none.
    poll(&service, &id, SBOM, "?sbom_media_type=application/spdx%2Bjson").await.with_status(200);
    assert_eq!(ask(&service, &id, GENERIC, "").await.with_status(302).header("refresh-after"), "5");
    crate::nodes::write(&service, |tx| tx.execute("UPDATE harbor_scan SET created_at = 0", &[]));
    assert!(refused(ask(&service, &id, GENERIC, "").await, 500).contains("no advisory data"));
    service.advise(FIXES).await;
    ask(&service, &id, GENERIC, "").await.with_status(200);
}
