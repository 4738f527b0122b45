//! The command against a server that really runs: what it says is what it says by itself.

use limpid_testkit::registry::{Registry, has_skopeo, skopeo_copy};
use serde_json::Value;

use super::support::{Options, Service};
use crate::support::{Place, advised, proven, vulnerable};

/// A service with the advisory data of the place's mirror.
fn service(place: &Place) -> Service {
    let service = Service::start(place, &Options::new("node"));
    service.loaded();
    service
}

/// What the command says of an image by way of a server.
fn by_server(place: &Place, service: &Service, image: &str, more: &str) -> Value {
    proven(place.run(&format!("scan {image} --server {} --format json {more}", service.api)).ended(0).json())
}

#[test]
fn an_archive_is_sent_and_judged_as_by_the_command_itself() {
    let place = advised();
    let archive = place.image("app.tar", &vulnerable());
    let service = service(&place);
    let expected = proven(place.report(&archive));
    assert_eq!(expected["summary"]["packages"], 4);
    assert_eq!(by_server(&place, &service, &archive, ""), expected);
    // The decisions are those of whoever asks.
    let gated = place.run(&format!("scan {archive} --server {} --fail-on unknown", service.api));
    assert_eq!(gated.status, 1, "{gated:#?}");
    let local = place.run(&format!("scan {archive} --offline --format json --only-fixed")).json();
    assert_eq!(by_server(&place, &service, &archive, "--only-fixed"), proven(local));
}

#[test]
fn an_image_of_a_registry_is_fetched_by_the_server_or_sent_where_it_may_not() {
    let (Some(registry), true) = (Registry::start_with_password(), has_skopeo()) else { return };
    let place = advised();
    let archive = place.image("app.tar", &vulnerable());
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&archive, &target, &["--dest-creds", "user:secret"]);
    let credentials = format!(r#"{{"auths":{{"{}":{{"auth":"dXNlcjpzZWNyZXQ="}}}}}}"#, registry.host());
    std::fs::create_dir_all(place.path("home").join(".docker")).unwrap();
    std::fs::write(place.path("home").join(".docker/config.json"), credentials).unwrap();
    let expected = proven(place.report(&target));
    let allowed = service(&place);
    let forbidden = Service::start(&place, &Options::new("forbidden").without_networks());
    forbidden.loaded();
    for service in [&allowed, &forbidden] {
        assert_eq!(by_server(&place, service, &target, ""), expected);
    }
}
