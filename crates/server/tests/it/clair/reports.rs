//! Vulnerability reports, and the question which manifests are affected.

use axum::body::Body;
use limpid_core::Digest;
use limpid_testkit::alpine::System;
use serde_json::{Value, json};

use crate::{
    schemas::hold,
    service::{FIXES, Service, clean, vulnerable},
};

fn path(manifest: &str) -> String {
    format!("/matcher/api/v1/vulnerability_report/{manifest}")
}

fn hold_report(body: &Value) {
    hold("clair", "VulnerabilityReport", body);
    hold("quay", "VulnerabilityReport", body);
    let packages = body["packages"].as_object().unwrap();
    for package in packages.keys() {
        assert!(body["environments"].get(package).is_some(), "Quay asks for the environment of {package}");
    }
    for (package, ids) in body["package_vulnerabilities"].as_object().unwrap() {
        assert!(packages.contains_key(package));
        for id in ids.as_array().unwrap() {
            assert!(body["vulnerabilities"].get(id.as_str().unwrap()).is_some(), "{id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_there_is_data_nothing_is_said() {
    let service = Service::start();
    let manifest = service.index(&clean()).await;
    service.get(&path(&manifest)).await.empty(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_names_what_is_vulnerable_and_says_its_verdict_in_headers() {
    let service = Service::start();
    service.advise(FIXES).await;
    let unknown = Digest::of(b"unknown").to_string();
    let message = service.get(&path(&unknown)).await.error(404, "not-found");
    assert_eq!(message, format!("index report for manifest \"{unknown}\" not found"));

    let manifest = service.index(&vulnerable()).await;
    let answer = service.get(&path(&manifest)).await.with_status(200);
    let body = answer.value();
    hold_report(&body);
    let names: Vec<&Value> =
        body["vulnerabilities"].as_object().unwrap().values().map(|one| &one["name"]).collect();
    assert_eq!(names, ["CVE-2099-0001"]);
    assert_eq!(body["package_vulnerabilities"].as_object().unwrap().len(), 2, "busybox and ssl_client");
    assert_eq!(answer.header("limpid-verdict"), "vulnerable");
    assert_eq!(answer.header("limpid-blind-spots"), "0");
    assert_eq!(
        answer.headers("link"),
        [format!("</api/v1/manifests/{manifest}/report>; rel=\"urn:limpid:report\"")]
    );
    assert_eq!(answer.header("cache-control"), "no-cache");

    let fixed = service.get(&path(&service.index(&clean()).await)).await.with_status(200);
    hold_report(&fixed.value());
    assert_eq!(fixed.header("limpid-verdict"), "clean");
    assert_eq!(fixed.value()["vulnerabilities"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_holds_until_the_advisory_data_changes() {
    let service = Service::start();
    service.advise(FIXES).await;
    let manifest = service.index(&clean()).await;
    let first = service.get(&path(&manifest)).await.with_status(200);
    let etag = first.header("etag");
    let known = service.get_unless(&path(&manifest), etag).await.empty(304);
    assert_eq!((known.header("etag"), known.header("cache-control")), (etag, "no-cache"));

    let more = [FIXES, &[("musl", "1.2.5-r0", &["CVE-2099-0007"][..])]].concat();
    service.advise(&more).await;
    let changed = service.get_unless(&path(&manifest), etag).await.with_status(200);
    assert_eq!(changed.header("limpid-verdict"), "vulnerable");
    assert_ne!(changed.header("etag"), etag);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_report_is_the_same_in_each_encoding_and_by_each_method() {
    let service = Service::start();
    service.advise(FIXES).await;
    let manifest = service.index(&vulnerable()).await;
    for path in [path(&manifest), format!("/api/v1/manifests/{manifest}/report")] {
        let plain = service.get(&path).await.with_status(200);
        assert!(plain.body.len() > 1024, "worth compressing");
        // Twice: made, and remembered. Deflate is not remembered, but made of what is.
        for accepted in ["gzip", "zstd", "deflate", "gzip;q=0", "identity", "gzip", "zstd;q=1, gzip;q=0.5"] {
            let coding = accepted.split([';', ',']).next().filter(|_| !accepted.contains("q=0"));
            let coding = if accepted.starts_with("zstd") { Some("zstd") } else { coding };
            let coding = coding.filter(|coding| *coding != "identity");
            let accept = ("accept-encoding", accepted);
            let answer = service.send("GET", &path, &[accept], Body::empty()).await.with_status(200);
            let said = answer.headers.get("content-encoding").map(|value| value.to_str().unwrap());
            assert_eq!(said, coding, "{accepted}");
            let vary: Vec<String> = answer.headers("vary").iter().map(|one| one.to_lowercase()).collect();
            assert_eq!(vary, ["accept", "accept-encoding"], "{accepted}");
            for name in ["etag", "content-type", "limpid-verdict", "limpid-blind-spots"] {
                assert_eq!(answer.header(name), plain.header(name), "{accepted}");
            }
            let decoded = match coding {
                Some("gzip") => read(flate2::read::GzDecoder::new(&*answer.body)),
                Some("deflate") => read(flate2::read::ZlibDecoder::new(&*answer.body)),
                Some("zstd") => zstd::decode_all(&*answer.body).unwrap(),
                _plain => answer.body.clone(),
            };
            assert!(decoded == plain.body, "{path} {accepted}");
            let head = service.send("HEAD", &path, &[accept], Body::empty()).await.empty(200);
            assert_eq!(head.header("etag"), plain.header("etag"));
            if coding != Some("deflate") {
                assert_eq!(head.header("content-length"), answer.body.len().to_string(), "{accepted}");
            }
            let known = [accept, ("if-none-match", plain.header("etag"))];
            let known = service.send("GET", &path, &known, Body::empty()).await.empty(304);
            assert!(known.headers.get("content-encoding").is_none());
        }
    }
}

fn read(mut decoder: impl std::io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_gets_the_type_and_who_does_not_gets_the_documented_one() {
    let service = Service::start();
    service.advise(FIXES).await;
    let path = path(&service.index(&clean()).await);
    for (accept, expected) in [
        ("*/*", "application/vnd.clair.vulnerability_report.v1+json"),
        (
            "application/vnd.clair.vulnerability_report.v1+json",
            "application/vnd.clair.vulnerability_report.v1+json",
        ),
        ("application/vnd.clair.index_report.v1+json", "application/vnd.clair.index_report.v1+json"),
        ("application/json", "application/json"),
    ] {
        let answer = service.send("GET", &path, &[("accept", accept)], Body::empty()).await;
        assert_eq!(answer.header("content-type"), expected);
        assert!(answer.headers("vary").contains(&"Accept"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blind_spots_are_shown_to_clients_that_see_nothing_else_where_that_is_wanted() {
    let odd = System::undeclared().package("busybox", "1-r0", "busybox");
    let empty = System::undeclared().file("hello", "hello");
    let plain = Service::start();
    let shown = Service::configured(|configuration| configuration.api.blind_spots_as_vulnerabilities = true);
    for system in [odd, empty] {
        let mut etags = Vec::new();
        for (service, count) in [(&plain, 0), (&shown, 1)] {
            service.advise(FIXES).await;
            let answer = service.get(&path(&service.index(&system).await)).await.with_status(200);
            let body = answer.value();
            hold_report(&body);
            assert_eq!(answer.header("limpid-verdict"), "unproven");
            assert_eq!(body["vulnerabilities"].as_object().unwrap().len(), count);
            assert_eq!(body["package_vulnerabilities"].as_object().unwrap().len(), count);
            etags.push(answer.header("etag").to_owned());
        }
        assert_ne!(etags[0], etags[1], "they are two documents");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_affected_manifests_are_found_and_what_nobody_knows_is_named() {
    let service = Service::start();
    let affected = service.index(&vulnerable()).await;
    service.index(&clean()).await;
    let question = include_str!("../../fixtures/requests/clair-affected.json");
    for path in ["/indexer/api/v1/internal/affected_manifest", "/indexer/api/v1/internal/affected_manifest/"]
    {
        let answer = service.send("POST", path, &[], question).await.with_status(200);
        assert_eq!(answer.header("content-type"), "application/vnd.clair.affected_manifests.v1+json");
        let body = answer.value();
        hold("clair", "AffectedManifests", &body);
        assert_eq!(body["vulnerable_manifests"], json!({affected.as_str(): ["1"]}));
        let question: Value = serde_json::from_str(question).unwrap();
        assert_eq!(body["vulnerabilities"], json!({"1": question["vulnerabilities"][0]}));
        let why = body["limpid"]["not_judged"]["2"].as_str().unwrap();
        assert!(why.contains("unheard-of 1"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_about_no_distribution_is_asked_about_all_of_them() {
    let service = Service::start();
    let affected = service.index(&vulnerable()).await;
    service.index(&clean()).await;
    let asked = |name: &str, fixed: &str| json!({"id": name, "package": {"name": name, "kind": "binary"}, "fixed_in_version": fixed});
    let question = json!({"vulnerabilities": [asked("busybox", "1.36.1-r0"), asked("musl", "1.2.4-r0"), asked("zlib", "")]});
    let answer = service.json("POST", "/indexer/api/v1/internal/affected_manifest", &question).await;
    let body = answer.with_status(200).value();
    assert_eq!(body["vulnerable_manifests"], json!({affected.as_str(): ["busybox"]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn jars_are_what_the_table_of_the_service_says_also_where_it_is_asked_who_has_them() {
    // An archive without members: nothing in it, and nothing in its name, says what it is.
    let jar = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    let sha1 = "b04f3ee8f5e43fa3b162981b50bb72fe1acabb33";
    let table = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(table.path(), format!("{sha1}\torg.yaml:snakeyaml:1.24\n")).unwrap();
    let system = || clean().file("app/odd.jar", jar.clone());
    let told = async |service: &Service| {
        let manifest = service.index(&system()).await;
        service.advise(FIXES).await;
        let report = service.get(&format!("/api/v1/manifests/{manifest}/report")).await.value();
        let unread = report["blind_spots"].as_array().unwrap().iter();
        let unread = unread.filter(|spot| spot["subject"] == "app/odd.jar").count();
        let asked = |name: &str| json!({"id": name, "package": {"name": name, "kind": "binary"}, "fixed_in_version": "2.0"});
        let question = json!({"vulnerabilities": [asked("org.yaml:snakeyaml"), asked("org.yaml:other")]});
        let answer = service.json("POST", "/indexer/api/v1/internal/affected_manifest", &question).await;
        let affected = answer.with_status(200).value()["vulnerable_manifests"][&manifest].clone();
        let proof = report["proof"].clone();
        (unread, report["summary"]["ecosystems"]["Maven"]["packages"].clone(), affected, proof)
    };
    let plain = told(&Service::start()).await;
    let path = table.path().to_owned();
    let known = told(&Service::configured(|one| one.matcher.jars = Some(path))).await;
    assert_eq!((plain.0, plain.1, plain.2), (1, Value::Null, Value::Null));
    assert_eq!((known.0, known.1, known.2), (0, json!(1), json!(["org.yaml:snakeyaml"])));
    assert_eq!(plain.3["index_state"], known.3["index_state"]);
    assert_ne!(plain.3["policy"], known.3["policy"]);
}
