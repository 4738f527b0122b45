//! The command against servers that answer as they are told to: a Limpid face with reports that Limpid made, and a Clair
//! face with what Clair v4 writes.

use std::fs;

use limpid_core::Digest;
use limpid_testkit::{
    alpine::System,
    http::{Answer, Request, Server},
};
use serde_json::{Value, json};

use crate::support::{Place, Ran};

mod compare;
mod explain;
mod refusals;
mod scan;

/// Alpine 3.16 with four packages, three of them vulnerable by the data of [`advised`]. The canned answers of Clair list
/// the same.
fn system() -> System {
    System::alpine("3.16.0")
        .package("busybox", "1.35.0-r13", "busybox")
        .package("libcrypto1.1", "1.1.1o-r0", "openssl")
        .package("musl", "1.2.3-r0", "musl")
        .package("zlib", "1.2.12-r1", "zlib")
}

/// A place whose data directory knows Alpine 3.16 as of the summer of 2022, which has since ended.
fn advised() -> Place {
    let place = Place::new();
    place.mirror().alpine(
        "v3.16",
        "main",
        &[
            ("busybox", "1.35.0-r15", &["CVE-2022-30065"]),
            ("openssl", "1.1.1q-r0", &["CVE-2022-2097"]),
            ("zlib", "1.2.12-r2", &["CVE-2022-37434"]),
        ],
    );
    place.mirror().alpine("v3.16", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    place.update().ended(0);
    place
}

/// An image with what Limpid says about it here, and a server that says the same.
struct Stage {
    /// Where the image was judged.
    judge: Place,
    /// Where nothing is known.
    place: Place,
    /// Path of the image's archive.
    image: String,
    report: Value,
    index: Value,
    server: Server,
}

impl Stage {
    fn new() -> Self {
        let (judge, place) = (advised(), Place::new());
        let image = judge.image("app.tar", &system());
        let report = judge.report(&image);
        let index = judge.run(&format!("index {image} --format json")).ended(0).json();
        let stage = Self { judge, place, image, report, index, server: Server::start() };
        stage.server.answer(
            "/api/v1/state",
            json_answer(&json!({"index_state": stage.report["proof"]["index_state"]})),
        );
        stage.server.answer(SUBMIT, json_answer(&json!({})).with_status(201));
        stage.serve("report", &stage.report);
        stage.serve("index", &stage.index);
        stage.answer_layer("HEAD", Answer::status(404));
        stage.answer_layer("PUT", Answer::status(201));
        stage
    }

    fn digest(&self) -> &str {
        self.report["image"]["digest"].as_str().unwrap()
    }

    fn layer(&self) -> &str {
        self.report["image"]["layers"][0].as_str().unwrap()
    }

    fn manifest(&self, what: &str) -> String {
        format!("/api/v1/manifests/{}/{what}", self.digest())
    }

    /// From now on the server has this document, as a server has it: it knows neither name nor platform.
    fn serve(&self, what: &str, document: &Value) {
        let mut document = document.clone();
        document["image"]["reference"] = document["image"]["digest"].clone();
        document["image"]["platform"] = json!("unknown");
        self.server.answer(&self.manifest(what), json_answer(&document));
    }

    fn answer_layer(&self, method: &str, answer: Answer) {
        self.server.answer(&format!("{method} /api/v1/layers/{}", self.layer()), answer);
    }

    /// Scans the image on the server, where nothing is known.
    fn scan(&self, more: &str) -> Ran {
        self.place.run(&format!("scan {} --server {} {more}", self.image, self.server.url()))
    }

    /// Scans it where all is known.
    fn scan_here(&self, more: &str) -> Ran {
        self.judge.run(&format!("scan {} --offline {more}", self.image))
    }

    /// The manifest as a side of a comparison.
    fn side(&self) -> String {
        format!("{}@{}", self.server.url(), self.digest())
    }
}

const SUBMIT: &str = "/api/v1/manifests?wait=true";

fn json_answer(document: &Value) -> Answer {
    Answer::ok(document.to_string()).header("Content-Type", "application/json")
}

/// The error of a server.
fn failure(status: u16, message: &str) -> Answer {
    json_answer(&json!({"code": "internal-error", "message": message})).with_status(status)
}

/// Method and path of each request.
fn asked(requests: &[Request]) -> Vec<(&str, &str)> {
    requests.iter().map(|request| (request.method.as_str(), request.path.as_str())).collect()
}

/// A Clair v4 that tells the public case before or after its upgrade, about this manifest.
fn clair(when: &str, digest: &str) -> Server {
    let server = Server::start();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src/comparison/clair/fixtures");
    let document = |name: &str| {
        let text = fs::read_to_string(format!("{folder}/{name}-{when}.json")).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        if document["manifest_hash"].is_string() {
            document["manifest_hash"] = json!(digest);
        }
        json_answer(&document)
    };
    server.answer("/indexer/api/v1/index_state", document("state"));
    server.answer(&format!("/indexer/api/v1/index_report/{digest}"), document("index"));
    server.answer(&format!("/matcher/api/v1/vulnerability_report/{digest}"), document("vulnerabilities"));
    server
}

/// A digest that no server knows.
fn unknown_digest() -> String {
    Digest::of(b"unknown").to_string()
}

/// What a bearer token claims.
fn claims(authorization: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = authorization.strip_prefix("Bearer ").unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}
