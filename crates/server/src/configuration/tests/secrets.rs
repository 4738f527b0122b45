//! Nothing of a secret is ever said: not in errors, not in warnings, not by `--check`, not in logs.

use super::Place;

const CANARY: &str = "CANARY";
/// `CANARY CANARY CANARY CANARY`, in base64.
const KEY: &str = "Q0FOQVJZIENBTkFSWSBDQU5BUlkgQ0FOQVJZ";

fn silent(text: &str) {
    assert!(!text.contains(CANARY) && !text.contains(KEY) && !text.contains("67, 65, 78"), "{text}");
}

#[test]
fn a_configuration_in_force_shows_none() {
    let place = Place::with(&format!(
        r#"
        [auth.psk]
        key = "{KEY}"
        [database]
        url = "postgres://limpid:CANARY@db/limpid?password=CANARY"
        [harbor]
        api_key = "CANARY"
        [updater]
        mirror = "https://mirror.example/"
        [api]
        public_url = "https://l.example"
        [notifier.webhook.a]
        target = "https://quay.example"
        headers = {{ Authorization = "CANARY" }}
        headers_file = {{ X-Token = "token" }}
        [notifier.amqp.b]
        uris = ["amqp://u:CANARY@mq/"]
        routing_key = ""
        [notifier.amqp.c]
        uris_file = "brokers"
        routing_key = ""
        [notifier.stomp.d]
        uris = ["mq:1"]
        destination = "d"
        login = "l"
        passcode = "CANARY"
        "#
    ));
    place.write("token", CANARY);
    place.write("brokers", "amqp://u:CANARY@one/\namqps://u:CANARY@two/\n");
    let loaded = place.load();
    silent(&loaded.effective());
    silent(&loaded.warnings.join("\n"));
    silent(&format!("{loaded:?} {:?}", loaded.configuration));
    let effective = loaded.effective();
    for shown in [
        "auth.psk.key = \"[secret]\"",
        "harbor.api_key = \"[secret]\"",
        "database.url = \"postgres://limpid:[secret]@db/limpid?…\"",
        "updater.mirror = \"https://mirror.example/\"",
        "notifier.webhook.a.headers = { Authorization = \"[secret]\" }",
        "notifier.amqp.b.uris = \"[secret]\"",
        "notifier.stomp.d.passcode = \"[secret]\"",
    ] {
        assert!(effective.contains(shown), "{shown}: {effective}");
    }
}

#[test]
fn an_error_shows_none() {
    for text in [
        "auth.psk.key = 'CANARY CANARY'",
        "auth.psk.key = ['CANARY']",
        "auth.psk.key = 'CANARY\n",
        "auth.psk.key = CANARY",
        "auth.psk = { key = \"CANARY\\q\" }",
        "auth.psk.kye = 'CANARY'",
        "harbor.api_key = 'CANARY CANARY'",
        "harbor.api_key = ['CANARY']",
        "harbor.api_kye = 'CANARY'",
        "harbor.api_key_file = 'key'",
        "auth.psk.key_file = 'key'",
        "database.url = 'mysql://u:CANARY@db/x'",
        "database.url_file = 'key'\nlog.json = 1",
        "blobs.url = 's3://u:CANARY@b/'",
        "updater.mirror = 'https://u:CANARY@mirror.example/'",
        "notifier.webhook.a.headers = { A = \"CANARY\\n\" }",
        "notifier.webhook.a.headers = { 'A B' = 'CANARY' }",
        "notifier.webhook.a.headers = ['CANARY']",
        "notifier.webhook.a.headers = { A = 1, B = 'CANARY' }",
        "notifier.webhook.a.target = 'https://u:CANARY@x/'",
        "notifier.amqp.a.uris = ['http://u:CANARY@x/']",
        "notifier.amqp.a.uris = 'amqp://u:CANARY@x/'",
        "notifier.amqp.a.uris_file = 'key'",
        "notifier.stomp.a.passcode = ['CANARY']",
        "api.tls = { certificate = 'key', key = 'key' }",
    ] {
        let place = Place::with(text);
        place.write("key", "CANARY CANARY");
        let problems = place.problems();
        assert!(!problems.is_empty(), "{text}");
        silent(&problems.join("\n"));
    }
    for name in ["LIMPID_AUTH_PSK_KEY", "LIMPID_AUTH_PSK_KYE", "LIMPID_NOTIFIER_WEBHOOK_A_HEADERS"] {
        silent(&Place::new().variable(name, CANARY).problems().join("\n"));
    }
    for text in [
        "auth: {psk: {key: CANARY CANARY}}",
        "auth: {psk: {key: [CANARY]}}",
        "auth: {psk: {key: CANARY",
        "auth: {psk: {key: 'CANARY}}",
        "auth: {keyserver: CANARY}",
        "auth: {psk: {kye: CANARY}}",
        "indexer: {connstring: CANARY}",
        "indexer: {connstring: 'host=a password=CANARY'}\nmatcher: {connstring: 'host=b password=CANARY'}",
        "notifier: {webhook: {target: x, headers: {A: {b: CANARY}}}}",
        "notifier: {amqp: {uris: ['http://u:CANARY@x/']}}",
        "a: &a [CANARY]\nb: *c",
        "auth: {psk: {key: CANARY, key: CANARY}}",
    ] {
        let problems = Place::with_clair("config.yaml", text).problems();
        assert!(!problems.is_empty(), "{text}");
        silent(&problems.join("\n"));
    }
    silent(
        &Place::with_clair("config.json", "{\"auth\": {\"psk\": {\"key\": \"CANARY\" x")
            .problems()
            .join("\n"),
    );
}
