//! The first start makes one administrator, and shows the password once.

use reqwest::{Method, blocking::Client};

use super::support::{Options, Service, eventually};
use crate::support::Place;

fn enters(service: &Service, password: &str) -> bool {
    let client = Client::builder().no_proxy().build().unwrap();
    let address = format!("{}/api/v1/users", service.public.as_deref().unwrap());
    let answer = client.request(Method::GET, address).basic_auth("admin", Some(password)).send().unwrap();
    match answer.status().as_u16() {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

#[test]
fn the_first_start_shows_a_password_and_no_other_does() {
    let (place, options) = (Place::new(), Options::new("node"));
    place.mirror();
    let service = Service::start(&place, &options);
    let password = eventually("the password is shown", || {
        let line = service.said().first()?.clone();
        let rest = line.strip_prefix("The administrator is admin with the password ")?.to_owned();
        Some(rest.strip_suffix(" (shown this once)")?.to_owned())
    });
    assert_eq!(password.len(), 24, "{password}");
    assert!(enters(&service, &password) && !enters(&service, "another one"));
    service.terminate();
    assert_eq!(service.ended(), Some(0));

    let service = Service::start(&place, &options);
    assert!(enters(&service, &password), "it lasts");
    service.terminate();
    assert_eq!(service.said(), [""; 0]);
    assert_eq!(service.ended(), Some(0));
    let log = std::fs::read_to_string(place.path("node.log")).unwrap();
    assert!(!log.contains(&password), "{log}");
}

#[test]
fn an_operator_gives_the_password_in_a_file() {
    let place = Place::new();
    place.mirror();
    let file = place.write("admin", "a password of the operator\n");
    let options = Options::new("node").env("LIMPID_REGISTRY_ADMIN_PASSWORD_FILE", &file);
    let service = Service::start(&place, &options);
    assert!(enters(&service, "a password of the operator"));
    assert_eq!(service.said(), [""; 0]);

    let file = place.write("short", "too short\n");
    let options = Options::new("other").env("LIMPID_REGISTRY_ADMIN_PASSWORD_FILE", &file);
    assert!(Service::spawn(&place, &options).is_err());
}
