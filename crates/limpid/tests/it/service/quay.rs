//! A whole life with Quay, as its client and its workers behave: index, report, update, notification, deletion.

mod client;
mod features;

use limpid_testkit::{
    alpine::{Fix, System},
    http::{Answer, Request, Server},
};
use serde_json::{Value, json};

use self::{
    client::{Quay, Refused},
    features::{Feature, Vulnerability, features},
};
use super::{
    support::{Options, Origin, Service, eventually, hash},
    token,
};
use crate::support::Place;

const KEY: &[u8] = b"secret key of the service for two";

/// The layer of a step of a build that changed no file. Quay sends it for each of them.
const EMPTY_LAYER: &str = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";
const EMPTY_LAYER_BYTES: [u8; 32] = [
    31, 139, 8, 0, 0, 9, 110, 136, 0, 255, 98, 24, 5, 163, 96, 20, 140, 88, 0, 8, 0, 0, 255, 255, 46, 175,
    181, 239, 0, 4, 0, 0,
];

/// More than Quay is told on one page.
const MANY: usize = 501;

fn image() -> System {
    System::alpine("3.16.0")
        .package("libcrypto1.1", "1.1.1n-r0", "openssl")
        .package("libssl1.1", "1.1.1n-r0", "openssl")
        .package("musl", "1.2.3-r0", "musl")
}

fn options(quay: &Server) -> Options {
    Options::new("node").key(KEY).with(&format!(
        "[notifier]\nsummary = false\n[notifier.webhook.quay]\ntarget = \"{}/secscan/notification\"\nallow_networks = [\"127.0.0.0/8\"]",
        quay.url()
    ))
}

/// A manifest as Quay submits it: a layer for each step of the build, each with what the registry wants to be shown.
fn submitted(origin: &Origin, system: &System) -> Value {
    let mut manifest = origin.offer(&system.image());
    let hex = EMPTY_LAYER.strip_prefix("sha256:").unwrap();
    origin.server().answer(&format!("/blobs/sha256/{hex}"), Answer::ok(EMPTY_LAYER_BYTES));
    let empty = json!({"hash": EMPTY_LAYER, "uri": format!("{}/blobs/sha256/{hex}", origin.server().url())});
    let layers = manifest["layers"].as_array_mut().unwrap();
    layers.extend([empty.clone(), empty]);
    for layer in layers {
        layer["headers"] =
            json!({"Accept": ["application/gzip"], "Authorization": ["Bearer of the registry"]});
    }
    manifest
}

/// What Quay demands of who posts to its `/secscan/notification`: the identifier of the notification.
#[track_caller]
fn told(request: &Request) -> String {
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/secscan/notification"));
    let token = request.headers["authorization"].strip_prefix("Bearer ").expect("a token");
    let claims = token::claims(KEY, token).expect("signed with the key that is shared");
    let now = chrono::Utc::now().timestamp();
    for (claim, is_past) in [("nbf", true), ("iat", true), ("exp", false)] {
        let at = claims[claim].as_i64().unwrap_or_else(|| panic!("{claim} is needed: {claims}"));
        assert_eq!(at <= now, is_past, "{claim}: {claims}");
    }
    assert!(claims.get("aud").is_none(), "{claims}");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert!(body["callback"].is_string(), "{body}");
    body["notification_id"].as_str().unwrap().to_owned()
}

fn feature(layer: &str, name: &str, version: &str, vulnerability: Option<&str>) -> Feature {
    let vulnerabilities = vulnerability.map(|id| Vulnerability {
        name: id.to_owned(),
        severity: "Unknown".to_owned(),
        fixed_by: "1.1.1q-r0".to_owned(),
        namespace: "alpine/v3.16/main".to_owned(),
        link: format!("https://security.alpinelinux.org/vuln/{id}"),
    });
    Feature {
        name: name.to_owned(),
        version: version.to_owned(),
        added_by: layer.to_owned(),
        vulnerabilities: vulnerabilities.into_iter().collect(),
    }
}

#[test]
fn a_whole_life() {
    let (place, origin, inbox) = (Place::new(), Origin::start(), Server::start());
    inbox.answer("/secscan/notification", Answer::ok("Okay"));
    let openssl: Fix<'_> = ("openssl", "1.1.1q-r0", &["CVE-2022-2097"]);
    place.mirror().alpine("v3.16", "main", &[openssl]);
    let service = Service::start(&place, &options(&inbox));
    service.loaded();
    let quay = Quay { service: &service, key: KEY };
    let manifest = submitted(&origin, &image());
    let digest = hash(&manifest);

    // Not indexed yet: shown as queued.
    assert_eq!(quay.vulnerability_report(digest), Ok(None));
    assert_eq!(quay.index_report(digest), Ok(None));

    // Indexed once, for good: the state that is kept beside the report is the one that reports are to have.
    let state = quay.state().unwrap();
    let (report, kept) = quay.index(&manifest).unwrap();
    assert_eq!((&report["state"], &report["manifest_hash"]), (&json!("IndexFinished"), &json!(digest)));
    assert_eq!((&report["success"], &report["err"]), (&json!(true), &json!("")));
    assert_eq!(kept, state);
    assert_eq!(quay.state().unwrap(), kept, "nothing is indexed again");
    let layers = origin.server().take_requests();
    assert_eq!(layers.len(), 2, "each layer is fetched once, however often it is named: {layers:#?}");
    for request in layers {
        assert_eq!(request.headers["authorization"], "Bearer of the registry");
    }
    assert_eq!(quay.index_report(digest).unwrap(), Some(report));

    // Its page.
    let layer = manifest["layers"][0]["hash"].as_str().unwrap();
    let mut shown = features(&quay.vulnerability_report(digest).unwrap().unwrap());
    shown.sort_by(|one, other| one.name.cmp(&other.name));
    let expected = [
        feature(layer, "libcrypto1.1", "1.1.1n-r0", Some("CVE-2022-2097")),
        feature(layer, "libssl1.1", "1.1.1n-r0", Some("CVE-2022-2097")),
        feature(layer, "musl", "1.2.3-r0", None),
    ];
    assert_eq!(shown, expected);

    // Upstream knows more, and Quay is told: page by page, then never again.
    let names: Vec<String> = (0..MANY).map(|number| format!("CVE-2023-{number:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    place.mirror().alpine("v3.16", "main", &[openssl, ("musl", "1.2.3-r9", names.as_slice())]);
    service.update();
    let request = eventually("Quay is told", || inbox.take_requests().into_iter().next());
    let id = told(&request);
    let (entries, pages) = quay.notification(&id).unwrap();
    assert_eq!((entries.len(), pages), (MANY, 2));
    let mut added: Vec<&str> = entries.iter().map(|entry| added(entry, digest)).collect();
    added.sort_unstable();
    assert_eq!(added, names);
    assert_eq!(quay.delete_notification(&id), Ok(()));
    assert_eq!(quay.delete_notification(&id), Ok(()), "Quay tries five times");
    assert_eq!(quay.notification(&id), Ok((Vec::new(), 1)));
    let shown = features(&quay.vulnerability_report(digest).unwrap().unwrap());
    assert_eq!(shown.iter().map(|feature| feature.vulnerabilities.len()).sum::<usize>(), MANY + 2);

    // Its repository is deleted.
    assert_eq!(quay.delete_index_report(digest), Ok(()));
    assert_eq!(quay.vulnerability_report(digest), Ok(None));
    assert_eq!(quay.delete_index_report(digest), Ok(()), "also where there is none");
}

/// The vulnerability that an entry tells of, after what Quay reads of it.
#[track_caller]
fn added<'a>(entry: &'a Value, digest: &str) -> &'a str {
    assert_eq!((&entry["reason"], &entry["manifest"]), (&json!("added"), &json!(digest)));
    let vulnerability = &entry["vulnerability"];
    assert_eq!(vulnerability["normalized_severity"], "Unknown");
    assert_eq!(vulnerability["fixed_in_version"], "1.2.3-r9");
    assert_eq!(vulnerability["package"]["name"], "musl");
    for text in ["description", "links"] {
        assert!(vulnerability[text].is_string(), "{vulnerability:#}");
    }
    vulnerability["name"].as_str().unwrap()
}

#[test]
fn only_what_is_wrong_for_good_is_given_up_for_good() {
    let (place, origin, inbox) = (Place::new(), Origin::start(), Server::start());
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
    let service = Service::start(&place, &options(&inbox));
    service.loaded();
    let quay = Quay { service: &service, key: KEY };
    let image = image();
    let manifest = submitted(&origin, &image);

    // The registry has lost a layer, or does not let Limpid in: that may change.
    origin.close(&image.image());
    let refused = quay.index(&manifest).unwrap_err();
    assert!(matches!(refused, Refused::Status(_)), "{refused:?}");
    let mut elsewhere = manifest.clone();
    elsewhere["hash"] = json!(format!("sha256:{}", "b".repeat(64)));
    elsewhere["layers"][0]["uri"] = json!("http://192.0.2.1/layer");
    let refused = quay.index(&elsewhere).unwrap_err();
    assert!(matches!(refused, Refused::Status(_)), "{refused:?}");

    // No manifest at all: that does not.
    for broken in
        [json!({}), json!({"hash": "sha256:1", "layers": []}), json!({"hash": hash(&manifest), "layers": []})]
    {
        assert_eq!(quay.index(&broken), Err(Refused::InvalidContent), "{broken}");
    }

    // And as soon as the layer is there again, so is the report.
    submitted(&origin, &image);
    let (report, state) = quay.index(&manifest).unwrap();
    assert_eq!(report["state"], "IndexFinished");
    assert_eq!(state, quay.state().unwrap());
}

#[test]
fn a_quay_with_another_key_gets_nothing() {
    let (place, inbox) = (Place::new(), Server::start());
    let service = Service::start(&place, &options(&inbox));
    let stranger = Quay { service: &service, key: b"another key" };
    assert_eq!(stranger.state(), Err(Refused::Status(401)));
    assert_eq!(stranger.index(&json!({})), Err(Refused::Status(401)));
    assert_eq!(stranger.notification("0191b5b0-0000-7000-8000-000000000000"), Err(Refused::Status(401)));
    let bare = service.bare_request(reqwest::Method::GET, "/indexer/api/v1/index_state").send().unwrap();
    assert_eq!(bare.status(), 401);
}
