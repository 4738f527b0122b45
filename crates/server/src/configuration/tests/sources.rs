//! File, environment, flags: which is known, and which wins.

use super::Place;
use crate::{
    configuration::{
        keys::{self, KEYS},
        settings::{Origin, Settings},
    },
    secret::Secret,
};

#[test]
fn what_comes_later_wins_and_is_named() {
    let place = Place::with("log.level = 'warn'\napi.listen = '127.0.0.1:1'\nindexer.workers = 2")
        .variable("LIMPID_API_LISTEN", "127.0.0.1:2")
        .variable("LIMPID_INDEXER_WORKERS", "3")
        .flag("--listen", "api.listen", "127.0.0.1:3");
    let loaded = place.load();
    assert_eq!(loaded.configuration.log.level, "warn");
    assert_eq!(loaded.configuration.indexer.workers, 3);
    assert_eq!(loaded.configuration.api.listen.port(), 3);
    let effective = place.short(&loaded.effective());
    for (value, origin) in [
        ("log.level = \"warn\"", "limpid.toml:1:13"),
        ("indexer.workers = 3", "LIMPID_INDEXER_WORKERS"),
        ("api.listen = \"127.0.0.1:3\"", "--listen"),
        ("updater.period = \"6h\"", "default"),
    ] {
        let line =
            effective.lines().find(|line| line.starts_with(value)).unwrap_or_else(|| panic!("{effective}"));
        assert!(line.ends_with(&format!("  # {origin}")), "{line}");
    }
    // It is a file of this service itself.
    Place::with(&effective).load();
}

#[test]
fn a_secret_in_one_form_replaces_the_other() {
    let file = "auth.psk = { key_file = 'none', issuers = ['quay'] }";
    let place = Place::with(file).variable("LIMPID_AUTH_PSK_KEY", "ZnJvbSB0aGUgZW52aXJvbm1lbnQ=");
    let auth = place.load().configuration.auth.unwrap();
    assert_eq!(auth.key.reveal(), b"from the environment");
    assert_eq!(auth.issuers, ["quay"]);

    let place = Place::with("database.url = 'sqlite:x'");
    place.write("url", "host=db password=x\n");
    let url_file = place.path().join("url").display().to_string();
    let place = place.variable("LIMPID_DATABASE_URL_FILE", &url_file);
    assert_eq!(place.load().configuration.database.url, Secret::new("host=db password=x"));
}

#[test]
fn the_environment_has_every_key_but_tables() {
    let mut place = Place::with("");
    place.write("h", "value");
    for (name, value) in [
        ("LIMPID_ROLES", "indexer, matcher"),
        ("LIMPID_LOG_JSON", "true"),
        ("LIMPID_API_PUBLIC_URL", "https://l.example"),
        ("LIMPID_INDEXER_LAYERS_ALLOW_NETWORKS", "10.0.0.0/8,192.168.0.0/16"),
        ("LIMPID_UPDATER_FEEDS", ""),
        ("LIMPID_NOTIFIER_WEBHOOK_MY_QUAY_TARGET", "https://quay.example"),
        ("LIMPID_NOTIFIER_STOMP_TLS_TLS", "true"),
        ("LIMPID_NOTIFIER_STOMP_TLS_URIS", "mq:1"),
        ("LIMPID_NOTIFIER_STOMP_TLS_DESTINATION", "/queue"),
        ("LIMPID_NOTIFIER_STOMP_TLS_LOGIN", "l"),
        ("LIMPID_NOTIFIER_STOMP_TLS_PASSCODE", "p"),
    ] {
        place = place.variable(name, value);
    }
    let configuration = place.load().configuration;
    assert_eq!(configuration.roles.len(), 2);
    assert!(configuration.log.json);
    assert_eq!(configuration.indexer.layers.allow_networks.len(), 2);
    let names: Vec<&str> = configuration.notifier.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["my-quay", "tls"]);
}

#[test]
fn a_variable_that_nobody_reads_is_said() {
    for (name, value, expected) in [
        (
            "LIMPID_API_LISTNE",
            "x",
            "LIMPID_API_LISTNE: there is no such setting; did you mean “LIMPID_API_LISTEN”?",
        ),
        (
            "LIMPID_VERBOSE",
            "1",
            "LIMPID_VERBOSE: there is no such setting; a variable is LIMPID_ and the key in capitals, such as \
             LIMPID_API_LISTEN for api.listen",
        ),
        (
            "LIMPID_NOTIFIER_WEBHOOK_QUAY_HEADERS",
            "a=b",
            "LIMPID_NOTIFIER_WEBHOOK_QUAY_HEADERS: notifier.webhook.quay.headers can only be set in the file",
        ),
        (
            "LIMPID_INDEXER_WORKERS",
            "four",
            "LIMPID_INDEXER_WORKERS: indexer.workers must be a whole number from 1 to 1024, such as 4, but is \"four\"",
        ),
        (
            "LIMPID_API_LISTEN",
            "",
            "LIMPID_API_LISTEN: api.listen must be an IP address and a port, such as \"0.0.0.0:6060\", but is \"\"",
        ),
        // An empty secret is a secret that is missing, and not none.
        (
            "LIMPID_AUTH_PSK_KEY",
            "",
            "LIMPID_AUTH_PSK_KEY: auth.psk.key must be base64 with its padding, such as \
             \"c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZQ==\"",
        ),
    ] {
        assert_eq!(Place::new().variable(name, value).problems(), [expected]);
    }
}

#[test]
fn variables_of_others_are_passed_over() {
    let mut place = Place::new();
    for (name, value) in [
        ("LIMPID_DB", "/x"),
        ("LIMPID_MIRROR", "/x"),
        ("LIMPID_OFFLINE", "1"),
        ("LIMPID_CACHE_LIMIT", "1G"),
        ("LIMPID_CORPUS", "/x"),
        ("LIMPID_REQUIRE_SERVERS", "1"),
        ("LIMPID_CONFIG", "/x"),
        ("LIMPID_TEST_POSTGRES", "x"),
        ("LIMPIDX", "x"),
        // Kubernetes, beside services that are called limpid, limpid-api and limpid-indexer.
        ("LIMPID_SERVICE_HOST", "10.0.0.1"),
        ("LIMPID_SERVICE_PORT", "6060"),
        ("LIMPID_SERVICE_PORT_HTTP", "6060"),
        ("LIMPID_PORT", "tcp://10.0.0.1:6060"),
        ("LIMPID_PORT_6060_TCP", "tcp://10.0.0.1:6060"),
        ("LIMPID_PORT_6060_TCP_ADDR", "10.0.0.1"),
        ("LIMPID_API_PORT", "tcp://10.0.0.1:6060"),
        ("LIMPID_INDEXER_PORT_6060_TCP_PROTO", "tcp"),
    ] {
        place = place.variable(name, value);
    }
    assert_eq!(place.load().configuration, Place::new().load().configuration);
}

#[test]
fn every_key_has_a_variable_of_its_own_and_a_good_example() {
    for key in KEYS {
        let path = keys::named(key.path, "my-name");
        let (found, found_path) =
            keys::of_variable(&keys::variable(&path)).unwrap_or_else(|| panic!("{path}"));
        assert_eq!((found.path, found_path), (key.path, path.clone()));
        let value: toml::Value = format!("x = {}", key.example())
            .parse::<toml::Table>()
            .unwrap_or_else(|error| panic!("{path}: {error}"))
            .remove("x")
            .unwrap();
        let mut settings = Settings::default();
        settings.set(path.clone(), value, Origin::Default);
        settings.fill(Some("/data".as_ref()));
        if let Err(problems) = crate::configuration::sections::read(&settings) {
            // Others may be missing beside it.
            let of_key = problems
                .iter()
                .map(ToString::to_string)
                .filter(|text| text.starts_with(&format!("{path} must be")));
            assert_eq!(of_key.collect::<Vec<_>>(), Vec::<String>::new());
        }
    }
}
