//! Files that a configuration names.

use super::Place;

const CERTIFICATE: &str = include_str!("fixtures/tls.crt");
const KEY: &str = include_str!("fixtures/tls.key");
const OTHER_KEY: &str = include_str!("fixtures/other.key");

fn with_tls(certificate: &str, key: &str) -> Place {
    let place = Place::with("[api.tls]\ncertificate = 'tls.crt'\nkey = 'tls.key'\n");
    place.write("tls.crt", certificate);
    place.write("tls.key", key);
    place
}

#[test]
fn a_certificate_and_its_key_fit() {
    let place = with_tls(CERTIFICATE, KEY);
    let tls = place.load().configuration.api.tls.unwrap();
    assert_eq!(tls.certificate, place.path().join("tls.crt"));
    assert_eq!(tls.key, place.path().join("tls.key"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_before_the_service_runs() {
    for (certificate, key, expected) in [
        (
            CERTIFICATE,
            OTHER_KEY,
            "limpid.toml:3:7: api.tls.key: tls.key does not fit the certificate in tls.crt: keys may not be consistent: KeyMismatch",
        ),
        (KEY, KEY, "limpid.toml:2:15: api.tls.certificate: tls.crt has no certificate in PEM"),
        ("", KEY, "limpid.toml:2:15: api.tls.certificate: tls.crt has no certificate in PEM"),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            KEY,
            "limpid.toml:2:15: api.tls.certificate: tls.crt is damaged: its PEM cannot be read",
        ),
        (CERTIFICATE, CERTIFICATE, "limpid.toml:3:7: api.tls.key: tls.key has no private key in PEM"),
    ] {
        assert_eq!(with_tls(certificate, key).problems(), [expected]);
    }
}

#[test]
fn directories_may_be_missing_but_nothing_else_may_be_there() {
    let place = Place::with("data = 'x'\nblobs.url = 'x'");
    place.load();
    place.write("x", "");
    assert_eq!(
        place.problems(),
        ["limpid.toml:1:8: data: x is no directory", "limpid.toml:2:13: blobs.url: x is no directory",]
    );
}

#[test]
fn an_authority_can_be_read() {
    let text = "[notifier.stomp.a]\nuris = ['mq:1']\ndestination = 'd'\ndirect = 1\nroot_ca = 'ca.pem'\n";
    let place = Place::with(text);
    assert_eq!(
        place.problems(),
        [
            "limpid.toml:5:11: notifier.stomp.a.root_ca: ca.pem cannot be read: No such file or directory (os error 2)",
        ]
    );
    place.write("ca.pem", CERTIFICATE);
    place.load();
}

#[test]
fn a_secret_in_a_file_is_one_line() {
    let key = "c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZSBmb3IgdHdv";
    let place = Place::with("auth.psk.key_file = 'key'");
    for text in [key.to_owned(), format!("{key}\n"), format!("{key}\r\n")] {
        place.write("key", text);
        let auth = place.load().configuration.auth.unwrap();
        assert_eq!(auth.key.reveal(), b"secret key of the service for two");
    }
    for (text, why) in [
        (String::new(), "key is empty"),
        ("\n".to_owned(), "key is empty"),
        ("x".repeat((64 << 10) + 1), "key is larger than 65536 bytes"),
    ] {
        place.write("key", text);
        assert_eq!(place.problems(), [format!("limpid.toml:1:21: auth.psk.key_file: {why}")]);
    }
}
