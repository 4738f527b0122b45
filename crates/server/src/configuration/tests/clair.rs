//! Clair's configuration: what becomes of it.

use super::Place;
use crate::configuration::{ConfigurationFile, clair};

fn conversion(place: &Place) -> (String, Vec<String>) {
    let Some(ConfigurationFile::Clair(file)) = &place.sources.file else {
        panic!("no configuration of Clair")
    };
    let conversion = clair::convert(file).unwrap_or_else(|unusable| panic!("{unusable}"));
    let warnings = conversion.warnings.iter().map(|warning| place.short(warning)).collect();
    (place.short(&conversion.toml()), warnings)
}

const AIRGAP: &str = "config.yaml: indexer.airgap: it is off, and Clair fetches layers from any address; Limpid only from \
                      public ones over https. A registry in a private network must be named in \
                      indexer.layers.allow_hosts or allow_networks";
const NO_DATABASE: &str = "config.yaml: indexer.connstring: there is none. Clair then reads PGHOST and its like, which \
                           Limpid does not: the database is an embedded one unless database.url says another";

#[test]
fn clairs_defaults_are_said() {
    let (toml, warnings) = conversion(&Place::with_clair("config.yaml", "{}"));
    assert_eq!(
        toml,
        "# Made by limpid serve --convert-clair from config.yaml.\n\
         # The secrets of that file are in it.\n\
         \n\
         [api]\n\
         listen = \"0.0.0.0:6060\"\n\
         # There is no key, as in Clair's file, and Limpid wants to hear that this is meant:\n\
         # unauthenticated = \"anybody who reaches this address may use it\"\n\
         \n\
         [introspection]\n\
         listen = \"0.0.0.0:8089\"\n"
    );
    assert_eq!(
        warnings,
        [
            NO_DATABASE,
            AIRGAP,
            "config.yaml: there is no auth.psk.key. Clair then lets anybody in; Limpid does so only where \
         api.unauthenticated says it, or listens on this machine alone",
        ]
    );
}

/// Pieces of a configuration, and the lines that become of them beside those of every configuration.
const PIECES: &[(&str, &[&str])] = &[
    ("http_listen_addr: localhost:1", &["[api]", "listen = \"127.0.0.1:1\""]),
    ("introspection_addr: '192.0.2.1:2'", &["[introspection]", "listen = \"192.0.2.1:2\""]),
    ("log_level: fatal", &["[log]", "level = \"error\""]),
    ("matcher: {period: 1h30m}", &["[updater]", "period = \"90m\""]),
    ("matcher: {period: 30s}", &["[updater]", "period = \"6h\""]),
    ("matcher: {disable_updaters: yes}", &["[updater]", "on = false"]),
    ("indexer: {index_report_request_concurrency: 12}", &["[indexer]", "workers = 12"]),
    ("indexer: {index_report_request_concurrency: 0}", &[]),
    ("indexer: {index_report_request_concurrency: -1}", &[]),
    (
        "indexer: {airgap: true}",
        &[
            "[indexer.layers]",
            "allow_networks = [\"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\", \"fc00::/7\"]",
        ],
    ),
    ("matchers: {names: [alpine-matcher, wolfi]}", &["[indexer]", "ecosystems = [\"alpine\", \"wolfi\"]"]),
    ("matchers: {names: [alpine, alpine-matcher, plan9]}", &["[indexer]", "ecosystems = [\"alpine\"]"]),
    ("matchers: {names: []}", &[]),
    (
        "matchers: {names: [aws-matcher, rhel, rhel-container-matcher]}",
        &["[indexer]", "ecosystems = [\"amazon\", \"redhat\"]"],
    ),
    ("updaters: {sets: [alpine, osv]}", &["[updater]", "feeds = [\"alpine\"]"]),
    ("updaters: {sets: [clair.cvss, alpine]}", &["[updater]", "feeds = [\"alpine\", \"nvd\"]"]),
    ("updaters: {sets: []}", &["[updater]", "on = false"]),
    ("updaters: {sets: [osv]}", &["[updater]", "on = false"]),
    (
        "indexer: {connstring: host=db dbname=clair}\nmatcher: {connstring: 'postgres://db/clair?pool_max_conns=5'}",
        &["[database]", "url = \"host=db dbname=clair\""],
    ),
    (
        "matcher: {connstring: 'postgres://u@db/clair?pool_max_conns=5'}",
        &["[database]", "url = \"postgres://u@db/clair\"", "connections = 5"],
    ),
    ("auth: {psk: {key: eA==, iss: [quay]}}", &["[auth.psk]", "key = \"eA==\"", "issuers = [\"quay\"]"]),
    (
        "notifier: {disable_summary: true, webhook: {target: 'http://quay/x', callback: 'http://c/n', headers: {A: [b, c], D: e}}}",
        &[
            "[notifier]",
            "summary = false",
            "callback = \"http://c/n\"",
            "[notifier.webhook.clair]",
            "target = \"http://quay/x\"",
            "headers = { A = \"b, c\", D = \"e\" }",
            "allow_hosts = [\"quay\"]",
        ],
    ),
    (
        "notifier: {amqp: {uris: ['amqp://mq/'], exchange: {name: e, type: direct}, routing_key: r, callback: 'http://c/', direct: true, rollup: 100, tls: {root_ca: /ca}}}",
        &[
            "[notifier]",
            "callback = \"http://c/\"",
            "[notifier.amqp.clair]",
            "uris = [\"amqp://mq/\"]",
            "exchange = \"e\"",
            "routing_key = \"r\"",
            "direct = 100",
            "root_ca = \"/ca\"",
        ],
    ),
    (
        "notifier: {stomp: {uris: ['mq:1'], destination: d, user: {login: l, passcode: p}, direct: true, tls: {root_ca: /ca}}}",
        &[
            "[notifier.stomp.clair]",
            "uris = [\"mq:1\"]",
            "destination = \"d\"",
            "login = \"l\"",
            "passcode = \"p\"",
            "direct = 1",
            "tls = true",
            "root_ca = \"/ca\"",
        ],
    ),
];

#[test]
fn each_key_becomes_what_it_means() {
    for (text, expected) in PIECES {
        let (toml, _) = conversion(&Place::with_clair("config.yaml", text));
        let usual = ["listen = \"0.0.0.0:6060\"", "listen = \"0.0.0.0:8089\""];
        let lines =
            toml.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && !usual.contains(line));
        let kept: Vec<&str> = lines
            .filter(|line| expected.contains(line) || !["[api]", "[introspection]"].contains(line))
            .collect();
        assert_eq!(kept, *expected, "{text}");
    }
}

/// Configurations that would silently be something else here.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "auth: {keyserver: {api: x}}",
        &["config.yaml: auth.keyserver: key servers are not supported, as in Clair v4: use auth.psk"],
    ),
    (
        "indexer: {connstring: host=a dbname=x}\nmatcher: {connstring: host=b dbname=x}",
        &[
            "config.yaml: matcher.connstring: it leads to b:5432/x, and indexer.connstring to a:5432/x; Limpid has one \
           database: let all lead to the same",
        ],
    ),
    ("indexerr: {x: 1}", &["config.yaml: indexerr: Clair has no such key; did you mean “indexer”?"]),
    (
        "auth: {psk: {kye: x}}",
        &["config.yaml: auth.psk.kye: Clair has no such key; did you mean “auth.psk.key”?"],
    ),
    ("indexer.connstring: x", &["config.yaml: indexer.connstring: Clair has no such key"]),
    ("matcher: 5", &["config.yaml: matcher: it must be a map of keys"]),
    ("matcher: {period: 6 hours}", &["config.yaml: matcher.period: “6 hours” is no time, such as 6h"]),
    ("auth: {psk: {key: 12345}}", &["config.yaml: auth.psk.key: it must be a text; put quotes around it"]),
    (
        "http_listen_addr: 'clair:6060'",
        &["config.yaml: http_listen_addr: “clair:6060” is no IP address with a port, such as 0.0.0.0:6060"],
    ),
    ("log_level: loud", &["config.yaml: log_level: “loud” is no level of Clair's"]),
    ("[1]", &["config.yaml: is no map of keys"]),
    ("a: [", &["config.yaml: this is not YAML, from line 1, column 4 on"]),
];

#[test]
fn what_would_be_something_else_is_refused() {
    for (text, expected) in REFUSED {
        assert_eq!(Place::with_clair("config.yaml", text).problems(), *expected, "{text}");
    }
}

#[test]
fn a_key_block_without_a_key_is_no_open_api() {
    let place = Place::with_clair("config.yaml", "auth: {psk: {}}\nhttp_listen_addr: localhost:1");
    let problems = place.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("config.yaml: auth.psk: auth.psk.key is missing"), "{problems:?}");
}

#[test]
fn environment_and_flags_lie_over_it() {
    let text = "log_level: warn\nindexer: {connstring: host=a}";
    let place = Place::with_clair("config.yaml", text).variable("LIMPID_DATABASE_URL", "sqlite:/x").flag(
        "--unauthenticated",
        "api.unauthenticated",
        super::super::UNAUTHENTICATED,
    );
    let loaded = place.load();
    assert_eq!(loaded.configuration.database.url.reveal(), "sqlite:/x");
    assert_eq!(loaded.configuration.api.listen.to_string(), "0.0.0.0:6060");
    let effective = place.short(&loaded.effective());
    let line = effective.lines().find(|line| line.starts_with("log.level")).unwrap();
    assert!(line.ends_with("# config.yaml: log_level"), "{line}");
}

#[test]
fn files_beside_it_are_merged_in() {
    let place =
        Place::with_clair("config.yaml", "log_level: warn\nindexer: {airgap: true, connstring: host=a}");
    place.write("config.yaml.d/20-b.yaml", "log_level: debug\nindexer: {airgap: null}");
    place.write("config.yaml.d/10-a.yaml", "log_level: error\nmatcher: {period: 2h}");
    place.write("config.yaml.d/30-c.json", "{\"log_level\": \"info\"}");
    let (toml, _) = conversion(&place);
    for line in ["level = \"debug\"", "period = \"2h\"", "url = \"host=a\""] {
        assert!(toml.lines().any(|found| found == line), "{line}: {toml}");
    }
    assert!(!toml.contains("allow_networks"), "{toml}");
}

#[test]
fn patches_are_applied_among_them_in_the_order_of_the_names() {
    let place = Place::with_clair("config.yaml", "log_level: warn\nupdaters: {sets: [osv, pyupio]}");
    place.write("config.yaml.d/10-a.yaml-patch", "- {op: replace, path: /log_level, value: error}");
    place.write("config.yaml.d/20-b.yaml", "matcher: {period: 2h}");
    place.write(
        "config.yaml.d/30-c.yaml-patch",
        "- {op: test, path: /matcher/period, value: 2h}\n- {op: replace, path: /matcher/period, value: 3h}\n\
         - {op: add, path: /updaters/sets/-, value: alpine}\n- {op: remove, path: /updaters/sets/0}\n",
    );
    place.write("config.yaml.d/40-d.yaml", "log_level: debug");
    // Of another format: Clair reads it for config.json alone.
    place.write("config.yaml.d/50-e.json-patch", "[{\"op\": \"remove\", \"path\": \"/log_level\"}]");
    let (toml, _) = conversion(&place);
    for line in ["level = \"debug\"", "period = \"3h\"", "feeds = [\"alpine\"]"] {
        assert!(toml.lines().any(|found| found == line), "{line}: {toml}");
    }
}

#[test]
fn a_patch_that_cannot_be_applied_is_a_problem_that_repeats_no_value() {
    let place = Place::with_clair("config.yaml", "auth: {psk: {key: c2VjcmV0}}");
    for (patch, expected) in [
        (
            "- {op: test, path: /auth/psk/key, value: b3RoZXI=}",
            "config.yaml.d/a.yaml-patch: operation 1 (/auth/psk/key): value did not match",
        ),
        (
            "- {op: add, path: /log_level, value: debug}\n- {op: remove, path: /nothing}",
            "config.yaml.d/a.yaml-patch: operation 2 (/nothing): path is invalid",
        ),
        (
            "log_level: c2VjcmV0",
            "config.yaml.d/a.yaml-patch: is no JSON patch: a list of operations, each with op and path",
        ),
        (
            "- {op: hide, path: /auth, value: c2VjcmV0}",
            "config.yaml.d/a.yaml-patch: is no JSON patch: a list of operations, each with op and path",
        ),
    ] {
        place.write("config.yaml.d/a.yaml-patch", patch);
        assert_eq!(place.problems(), [expected], "{patch}");
    }
}

#[test]
fn the_patches_of_a_json_file_are_json() {
    let place = Place::with_clair("config.json", "{}");
    let patch = r#"[{"op": "add", "path": "/log_level", "value": "debug"}]"#;
    place.write("config.json.d/a.json-patch", patch);
    let (toml, _) = conversion(&place);
    assert!(toml.contains("level = \"debug\""), "{toml}");
}

#[test]
fn a_brokers_tls_is_taken_over() {
    for kind in
        ["amqp: {uris: [\"amqps://mq/\"], routing_key: a,", "stomp: {uris: [\"mq:1\"], destination: a,"]
    {
        let place = Place::with_clair(
            "config.yaml",
            &format!("notifier: {{{kind} tls: {{root_ca: /a.pem, cert: /c.pem, key: /k.pem}}}}}}"),
        );
        let (toml, warnings) = conversion(&place);
        for line in ["root_ca = \"/a.pem\"", "certificate = \"/c.pem\"", "key = \"/k.pem\""] {
            assert!(toml.lines().any(|found| found == line), "{line}: {toml}");
        }
        assert!(!warnings.iter().any(|warning| warning.contains("tls")), "{warnings:?}");
    }
}

#[test]
fn json_is_read_too() {
    let (toml, _) = conversion(&Place::with_clair("config.json", "{\"log_level\": \"debug\"}"));
    assert!(toml.contains("level = \"debug\""), "{toml}");
}

#[test]
fn what_is_written_is_what_is_read() {
    for (text, _) in PIECES {
        let place = Place::with_clair("config.yaml", text)
            .variable("LIMPID_API_UNAUTHENTICATED", super::super::UNAUTHENTICATED);
        let (toml, _) = conversion(&place);
        let written =
            Place::with(&toml).variable("LIMPID_API_UNAUTHENTICATED", super::super::UNAUTHENTICATED);
        let sorted = |place: &Place| match super::load(&place.sources) {
            Ok(loaded) => format!("{:?}", loaded.configuration),
            // Without the place, which is another: what is wrong with it is the same.
            Err(unusable) => format!("{}", unusable.problems.len()),
        };
        assert_eq!(sorted(&place), sorted(&written), "{text}");
    }
}
