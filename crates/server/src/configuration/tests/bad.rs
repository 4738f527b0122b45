//! What is said of a configuration that cannot be used: exactly this.

use super::Place;

/// A file, and what is wrong with it. Its first line is line 1.
const FILES: &[(&str, &[&str])] = &[
    ("[api]\nlistne = 1", &["limpid.toml:2:1: there is no key “api.listne”; did you mean “api.listen”?"]),
    ("[apii]\nlisten = 1", &["limpid.toml:1:2: there is no key “apii”; did you mean “api”?"]),
    ("listen = 1", &["limpid.toml:1:1: there is no key “listen”; did you mean “api.listen”?"]),
    (
        "indexer.colour = 1",
        &[
            "limpid.toml:1:9: there is no key “indexer.colour”; in [indexer] are workers, reindex_per_second, ecosystems, layers",
        ],
    ),
    (
        "zzz = 1",
        &[
            "limpid.toml:1:1: there is no key “zzz”; at the top are data, roles, log, api, registry, harbor, introspection, auth, oidc, \
           mail, database, blobs, indexer, matcher, updater, notifier",
        ],
    ),
    (
        "[notifier.webhook.quay]\ntarget = 'https://x.example'\ntargte = ''\n[api]\npublic_url = 'https://x.example'",
        &[
            "limpid.toml:3:1: there is no key “notifier.webhook.quay.targte”; did you mean “notifier.webhook.quay.target”?",
        ],
    ),
    ("api = 5", &["limpid.toml:1:1: api must be a table: [api]"]),
    (
        "[[notifier.webhook]]\nname = 'x'",
        &["limpid.toml:1:12: notifier.webhook must be a table: [notifier.webhook.NAME]"],
    ),
    (
        "[notifier.webhook.Quay]",
        &[
            "limpid.toml:1:19: “notifier.webhook.Quay” cannot be named so: a name has lower-case letters, digits and hyphens",
        ],
    ),
    ("x = \"a", &["limpid.toml:1:7: this is not TOML: invalid basic string, expected `\"`"]),
    ("log.json = true\nlog.json = false", &["limpid.toml:2:5: this is not TOML: duplicate key"]),
    (
        "indexer.workers = 'many'",
        &[
            "limpid.toml:1:19: indexer.workers must be a whole number from 1 to 1024, such as 4, but is \"many\"",
        ],
    ),
    (
        "indexer.workers = 0",
        &["limpid.toml:1:19: indexer.workers must be a whole number from 1 to 1024, such as 4, but is 0"],
    ),
    (
        "indexer.workers = 99999999999999999999",
        &["limpid.toml:1:19: indexer.workers is a number that is too large"],
    ),
    (
        "notifier.most_removed_percent = 101",
        &[
            "limpid.toml:1:33: notifier.most_removed_percent must be a whole number from 0 to 100, such as 10, but is 101",
        ],
    ),
    ("log.json = 'yes'", &["limpid.toml:1:12: log.json must be true or false, such as true, but is \"yes\""]),
    ("log.level = 'inof'", &["limpid.toml:1:13: log.level: “inof” is no level; did you mean “info”?"]),
    (
        "log.level = 'limpid_server'",
        &["limpid.toml:1:13: log.level must be off, error, warn, info, debug or trace, or directives \
           (limpid_server=debug,info), such as \"info\", but is \"limpid_server\""],
    ),
    ("roles = ['matchr']", &["limpid.toml:1:9: roles: “matchr” is no role; did you mean “matcher”?"]),
    (
        "roles = ['all']",
        &[
            "limpid.toml:1:9: roles: “all” is no role; the roles are indexer, matcher, updater, notifier, registry and ui",
        ],
    ),
    (
        "roles = []",
        &["limpid.toml:1:9: roles: a process without a role does nothing; leave the key out for all roles"],
    ),
    (
        "roles = 'indexer'",
        &[
            "limpid.toml:1:9: roles must be a list of indexer, matcher, updater, notifier, registry and ui, at least one, such as \
           [\"indexer\", \"matcher\"], but is \"indexer\"",
        ],
    ),
    (
        "api.listen = 'localhost:6060'",
        &[
            "limpid.toml:1:14: api.listen must be an IP address and a port, such as \"0.0.0.0:6060\", but is \"localhost:6060\"",
        ],
    ),
    (
        "api.listen = ':6060'",
        &[
            "limpid.toml:1:14: api.listen: “:6060” has no address: 127.0.0.1:6060 is for this machine alone, 0.0.0.0:6060 \
           for every address",
        ],
    ),
    (
        "api.listen = '0.0.0.0:6060'",
        &[
            "limpid.toml:1:14: api.listen: others can reach 0.0.0.0:6060, and there is no key: set auth.psk.key (or \
           auth.psk.key_file) to the key that clients sign with; or let anybody in with api.unauthenticated = \"anybody \
           who reaches this address may use it\" or the flag --unauthenticated",
        ],
    ),
    (
        "api.unauthenticated = 'yes'",
        &[
            "limpid.toml:1:23: api.unauthenticated must be exactly these words, such as \"anybody who reaches this address \
           may use it\", but is \"yes\"",
        ],
    ),
    (
        "introspection.listen = '127.0.0.1:6060'",
        &["limpid.toml:1:24: introspection.listen: port 6060 is that of api.listen already"],
    ),
    (
        "api.tls.key = 'x'",
        &[
            "limpid.toml:1:5: api.tls.certificate is missing: TLS needs a certificate, such as certificate = \"/etc/limpid/tls.crt\"",
        ],
    ),
    (
        "[api.tls]",
        &[
            "limpid.toml:1:6: api.tls.certificate is missing: TLS needs a certificate, such as certificate = \"/etc/limpid/tls.crt\"",
            "limpid.toml:1:6: api.tls.key is missing: TLS needs the certificate's key, such as key = \"/etc/limpid/tls.key\"",
        ],
    ),
    (
        "[auth.psk]",
        &["limpid.toml:1:7: auth.psk.key is missing: without it anybody could sign, such as key = \
           \"c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZQ==\""],
    ),
    (
        "[auth]",
        &["auth.psk.key is missing: without it anybody could sign, such as key = \
           \"c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZQ==\""],
    ),
    (
        "auth.psk.key = 'no base64'",
        &[
            "limpid.toml:1:16: auth.psk.key: the key must be base64 with its padding; openssl rand -base64 32 makes one",
        ],
    ),
    (
        "auth.psk.key_file = 'none'",
        &["limpid.toml:1:21: auth.psk.key_file: none cannot be read: No such file or directory (os error 2)"],
    ),
    (
        "harbor.api_key = 'with blank'",
        &[
            "limpid.toml:1:18: harbor.api_key: the key must be of letters, digits and signs of ASCII, without blanks",
        ],
    ),
    (
        "[harbor]",
        &[
            "limpid.toml:1:2: harbor.api_key is missing: it is what Harbor sends, such as api_key = \"c2VjcmV0IGtleSBvZiBIYXJib3I\"",
        ],
    ),
    (
        "auth.psk.key = 'eA=='\nauth.psk.key_file = 'x'",
        &["limpid.toml:2:21: auth.psk.key and auth.psk.key_file are both set; one of them is enough"],
    ),
    (
        "database.url = 'mysql://db/x'",
        &[
            "limpid.toml:1:16: database.url must be sqlite:PATH, postgres://… or a libpq string (host=… dbname=…), such as \
           \"postgres://limpid@db.example.com/limpid\"",
        ],
    ),
    (
        "blobs.url = 'gs://x'",
        &["limpid.toml:1:13: blobs.url must be a directory or s3://BUCKET/PREFIX, such as \
           \"s3://limpid/blobs?region=eu-west-1\", but is \"gs://x\""],
    ),
    (
        "blobs.cache = '4X'",
        &[
            "limpid.toml:1:15: blobs.cache must be a size of whole bytes or with K, M, G or T, such as \"20G\", but is \"4X\"",
        ],
    ),
    (
        "updater.period = '30s'",
        &[
            "limpid.toml:1:18: updater.period must be a time of 60s or more, in s, m, h and d, such as \"6h\", but is \"30s\"",
        ],
    ),
    (
        "updater.period = 6",
        &[
            "limpid.toml:1:18: updater.period must be a time of 60s or more, in s, m, h and d, such as \"6h\", but is 6",
        ],
    ),
    ("updater.mirror = 'nowhere'", &["limpid.toml:1:18: updater.mirror: nowhere is no directory"]),
    (
        "updater.feeds = ['alpin/v3.20']",
        &["limpid.toml:1:17: updater.feeds: “alpin” is no ecosystem of this Limpid; did you mean “alpine”?"],
    ),
    (
        "indexer.ecosystems = ['cobol']",
        &[
            "limpid.toml:1:22: indexer.ecosystems: “cobol” is no ecosystem of this Limpid; there are ECOSYSTEMS",
        ],
    ),
    (
        "indexer.layers.allow_networks = ['10.0.0.1/8']",
        &[
            "limpid.toml:1:33: indexer.layers.allow_networks: “10.0.0.1/8” has bits beyond its prefix; the network is 10.0.0.0/8",
        ],
    ),
    (
        "indexer.layers.allow_networks = ['intern']",
        &[
            "limpid.toml:1:33: indexer.layers.allow_networks: “intern” is no network; write it as 10.0.0.0/8 or fd00::/8",
        ],
    ),
    (
        "indexer.layers.allow_hosts = ['https://quay/']",
        &[
            "limpid.toml:1:30: indexer.layers.allow_hosts: “https://quay/” is no host; write it as quay.example.com, or \
           .example.com for all below",
        ],
    ),
    (
        "notifier.callback = 'https://u:CANARY@x.example/'",
        &[
            "limpid.toml:1:21: notifier.callback must be an address that begins with https:// or http://, without user and \
           password, such as \"https://limpid.example.com/notifier/api/v1/notification/\"",
        ],
    ),
    (
        "[notifier.webhook.quay]",
        &[
            "limpid.toml:1:19: notifier.webhook.quay.target is missing: a webhook has an address, such as target = \
           \"https://quay.example.com/secscan/notification\"",
        ],
    ),
    (
        "[notifier.webhook.quay]\ntarget = 'https://quay.example'",
        &[
            "limpid.toml:1:19: notifier.webhook.quay is told where notifications can be read, so notifier.callback or \
           api.public_url must say how this service is reached, such as public_url = \"https://limpid.example.com\"",
        ],
    ),
    (
        "notifier.amqp.a = { uris = [], routing_key = 'r', direct = 1 }\nnotifier.stomp.a = { uris = ['x'], destination = 'd', direct = 1, login = 'l' }",
        &[
            "limpid.toml:1:28: notifier.amqp.a.uris: there is no broker in the list",
            "limpid.toml:2:16: notifier.stomp.a and notifier.amqp.a have one name; deliveries are kept apart by it",
            "limpid.toml:2:16: notifier.stomp.a.passcode is missing: a login has a passcode, such as passcode = \"…\"",
            "limpid.toml:2:29: notifier.stomp.a.uris: “x” is no host with a port; write it as mq.example.com:61613",
        ],
    ),
    (
        "[notifier.webhook.quay]\ntarget = 'https://quay.example'\nheaders = { 'a b' = 'x' }\n[api]\npublic_url = 'https://l.example'",
        &["limpid.toml:3:11: notifier.webhook.quay.headers: “a b” is no name of a header"],
    ),
    (
        "[registry]\nlisten = '0.0.0.0:443'",
        &[
            "limpid.toml:2:10: registry.listen: others can reach 0.0.0.0:443, and passwords would cross the network in the \
           clear: set registry.tls.certificate and registry.tls.key; or, where a proxy in front speaks TLS, \
           registry.tls_elsewhere = true",
        ],
    ),
    (
        "[registry]\nlisten = '127.0.0.1:6060'",
        &["limpid.toml:2:10: registry.listen: port 6060 is that of api.listen already"],
    ),
    // All at once, and in the order of the file.
    (
        "log.json = 1\nlog.lvel = 'info'\nindexer.workers = -1",
        &[
            "limpid.toml:1:12: log.json must be true or false, such as true, but is 1",
            "limpid.toml:2:5: there is no key “log.lvel”; did you mean “log.level”?",
            "limpid.toml:3:19: indexer.workers must be a whole number from 1 to 1024, such as 4, but is -1",
        ],
    ),
];

#[test]
fn every_problem_is_said_with_its_place_and_the_way_out() {
    let ecosystems = limpid_core::ecosystems::all();
    let all: Vec<&str> = ecosystems.iter().map(|ecosystem| ecosystem.id).collect();
    for (text, expected) in FILES {
        let expected: Vec<String> =
            expected.iter().map(|text| text.replace("ECOSYSTEMS", &all.join(", "))).collect();
        assert_eq!(Place::with(text).problems(), expected, "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_no_empty_configuration() {
    let place = Place::with("");
    std::fs::remove_file(place.path().join("limpid.toml")).unwrap();
    assert_eq!(place.problems(), ["limpid.toml: cannot be read: No such file or directory (os error 2)"]);
    place.write("limpid.toml", b"data = '\xff'");
    assert_eq!(place.problems(), ["limpid.toml: is not a text in UTF-8"]);
    place.write("limpid.toml", " ".repeat(1 << 20));
    place.load();
    place.write("limpid.toml", " ".repeat((1 << 20) + 1));
    assert_eq!(place.problems(), ["limpid.toml: is larger than 1048576 bytes"]);
}

#[test]
fn without_a_home_directory_the_data_must_be_said() {
    let mut place = Place::new();
    place.sources.data = None;
    let missing = "data is missing: no home directory is known, so say where the data is, such as data = \"/var/lib/limpid\"";
    assert_eq!(place.problems(), [missing]);
    place = place.variable("LIMPID_DATA", "/elsewhere");
    assert_eq!(place.load().configuration.data.to_str(), Some("/elsewhere"));
}
