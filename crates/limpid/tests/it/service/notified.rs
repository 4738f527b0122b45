//! Who is told of what: only of changes, each target by itself, until it was told.

use limpid_testkit::{
    alpine::{Fix, System},
    http::{Answer, Server},
};
use serde_json::{Value, json};

use super::support::{Options, Origin, Service, eventually, hash};
use crate::support::Place;

fn image() -> System {
    System::alpine("3.16.0")
        .package("libcrypto1.1", "1.1.1n-r0", "openssl")
        .package("musl", "1.2.3-r0", "musl")
}

fn webhook(name: &str, server: &Server) -> String {
    format!(
        "[notifier.webhook.{name}]\ntarget = \"{}/hook\"\nallow_networks = [\"127.0.0.0/8\"]\n",
        server.url()
    )
}

/// The identifier that the first request to a target names.
fn told(target: &Server) -> String {
    let request = eventually("the target is told", || target.take_requests().into_iter().next());
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    body["notification_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_dead_target_delays_nobody_and_is_told_when_it_lives() {
    let (place, origin) = (Place::new(), Origin::start());
    let (dead, alive) = (Server::start(), Server::start());
    dead.answers("/hook", [Answer::status(500), Answer::status(500), Answer::ok("Okay")]);
    alive.answer("/hook", Answer::ok("Okay"));
    let options = Options::new("node").with(&webhook("dead", &dead)).with(&webhook("alive", &alive));
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1a-r0", &["CVE-2018-1"])]);
    let service = Service::start(&place, &options);
    service.loaded();
    let manifest = origin.offer(&image().image());
    let other = origin.offer(&System::alpine("3.16.0").package("zlib", "1-r0", "zlib").image());
    service.index(&manifest);
    service.index(&other);

    let fixes: [Fix<'_>; 2] = [
        ("openssl", "1.1.1a-r0", &["CVE-2018-1"]),
        ("openssl", "1.1.1q-r0", &["CVE-2022-2097", "CVE-2022-1"]),
    ];
    place.mirror().alpine("v3.16", "main", &fixes);
    service.update();
    let id = told(&alive);
    let page = service.get(&format!("/notifier/api/v1/notification/{id}?page_size=10")).has(200).json();
    assert_eq!(page["page"], json!({"size": 10}));
    let entries = page["notifications"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "one for each manifest, and none for one that is not affected: {page:#}");
    assert_eq!(entries[0]["manifest"], manifest["hash"]);
    assert_eq!(entries[0]["reason"], "added");
    assert_eq!(entries[0]["vulnerability"]["package"]["name"], "openssl");
    assert_eq!(entries[0]["vulnerability"]["normalized_severity"], "Unknown");

    // Told again until it was told, whatever the other one did.
    let mut requests = 0;
    eventually("the dead target is told when it lives", || {
        requests += dead.take_requests().len();
        (requests >= 3).then_some(())
    });

    // Deleting is idempotent, and what is deleted is gone.
    let delete = || {
        let path = format!("/notifier/api/v1/notification/{id}");
        service.request(reqwest::Method::DELETE, &path).send().unwrap().status().as_u16()
    };
    assert_eq!(delete(), 200);
    assert!([200, 404].contains(&delete()));
    let page = service.get(&format!("/notifier/api/v1/notification/{id}")).has(200).json();
    assert_eq!(page["notifications"], json!([]));
}

#[test]
fn an_update_that_takes_much_away_waits_for_a_person() {
    let (place, origin) = (Place::new(), Origin::start());
    let target = Server::start();
    target.answer("/hook", Answer::ok("Okay"));
    let names: Vec<String> = (0..200).map(|number| format!("CVE-2020-{number}")).collect();
    let document = |prefix: &str| {
        let ids: Vec<[String; 1]> = names.iter().map(|name| [name.replace("CVE-2020", prefix)]).collect();
        let packages: Vec<Value> = ids
            .iter()
            .enumerate()
            .map(|(number, ids)| {
                let name = if number == 0 { "musl".to_owned() } else { format!("package{number}") };
                json!({"pkg": {"name": name, "secfixes": {"9-r0": ids}}})
            })
            .collect();
        json!({"distroversion": "v3.16", "reponame": "main", "packages": packages}).to_string()
    };
    let address = "secdb.alpinelinux.org/v3.16/main.json";
    place.mirror().document(address, document("CVE-2020"));
    let service = Service::start(&place, &Options::new("node").with(&webhook("quay", &target)));
    service.loaded();
    service.index(&origin.offer(&image().image()));
    // As many as before, but every one under another name.
    place.mirror().document(address, document("CVE-2021"));
    service.update();
    let held = eventually("the notification is held", || {
        let list = service.get("/api/v1/notifications").has(200).json();
        list["notifications"].as_array().unwrap().first().cloned()
    });
    assert!(held["held"].as_str().unwrap().contains("200 of 200"), "{held:#}");
    assert!(target.take_requests().is_empty());
    let id = held["id"].as_str().unwrap();
    service.post(&format!("/api/v1/notifications/{id}/release"), &json!({})).has(204);
    assert_eq!(told(&target), id);
}

#[test]
fn an_image_that_is_not_affected_any_more_is_told_as_removed() {
    let (place, origin) = (Place::new(), Origin::start());
    let target = Server::start();
    target.answer("/hook", Answer::ok("Okay"));
    let both: [Fix<'_>; 2] =
        [("openssl", "1.1.1q-r0", &["CVE-2022-2097"]), ("musl", "1.2.3-r9", &["CVE-2025-1"])];
    place.mirror().alpine("v3.16", "main", &both);
    let service = Service::start(&place, &Options::new("node").with(&webhook("quay", &target)));
    service.loaded();
    let manifest = origin.offer(&image().image());
    service.index(&manifest);
    // Never affected, says upstream now.
    let corrected: [Fix<'_>; 2] =
        [("openssl", "1.1.1q-r0", &["CVE-2022-2097"]), ("musl", "0", &["CVE-2025-1"])];
    place.mirror().alpine("v3.16", "main", &corrected);
    service.update();
    let id = told(&target);
    let page = service.get(&format!("/notifier/api/v1/notification/{id}")).has(200).json();
    assert_eq!(page["notifications"][0]["reason"], "removed", "{page:#}");
    assert_eq!(page["notifications"][0]["manifest"], hash(&manifest));
}
