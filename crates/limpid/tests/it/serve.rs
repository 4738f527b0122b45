//! `limpid serve`, as far as it goes before the service runs: which configuration is in force, and what is refused.

use crate::support::{Place, listing};

const CERTIFICATE: &str = include_str!("../../../server/src/configuration/tests/fixtures/tls.crt");
const KEY: &str = include_str!("../../../server/src/configuration/tests/fixtures/tls.key");

/// As a Clair beside Quay is configured.
const CLAIR: &str = "\
http_listen_addr: :8081
introspection_addr: :8089
log_level: info
tls:
  cert: tls.crt
  key: tls.key
indexer:
  connstring: host=clair-db port=5432 dbname=clair user=clair password=canary sslmode=disable pool_max_conns=33
  scanlock_retry: 10
  layer_scan_concurrency: 5
  index_report_request_concurrency: 16
  migrations: true
  airgap: true
matcher:
  connstring: host=clair-db port=5432 dbname=clair user=clair password=canary sslmode=disable pool_max_conns=33
  indexer_addr: http://clair-indexer/
  max_conn_pool: 100
  period: 4h
  migrations: true
matchers:
  names: [alpine-matcher, plan9-matcher]
updaters:
  sets: [alpine, osv]
notifier:
  connstring: host=clair-db port=5432 dbname=clair user=clair password=canary sslmode=disable pool_max_conns=33
  delivery_interval: 1m0s
  poll_interval: 5m0s
  migrations: true
  webhook:
    target: https://quay.internal/secscan/notification
    callback: https://clair.internal/notifier/api/v1/notification
    headers:
      X-Token: [canary]
auth:
  psk:
    key: c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZSBmb3IgdHdv
    iss: [quay, clairctl]
metrics:
  name: prometheus
trace:
  name: otlp
";

/// The same as a file of Limpid's.
const CONVERTED: &str = "\
# Made by limpid serve --convert-clair from config.yaml.
# The secrets of that file are in it.

[log]
level = \"info\"

[api]
listen = \"0.0.0.0:8081\"

[api.tls]
certificate = \"tls.crt\"
key = \"tls.key\"

[introspection]
listen = \"0.0.0.0:8089\"

[auth.psk]
key = \"c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZSBmb3IgdHdv\"
issuers = [\"quay\", \"clairctl\"]

[database]
url = \"host=clair-db port=5432 dbname=clair user=clair password=canary sslmode=disable\"
connections = 33

[indexer]
workers = 16
ecosystems = [\"alpine\"]

[indexer.layers]
allow_networks = [\"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\", \"fc00::/7\"]

[updater]
period = \"4h\"
feeds = [\"alpine\"]

[notifier]
callback = \"https://clair.internal/notifier/api/v1/notification\"

[notifier.webhook.clair]
target = \"https://quay.internal/secscan/notification\"
headers = { X-Token = \"canary\" }
allow_hosts = [\"quay.internal\"]
";

const CONVERSION_WARNINGS: &str = "\
warning: config.yaml: indexer.layer_scan_concurrency: ignored: indexer.workers decides how much is done at once
warning: config.yaml: indexer.migrations: ignored: the schema is brought up to date at every start
warning: config.yaml: indexer.scanlock_retry: ignored: nobody waits for a lock: equal requests at one time are one execution
warning: config.yaml: matcher.indexer_addr: ignored: all processes share the database, and ask each other nothing
warning: config.yaml: matcher.max_conn_pool: ignored: Clair does not use it either; here it is database.connections
warning: config.yaml: matcher.migrations: ignored: the schema is brought up to date at every start
warning: config.yaml: metrics: ignored: metrics are at /metrics of introspection.listen, in the format of Prometheus
warning: config.yaml: notifier.delivery_interval: ignored: not needed, because targets are told at once, and again after a while where that fails
warning: config.yaml: notifier.migrations: ignored: the schema is brought up to date at every start
warning: config.yaml: notifier.poll_interval: ignored: not needed, because changes are noticed when they are made
warning: config.yaml: trace: ignored: Limpid sends no traces
warning: config.yaml: indexer.connstring: what Clair stored there is not used: Limpid makes tables of its own (better in a database of its own), and manifests are indexed when they are submitted
warning: config.yaml: indexer.airgap: private networks are allowed, but loopback and link-local addresses are not, and public addresses are not forbidden: that is the network's to do
warning: config.yaml: updaters.sets: there is no feed here for osv; what they judge is reported as not judged
warning: config.yaml: matchers.names: there is no ecosystem here for plan9-matcher; what they judge is reported as not judged
";

/// A place with Clair's configuration, and the certificate that it names, where the command runs.
fn with_clair() -> Place {
    let place = Place::new();
    for (name, text) in [("config.yaml", CLAIR), ("tls.crt", CERTIFICATE), ("tls.key", KEY)] {
        place.write(&format!("here/{name}"), text);
    }
    place
}

/// The values in force, without where they were said.
fn values(effective: &str) -> Vec<&str> {
    effective.lines().map(|line| line.rsplit_once("  # ").unwrap().0.trim_end()).collect()
}

/// (setting, origin) of all that is in force, with this data directory.
fn in_force(data: &str) -> Vec<(String, String)> {
    let expected = [
        (format!("data = \"{data}\""), "default"),
        ("roles = [\"indexer\", \"matcher\"]".to_owned(), "--roles"),
        ("log.level = \"debug\"".to_owned(), "--log"),
        ("log.json = false".to_owned(), "default"),
        ("api.listen = \"0.0.0.0:6060\"".to_owned(), "limpid.toml:2:10"),
        ("api.blind_spots_as_vulnerabilities = false".to_owned(), "default"),
        ("registry.listen = \"127.0.0.1:5000\"".to_owned(), "default"),
        ("registry.tls_elsewhere = false".to_owned(), "default"),
        ("registry.manifest_bytes = \"8M\"".to_owned(), "default"),
        ("registry.redirect = true".to_owned(), "default"),
        ("registry.redirect_bytes = \"1M\"".to_owned(), "default"),
        ("registry.webhooks.allow_networks = []".to_owned(), "default"),
        ("registry.webhooks.allow_hosts = []".to_owned(), "default"),
        ("registry.webhooks.allow_plain_http = false".to_owned(), "default"),
        ("registry.upstreams.allow_networks = []".to_owned(), "default"),
        ("registry.upstreams.allow_hosts = []".to_owned(), "default"),
        ("registry.upstreams.allow_plain_http = false".to_owned(), "default"),
        ("introspection.listen = \"127.0.0.1:8089\"".to_owned(), "default"),
        ("auth.psk.key = \"[secret]\"".to_owned(), "LIMPID_AUTH_PSK_KEY"),
        ("auth.psk.issuers = [\"quay\"]".to_owned(), "limpid.toml:4:11"),
        ("oidc.create_users = true".to_owned(), "default"),
        ("oidc.scopes = []".to_owned(), "default"),
        ("oidc.groups_claim = \"groups\"".to_owned(), "default"),
        ("oidc.superuser_groups = []".to_owned(), "default"),
        ("oidc.auditor_groups = []".to_owned(), "default"),
        ("oidc.allow_networks = []".to_owned(), "default"),
        ("oidc.allow_hosts = []".to_owned(), "default"),
        ("oidc.allow_plain_http = false".to_owned(), "default"),
        ("mail.in_the_clear = false".to_owned(), "default"),
        ("mail.allow_domains = []".to_owned(), "default"),
        ("database.url = \"postgres://limpid:[secret]@db/limpid\"".to_owned(), "LIMPID_DATABASE_URL"),
        ("database.connections = 8".to_owned(), "default"),
        (format!("blobs.url = \"{data}/blobs\""), "default"),
        ("blobs.cache = \"4G\"".to_owned(), "default"),
        ("indexer.workers = 3".to_owned(), "limpid.toml:6:11"),
        ("indexer.reindex_per_second = 20".to_owned(), "default"),
        ("indexer.ecosystems = []".to_owned(), "default"),
        ("indexer.layers.allow_networks = []".to_owned(), "default"),
        ("indexer.layers.allow_hosts = []".to_owned(), "default"),
        ("indexer.layers.allow_plain_http = false".to_owned(), "default"),
        ("updater.on = false".to_owned(), "--offline or LIMPID_OFFLINE"),
        ("updater.period = \"6h\"".to_owned(), "default"),
        ("updater.feeds = []".to_owned(), "default"),
        ("updater.nvd = true".to_owned(), "default"),
        ("notifier.summary = true".to_owned(), "default"),
        ("notifier.most_removed_percent = 10".to_owned(), "default"),
    ];
    expected.map(|(value, origin)| (value, origin.to_owned())).into()
}

#[test]
fn a_check_shows_what_is_in_force_and_leaves_nothing_behind() {
    let place = Place::new();
    place.write(
        "here/limpid.toml",
        "[api]\nlisten = \"0.0.0.0:6060\"\n[auth.psk]\nissuers = [\"quay\"]\n[indexer]\nworkers = 3\n",
    );
    let before = listing(&place.path(""));
    let mut command =
        place.command("serve --check --config limpid.toml --log debug --offline --roles indexer,matcher");
    command.env("LIMPID_AUTH_PSK_KEY", "c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZSBmb3IgdHdv");
    command.env("LIMPID_DATABASE_URL", "postgres://limpid:canary@db/limpid");
    let ran = crate::support::Ran::of(command.output().unwrap()).ended(0);
    let data = place.db().join("server").display().to_string();
    let shown: Vec<(String, String)> = ran
        .stdout
        .lines()
        .map(|line| {
            let (value, origin) = line.rsplit_once("  # ").unwrap();
            (value.trim_end().to_owned(), origin.to_owned())
        })
        .collect();
    assert_eq!(shown, in_force(&data));
    assert_eq!(
        ran.stderr,
        "warning: the API at 0.0.0.0:6060 speaks no TLS: unless a proxy does, reports and the tokens of registries can be \
         read on the way\n\
         warning: this process has not all roles, and its blobs are in a directory: all processes must see the same one, \
         or use s3://\n"
    );
    assert_eq!(listing(&place.path("")), before);
}

#[test]
fn all_problems_are_errors_of_their_own() {
    let place = Place::new();
    let file = place.write("here/limpid.toml", "log.lvel = \"info\"\nindexer.workers = \"many\"\n");
    let mut command = place.command(&format!("serve --listen here --config {file}"));
    command.env("LIMPID_API_LISTNE", "x");
    let ran = crate::support::Ran::of(command.output().unwrap()).ended(2);
    assert_eq!(ran.stdout, "");
    assert_eq!(
        ran.stderr.replace(&file, "limpid.toml"),
        "error: limpid.toml:1:5: there is no key “log.lvel”; did you mean “log.level”?\n\
         error: limpid.toml:2:19: indexer.workers must be a whole number from 1 to 1024, such as 4, but is \"many\"\n\
         error: LIMPID_API_LISTNE: there is no such setting; did you mean “LIMPID_API_LISTEN”?\n\
         error: --listen: api.listen must be an IP address and a port, such as \"0.0.0.0:6060\", but is \"here\"\n"
    );
}

#[test]
fn nobody_is_let_in_by_what_was_forgotten() {
    let place = Place::new();
    // Not a check: the service must not begin either.
    let ran = place.run("serve --listen 0.0.0.0:0").ended(2);
    assert_eq!(
        ran.stderr,
        "error: --listen: api.listen: others can reach 0.0.0.0:0, and there is no key: set auth.psk.key (or \
         auth.psk.key_file) to the key that clients sign with; or let anybody in with api.unauthenticated = \"anybody who \
         reaches this address may use it\" or the flag --unauthenticated\n"
    );
    let ran = place.run("serve --listen 0.0.0.0:0 --unauthenticated --check").ended(0);
    assert_eq!(
        ran.stderr,
        "warning: there is no auth.psk.key: anybody who reaches it may use the API at 0.0.0.0:0\n"
    );
}

#[test]
fn clairs_configuration_becomes_a_file_that_means_the_same() {
    let place = with_clair();
    let ran = place.run("serve --convert-clair config.yaml").ended(0);
    assert_eq!(ran.stdout, CONVERTED);
    assert_eq!(ran.stderr, CONVERSION_WARNINGS);
    place.write("here/limpid.toml", &ran.stdout);

    let converted = place.run("serve --config limpid.toml --check").ended(0);
    assert_eq!(converted.stderr, "");
    let direct = place.run("serve --clair-config config.yaml --check").ended(0);
    assert_eq!(direct.stderr, CONVERSION_WARNINGS);
    assert_eq!(values(&direct.stdout), values(&converted.stdout));
    assert!(direct.stdout.contains("  # config.yaml: http_listen_addr\n"), "{}", direct.stdout);
    for text in [&converted.stdout, &direct.stdout, &direct.stderr] {
        assert!(!text.contains("canary") && !text.contains("c2Vjcm"), "{text}");
    }
}

#[test]
fn a_conversion_that_would_be_something_else_writes_nothing() {
    let place = Place::new();
    let text = CLAIR
        .replacen("dbname=clair", "dbname=indexer", 1)
        .replace("  psk:", "  keyserver: {api: x}\n  psk:");
    place.write("here/config.yaml", text);
    let ran = place.run("serve --convert-clair config.yaml").ended(2);
    assert_eq!(ran.stdout, "");
    let both = |key: &str| {
        format!(
            "error: config.yaml: {key}: it leads to clair-db:5432/clair, and indexer.connstring to \
             clair-db:5432/indexer; Limpid has one database: let all lead to the same\n"
        )
    };
    assert_eq!(
        ran.stderr,
        format!(
            "error: config.yaml: auth.keyserver: key servers are not supported, as in Clair v4: use auth.psk\n{}{}",
            both("matcher.connstring"),
            both("notifier.connstring")
        )
    );
}

#[test]
fn one_configuration_is_enough() {
    let place = with_clair();
    let ran = place.run("serve --config limpid.toml --clair-config config.yaml").ended(2);
    assert!(ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
    let mut command = place.command("serve --check");
    command.env("LIMPID_CONFIG", place.write("here/limpid.toml", "log.level = \"warn\""));
    let ran = crate::support::Ran::of(command.output().unwrap()).ended(0);
    assert!(ran.stdout.contains("log.level = \"warn\""), "{}", ran.stdout);
}
