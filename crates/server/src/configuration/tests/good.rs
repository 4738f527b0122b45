//! What a configuration means.

use std::time::Duration;

use super::Place;
use crate::{
    configuration::{
        Amqp, Api, Auth, Blobs, Configuration, Database, Delivery, Egress, Harbor, Indexer, Introspection,
        Log, Matcher, Notifier, Registry, Role, SecretBytes, Stomp, Target, Updater, Upstreams, Webhook,
    },
    secret::Secret,
};

const ALL_ROLES: [Role; 6] =
    [Role::Indexer, Role::Matcher, Role::Updater, Role::Notifier, Role::Registry, Role::Ui];

const EVERYTHING: &str = r#"
roles = ["notifier", "matcher"]
log = { level = "limpid_server=debug,info", json = true }
[api]
listen = "0.0.0.0:0"
public_url = "https://limpid.example.com/"
blind_spots_as_vulnerabilities = true
[introspection]
listen = "[::]:8089"
[auth.psk]
key = "c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZSBmb3IgdHdv"
issuers = ["quay"]
[database]
url = "host=db dbname=limpid"
connections = 0x10
[blobs]
url = "s3://limpid/blobs?region=eu-west-1"
cache = "500M"
[indexer]
workers = 3
reindex_per_second = 7
ecosystems = ["wolfi", "alpine", "wolfi"]
[indexer.layers]
allow_networks = ["10.0.0.0/8", "fd00::/8", "192.0.2.7"]
allow_hosts = ["Quay.Internal", ".example.com", "[::1]"]
allow_plain_http = true
[matcher]
jars = "/etc/limpid/jars.tsv"
[updater]
on = false
period = "1h30m"
mirror = "https://mirror.example.com/x"
feeds = ["alpine/v3.20", "wolfi"]
nvd = false
[registry]
listen = "0.0.0.0:443"
tls_elsewhere = true
public_url = "https://registry.example.com"
manifest_bytes = "4M"
redirect = false
redirect_bytes = "16M"
[harbor]
api_key = "c2VjcmV0"
[notifier]
summary = false
callback = "https://limpid.example.com/notifier/api/v1/notification"
most_removed_percent = 0
[notifier.webhook.quay]
target = "http://quay.internal/secscan/notification"
headers = { Authorization = "Bearer x" }
allow_hosts = ["quay.internal"]
[notifier.amqp.events]
uris = ["amqp://mq.example.com/", "amqps://u:p@mq.example.com/v"]
routing_key = "r"
[notifier.stomp.queue]
uris = ["mq.example.com:61613", "[::1]:61613"]
destination = "/queue/x"
login = "l"
passcode = "p"
direct = 5
tls = true
"#;

/// What is in force where nothing is said.
fn defaults() -> Configuration {
    Configuration {
        data: "/data".into(),
        roles: ALL_ROLES.into(),
        log: Log { level: "info".to_owned(), json: false },
        api: Api {
            listen: "127.0.0.1:6060".parse().unwrap(),
            tls: None,
            public_url: None,
            blind_spots_as_vulnerabilities: false,
        },
        introspection: Introspection { listen: "127.0.0.1:8089".parse().unwrap() },
        auth: None,
        database: Database { url: Secret::new("sqlite:/data/limpid.sqlite"), connections: 8 },
        blobs: Blobs { url: "/data/blobs".to_owned(), cache_bytes: 4 << 30 },
        indexer: Indexer {
            workers: std::thread::available_parallelism().unwrap().get(),
            reindex_per_second: 20,
            ecosystems: Vec::new(),
            layers: Egress::default(),
        },
        matcher: Matcher::default(),
        updater: Updater {
            on: true,
            period: Duration::from_secs(6 * 3600),
            mirror: None,
            feeds: Vec::new(),
            nvd: true,
        },
        notifier: Notifier { summary: true, callback: None, most_removed_percent: 10, targets: Vec::new() },
        registry: Registry {
            listen: "127.0.0.1:5000".parse().unwrap(),
            tls: None,
            public_url: None,
            admin_password: None,
            oidc: None,
            mail: None,
            manifest_bytes: 8 << 20,
            redirect: true,
            redirect_bytes: 1 << 20,
            webhooks: Egress::default(),
            upstreams: Upstreams::default(),
            untagged: None,
        },
        harbor: Harbor::default(),
    }
}

#[test]
fn nothing_has_to_be_said() {
    let loaded = Place::new().load();
    assert_eq!(loaded.configuration, defaults());
    assert_eq!(
        loaded.warnings,
        ["there is no auth.psk.key: everybody on this machine may use the API at 127.0.0.1:6060"]
    );
}

#[test]
fn everything_can_be_said() {
    let loaded = Place::with(EVERYTHING).load();
    assert_eq!(
        loaded.configuration,
        Configuration {
            roles: [Role::Matcher, Role::Notifier].into(),
            log: Log { level: "limpid_server=debug,info".to_owned(), json: true },
            api: Api {
                listen: "0.0.0.0:0".parse().unwrap(),
                tls: None,
                public_url: Some("https://limpid.example.com/".parse().unwrap()),
                blind_spots_as_vulnerabilities: true,
            },
            introspection: Introspection { listen: "[::]:8089".parse().unwrap() },
            auth: Some(Auth {
                key: SecretBytes::new(b"secret key of the service for two".to_vec()),
                issuers: vec!["quay".to_owned()],
            }),
            database: Database { url: Secret::new("host=db dbname=limpid"), connections: 16 },
            blobs: Blobs { url: "s3://limpid/blobs?region=eu-west-1".to_owned(), cache_bytes: 500 << 20 },
            indexer: indexer(),
            matcher: Matcher { jars: Some("/etc/limpid/jars.tsv".into()) },
            updater: Updater {
                on: false,
                period: Duration::from_secs(90 * 60),
                mirror: Some("https://mirror.example.com/x".to_owned()),
                feeds: vec!["alpine/v3.20".to_owned(), "wolfi".to_owned()],
                nvd: false,
            },
            notifier: Notifier {
                summary: false,
                callback: Some("https://limpid.example.com/notifier/api/v1/notification/".parse().unwrap()),
                most_removed_percent: 0,
                targets: targets(),
            },
            registry: Registry {
                listen: "0.0.0.0:443".parse().unwrap(),
                tls: None,
                public_url: Some("https://registry.example.com/".parse().unwrap()),
                admin_password: None,
                oidc: None,
                mail: None,
                manifest_bytes: 4 << 20,
                redirect: false,
                redirect_bytes: 16 << 20,
                webhooks: Egress::default(),
                upstreams: Upstreams::default(),
                untagged: None,
            },
            harbor: Harbor { api_key: Some(Secret::new("c2VjcmV0")) },
            ..defaults()
        }
    );
    assert_eq!(
        loaded.warnings,
        [
            "the API at 0.0.0.0:0 speaks no TLS: unless a proxy does, reports and the tokens of registries can be read on \
         the way",
        ]
    );
}

fn indexer() -> Indexer {
    Indexer {
        workers: 3,
        reindex_per_second: 7,
        ecosystems: vec!["alpine".to_owned(), "wolfi".to_owned()],
        layers: Egress {
            allow_networks: ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"]
                .map(|text| text.parse().unwrap())
                .into(),
            allow_hosts: ["quay.internal", ".example.com", "::1"].map(str::to_owned).into(),
            allow_plain_http: true,
        },
    }
}

fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "quay".to_owned(),
            delivery: Delivery::Webhook(Webhook {
                target: "http://quay.internal/secscan/notification".parse().unwrap(),
                headers: vec![("Authorization".to_owned(), Secret::new("Bearer x"))],
                egress: Egress { allow_hosts: vec!["quay.internal".to_owned()], ..Egress::default() },
            }),
        },
        Target {
            name: "events".to_owned(),
            delivery: Delivery::Amqp(Amqp {
                uris: ["amqp://mq.example.com/", "amqps://u:p@mq.example.com/v"].map(Secret::new).into(),
                exchange: String::new(),
                routing_key: "r".to_owned(),
                direct: None,
                root_ca: None,
                client: None,
            }),
        },
        Target {
            name: "queue".to_owned(),
            delivery: Delivery::Stomp(Stomp {
                uris: ["mq.example.com:61613", "[::1]:61613"].map(str::to_owned).into(),
                destination: "/queue/x".to_owned(),
                virtual_host: "/".to_owned(),
                login: Some(("l".to_owned(), Secret::new("p"))),
                direct: Some(5),
                tls: true,
                root_ca: None,
                client: None,
            }),
        },
    ]
}

#[test]
fn all_ecosystems_are_as_none() {
    let all = limpid_core::ecosystems::all();
    let list: Vec<String> = all.iter().map(|ecosystem| format!("{:?}", ecosystem.id)).collect();
    let place = Place::with(&format!("indexer.ecosystems = [{}]", list.join(", ")));
    assert_eq!(place.load().configuration.indexer.ecosystems, Vec::<String>::new());
}

#[test]
fn paths_in_the_file_are_relative_to_it() {
    let place = Place::with(
        "data = 'state'\ndatabase.url = 'sqlite:db/x.sqlite'\nblobs.url = 'file:blobs'\nupdater.mirror = 'mirror'\n",
    );
    std::fs::create_dir(place.path().join("mirror")).unwrap();
    let configuration = place.load().configuration;
    let at = |name: &str| place.path().join(name).display().to_string();
    assert_eq!(configuration.data, place.path().join("state"));
    assert_eq!(configuration.database.url.reveal(), format!("sqlite:{}", at("db/x.sqlite")));
    assert_eq!(configuration.blobs.url, format!("file:{}", at("blobs")));
    assert_eq!(configuration.updater.mirror, Some(at("mirror")));

    let place = Place::with("data = 'state'");
    let configuration = place.load().configuration;
    let at = |name: &str| place.path().join(name).display().to_string();
    assert_eq!(configuration.database.url.reveal(), format!("sqlite:{}", at("state/limpid.sqlite")));
    assert_eq!(configuration.blobs.url, at("state/blobs"));
}

#[test]
fn an_api_for_others_has_a_key_or_the_words() {
    let listen = "api.listen = '192.0.2.1:6060'\n";
    let words = "api.unauthenticated = 'anybody who reaches this address may use it'\n";
    let loaded = Place::with(&format!("{listen}{words}")).load();
    assert_eq!(loaded.configuration.auth, None);
    assert_eq!(
        loaded.warnings,
        ["there is no auth.psk.key: anybody who reaches it may use the API at 192.0.2.1:6060"]
    );
    for local in ["127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
        Place::with(&format!("api.listen = '{local}'")).load();
    }
    let key = "auth.psk.key = 'c2hvcnQ='\n";
    assert_eq!(
        Place::with(&format!("{words}{key}")).load().warnings,
        [
            "api.unauthenticated has no effect, because there is an auth.psk.key",
            "auth.psk.issuers is empty: Quay signs as “quay” and clairctl as “clairctl”, and neither is let in",
            "auth.psk.key has fewer than 32 bytes, and can be guessed from what it signs; openssl rand -base64 32 makes a \
         good one",
        ]
    );
}

#[test]
fn processes_that_share_the_work_are_told_what_else_they_share() {
    let key = "auth.psk = { key = 'c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZSBmb3IgdHdv', issuers = ['quay'] }\n";
    for (rest, expected) in [
        ("", None),
        ("roles = ['indexer']", Some("this process has not all roles, and its database is SQLite")),
        (
            "roles = ['indexer']\ndatabase.url = 'postgres://db/x'",
            Some("this process has not all roles, and its blobs"),
        ),
        ("roles = ['indexer']\ndatabase.url = 'host=db'\nblobs.url = 's3://b/'", None),
        ("updater.on = false", Some("updater.on is false")),
        ("roles = ['matcher']\nupdater.on = false\ndatabase.url = 'host=db'\nblobs.url = 's3://b/'", None),
    ] {
        let warnings = Place::with(&format!("{rest}\n{key}")).load().warnings;
        assert_eq!(warnings.len(), usize::from(expected.is_some()), "{rest}: {warnings:?}");
        assert!(
            warnings.iter().zip(expected).all(|(warning, expected)| warning.starts_with(expected)),
            "{warnings:?}"
        );
    }
}
