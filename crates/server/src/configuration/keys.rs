//! The keys of the configuration: what each may be, what it is by default, and what may be shown of it.
//!
//! One table, from which the file, the environment, errors and `--check` are read; docs/service.md is held against it.

use super::kinds::Kind;

/// What comes before the name of every environment variable.
pub(super) const VARIABLE_PREFIX: &str = "LIMPID_";

/// A key. In its path `*` stands for a name that the operator chooses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) fallback: Fallback,
    pub(super) shown: Shown,
    /// A good value, as it stands in the file.
    pub(super) example: &'static str,
}

/// The value of a key that nobody sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fallback {
    /// There is none.
    None,
    Text(&'static str),
    Boolean(bool),
    Number(i64),
    EmptyList,
    /// Every role.
    Roles,
    /// As many as this machine has cores.
    Cores,
    /// The data directory that the command knows.
    Data,
    /// Something in the data directory, behind a prefix.
    InData(&'static str, &'static str),
}

/// What may be shown of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Whole,
    /// An address, without the password that may be in it.
    Address,
    Nothing,
}

impl Key {
    const fn new(path: &'static str, kind: Kind, fallback: Fallback, example: &'static str) -> Self {
        Self { path, kind, fallback, shown: Shown::Whole, example }
    }

    const fn shown(self, shown: Shown) -> Self {
        Self { shown, ..self }
    }
}

/// Every key, in the order in which they are shown.
pub(super) const KEYS: &[Key] = &[
    Key::new("data", Kind::Path, Fallback::Data, r#""/var/lib/limpid""#),
    Key::new("roles", Kind::Roles, Fallback::Roles, r#"["indexer", "matcher"]"#),
    Key::new("log.level", Kind::Level, Fallback::Text("info"), r#""info""#),
    Key::new("log.json", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("api.listen", Kind::Listen, Fallback::Text("127.0.0.1:6060"), r#""0.0.0.0:6060""#),
    Key::new("api.tls.certificate", Kind::Path, Fallback::None, r#""/etc/limpid/tls.crt""#),
    Key::new("api.tls.key", Kind::Path, Fallback::None, r#""/etc/limpid/tls.key""#),
    Key::new("api.public_url", Kind::Url, Fallback::None, r#""https://limpid.example.com""#),
    Key::new("api.blind_spots_as_vulnerabilities", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new(
        "api.unauthenticated",
        Kind::Sentence,
        Fallback::None,
        r#""anybody who reaches this address may use it""#,
    ),
    Key::new("registry.listen", Kind::Listen, Fallback::Text("127.0.0.1:5000"), r#""0.0.0.0:443""#),
    Key::new("registry.tls.certificate", Kind::Path, Fallback::None, r#""/etc/limpid/tls.crt""#),
    Key::new("registry.tls.key", Kind::Path, Fallback::None, r#""/etc/limpid/tls.key""#),
    Key::new("registry.tls_elsewhere", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("registry.public_url", Kind::Url, Fallback::None, r#""https://registry.example.com""#),
    Key::new("registry.admin_password_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-admin""#),
    Key::new("registry.manifest_bytes", Kind::Size, Fallback::Text("8M"), r#""8M""#),
    Key::new("registry.redirect", Kind::Boolean, Fallback::Boolean(true), "false"),
    Key::new("registry.redirect_bytes", Kind::Size, Fallback::Text("1M"), r#""16M""#),
    Key::new("registry.webhooks.allow_networks", Kind::Networks, Fallback::EmptyList, r#"["10.0.0.0/8"]"#),
    Key::new("registry.webhooks.allow_hosts", Kind::Hosts, Fallback::EmptyList, r#"["chat.internal"]"#),
    Key::new("registry.webhooks.allow_plain_http", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("registry.untagged", Kind::Period, Fallback::None, r#""30d""#),
    Key::new(
        "registry.upstreams.credentials_file",
        Kind::Path,
        Fallback::None,
        r#""/run/secrets/limpid-upstreams.json""#,
    ),
    Key::new("registry.upstreams.allow_networks", Kind::Networks, Fallback::EmptyList, r#"["10.0.0.0/8"]"#),
    Key::new("registry.upstreams.allow_hosts", Kind::Hosts, Fallback::EmptyList, r#"["registry.internal"]"#),
    Key::new("registry.upstreams.allow_plain_http", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("harbor.api_key", Kind::Text, Fallback::None, r#""c2VjcmV0IGtleSBvZiBIYXJib3I""#)
        .shown(Shown::Nothing),
    Key::new("harbor.api_key_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-harbor""#),
    Key::new("introspection.listen", Kind::Listen, Fallback::Text("127.0.0.1:8089"), r#""0.0.0.0:8089""#),
    Key::new("auth.psk.key", Kind::Base64, Fallback::None, r#""c2VjcmV0IGtleSBvZiB0aGUgc2VydmljZQ==""#)
        .shown(Shown::Nothing),
    Key::new("auth.psk.key_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-psk""#),
    Key::new("auth.psk.issuers", Kind::Texts, Fallback::None, r#"["quay", "clairctl"]"#),
    Key::new("oidc.issuer", Kind::Url, Fallback::None, r#""https://login.example.com/realms/staff""#),
    Key::new("oidc.client_id", Kind::Text, Fallback::None, r#""limpid""#),
    Key::new("oidc.client_secret", Kind::Text, Fallback::None, r#""…""#).shown(Shown::Nothing),
    Key::new("oidc.client_secret_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-oidc""#),
    Key::new("oidc.create_users", Kind::Boolean, Fallback::Boolean(true), "false"),
    Key::new("oidc.scopes", Kind::Texts, Fallback::EmptyList, r#"["groups"]"#),
    Key::new("oidc.groups_claim", Kind::Text, Fallback::Text("groups"), r#""roles""#),
    Key::new("oidc.superuser_groups", Kind::Texts, Fallback::EmptyList, r#"["platform"]"#),
    Key::new("oidc.auditor_groups", Kind::Texts, Fallback::EmptyList, r#"["security"]"#),
    Key::new("oidc.allow_networks", Kind::Networks, Fallback::EmptyList, r#"["10.0.0.0/8"]"#),
    Key::new("oidc.allow_hosts", Kind::Hosts, Fallback::EmptyList, r#"["login.internal"]"#),
    Key::new("oidc.allow_plain_http", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("mail.server", Kind::Text, Fallback::None, r#""smtps://mail.example.com""#),
    Key::new("mail.in_the_clear", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("mail.root_ca", Kind::Path, Fallback::None, r#""/etc/limpid/ca.pem""#),
    Key::new("mail.login", Kind::Text, Fallback::None, r#""limpid""#),
    Key::new("mail.password", Kind::Text, Fallback::None, r#""…""#).shown(Shown::Nothing),
    Key::new("mail.password_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-mail""#),
    Key::new("mail.from", Kind::Text, Fallback::None, r#""Limpid <limpid@example.com>""#),
    Key::new("mail.allow_domains", Kind::Hosts, Fallback::EmptyList, r#"["example.com", ".example.com"]"#),
    Key::new(
        "database.url",
        Kind::Database,
        Fallback::InData("sqlite:", "limpid.sqlite"),
        r#""postgres://limpid@db.example.com/limpid""#,
    )
    .shown(Shown::Address),
    Key::new("database.url_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-database""#),
    Key::new("database.connections", Kind::Connections, Fallback::Number(8), "16"),
    Key::new(
        "blobs.url",
        Kind::Blobs,
        Fallback::InData("", "blobs"),
        r#""s3://limpid/blobs?region=eu-west-1""#,
    ),
    Key::new("blobs.cache", Kind::Size, Fallback::Text("4G"), r#""20G""#),
    Key::new("indexer.workers", Kind::Workers, Fallback::Cores, "4"),
    Key::new("indexer.reindex_per_second", Kind::Rate, Fallback::Number(20), "20"),
    Key::new("indexer.ecosystems", Kind::Ecosystems, Fallback::EmptyList, EXAMPLE_ECOSYSTEMS),
    Key::new("indexer.layers.allow_networks", Kind::Networks, Fallback::EmptyList, r#"["10.0.0.0/8"]"#),
    Key::new(
        "indexer.layers.allow_hosts",
        Kind::Hosts,
        Fallback::EmptyList,
        r#"["quay.internal", ".example.com"]"#,
    ),
    Key::new("indexer.layers.allow_plain_http", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("matcher.jars", Kind::Path, Fallback::None, r#""/etc/limpid/jars.tsv""#),
    Key::new("updater.on", Kind::Boolean, Fallback::Boolean(true), "false"),
    Key::new("updater.period", Kind::Period, Fallback::Text("6h"), r#""6h""#),
    Key::new("updater.mirror", Kind::Mirror, Fallback::None, r#""https://mirror.example.com/advisories""#)
        .shown(Shown::Address),
    Key::new("updater.feeds", Kind::Feeds, Fallback::EmptyList, EXAMPLE_ECOSYSTEMS),
    Key::new("updater.nvd", Kind::Boolean, Fallback::Boolean(true), "false"),
    Key::new("notifier.summary", Kind::Boolean, Fallback::Boolean(true), "false"),
    Key::new(
        "notifier.callback",
        Kind::Url,
        Fallback::None,
        r#""https://limpid.example.com/notifier/api/v1/notification/""#,
    ),
    Key::new("notifier.most_removed_percent", Kind::Percent, Fallback::Number(10), "10"),
    Key::new(
        "notifier.webhook.*.target",
        Kind::Url,
        Fallback::None,
        r#""https://quay.example.com/secscan/notification""#,
    ),
    Key::new(
        "notifier.webhook.*.headers",
        Kind::Headers,
        Fallback::None,
        r#"{ Authorization = "Bearer …" }"#,
    )
    .shown(Shown::Nothing),
    Key::new(
        "notifier.webhook.*.headers_file",
        Kind::HeaderFiles,
        Fallback::None,
        r#"{ Authorization = "/run/secrets/webhook" }"#,
    ),
    Key::new("notifier.webhook.*.allow_networks", Kind::Networks, Fallback::EmptyList, r#"["10.0.0.0/8"]"#),
    Key::new("notifier.webhook.*.allow_hosts", Kind::Hosts, Fallback::EmptyList, r#"["quay.internal"]"#),
    Key::new("notifier.webhook.*.allow_plain_http", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new(
        "notifier.amqp.*.uris",
        Kind::Brokers,
        Fallback::None,
        r#"["amqps://user:password@mq.example.com/"]"#,
    )
    .shown(Shown::Nothing),
    Key::new("notifier.amqp.*.uris_file", Kind::Path, Fallback::None, r#""/run/secrets/limpid-brokers""#),
    Key::new("notifier.amqp.*.exchange", Kind::Text, Fallback::Text(""), r#""vulnerabilities""#),
    Key::new("notifier.amqp.*.routing_key", Kind::Text, Fallback::None, r#""notifications""#),
    Key::new("notifier.amqp.*.direct", Kind::Batch, Fallback::None, "100"),
    Key::new("notifier.amqp.*.root_ca", Kind::Path, Fallback::None, r#""/etc/limpid/ca.pem""#),
    Key::new("notifier.amqp.*.certificate", Kind::Path, Fallback::None, r#""/etc/limpid/client.crt""#),
    Key::new("notifier.amqp.*.key", Kind::Path, Fallback::None, r#""/etc/limpid/client.key""#),
    Key::new("notifier.stomp.*.uris", Kind::HostPorts, Fallback::None, r#"["mq.example.com:61613"]"#),
    Key::new("notifier.stomp.*.destination", Kind::Text, Fallback::None, r#""/queue/notifications""#),
    Key::new("notifier.stomp.*.virtual_host", Kind::Text, Fallback::Text("/"), r#""limpid""#),
    Key::new("notifier.stomp.*.login", Kind::Text, Fallback::None, r#""limpid""#),
    Key::new("notifier.stomp.*.passcode", Kind::Text, Fallback::None, r#""…""#).shown(Shown::Nothing),
    Key::new("notifier.stomp.*.passcode_file", Kind::Path, Fallback::None, r#""/run/secrets/stomp""#),
    Key::new("notifier.stomp.*.direct", Kind::Batch, Fallback::None, "100"),
    Key::new("notifier.stomp.*.tls", Kind::Boolean, Fallback::Boolean(false), "true"),
    Key::new("notifier.stomp.*.root_ca", Kind::Path, Fallback::None, r#""/etc/limpid/ca.pem""#),
    Key::new("notifier.stomp.*.certificate", Kind::Path, Fallback::None, r#""/etc/limpid/client.crt""#),
    Key::new("notifier.stomp.*.key", Kind::Path, Fallback::None, r#""/etc/limpid/client.key""#),
];

/// Stands for the ids of two ecosystems, which only the list of them knows; see [`Key::example`].
const EXAMPLE_ECOSYSTEMS: &str = "";

impl Key {
    /// A good value, as it stands in the file.
    pub(super) fn example(&self) -> String {
        if self.example != EXAMPLE_ECOSYSTEMS {
            return self.example.to_owned();
        }
        let ecosystems = limpid_core::ecosystems::all();
        let two: Vec<String> =
            ecosystems.iter().take(2).map(|ecosystem| format!("{:?}", ecosystem.id)).collect();
        format!("[{}]", two.join(", "))
    }
}

/// The key that a path is one of.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| matches(key.path, path, false))
}

/// Whether there are keys below a path.
pub(super) fn is_table(path: &str) -> bool {
    KEYS.iter().any(|key| matches(key.path, path, true))
}

/// Whether the last part of a path is a name that the operator chose.
pub(super) fn is_chosen_name(path: &str) -> bool {
    let depth = path.split('.').count();
    KEYS.iter().any(|key| matches(key.path, path, true) && key.path.split('.').nth(depth - 1) == Some("*"))
}

/// Compares part by part. With `beginning`, the pattern must go on where the path ends.
fn matches(pattern: &str, path: &str, beginning: bool) -> bool {
    let mut pattern = pattern.split('.');
    let all =
        path.split('.').all(|part| pattern.next().is_some_and(|wanted| wanted == "*" || wanted == part));
    all && pattern.next().is_some() == beginning
}

/// The path of a key in a table such as `notifier.webhook.*`, for the name in another path of that table.
pub(super) fn named(pattern: &str, name: &str) -> String {
    pattern.replacen('*', name, 1)
}

/// The environment variable of a path: `LIMPID_API_LISTEN`.
pub(super) fn variable(path: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", path.replace(['.', '-'], "_").to_uppercase())
}

/// The key that a variable sets, and its path.
pub(super) fn of_variable(variable_name: &str) -> Option<(&'static Key, String)> {
    let exact = KEYS.iter().find(|key| !key.path.contains('*') && variable(key.path) == variable_name);
    if let Some(key) = exact {
        return Some((key, key.path.to_owned()));
    }
    let named_keys = KEYS.iter().filter_map(|key| {
        let (before, after) = key.path.split_once('*')?;
        let after = after.replace('.', "_").to_uppercase();
        let name = variable_name.strip_prefix(&variable(before))?.strip_suffix(&after)?;
        let name = name.to_lowercase().replace('_', "-");
        is_name(&name).then(|| (after.len(), key, named(key.path, &name)))
    });
    // `…_QUAY_HEADERS_FILE` ends with `_FILE` in more than one way; the longest is meant.
    named_keys.max_by_key(|(length, _, _)| *length).map(|(_, key, path)| (key, path))
}

/// Names are what variables can be made of, and have one spelling.
pub(super) fn is_name(name: &str) -> bool {
    let good =
        |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    !name.is_empty() && name.len() <= crate::limits::NAME_BYTES && name.chars().all(good)
}

/// The key beside this one that gives the same secret as a file, or in place of a file. Headers have none: some may be
/// given in one way and some in the other.
pub(super) fn sibling(path: &str) -> Option<String> {
    if find(path).is_none_or(|key| matches!(key.kind, Kind::Headers | Kind::HeaderFiles)) {
        return None;
    }
    let other = match path.strip_suffix("_file") {
        Some(plain) => plain.to_owned(),
        None => format!("{path}_file"),
    };
    find(&other).map(|_| other)
}
