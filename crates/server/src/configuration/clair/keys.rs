//! The keys of Clair v4, and why those without a counterpart have none.

use super::super::problem::{did_you_mean, nearest};

/// What becomes of a key, and of all below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It becomes a setting.
    Used,
    /// It does not, and why.
    Ignored(&'static str),
}

use Fate::{Ignored, Used};

const ONE_DATABASE: &str = "all processes share the database, and ask each other nothing";
const SCHEMA: &str = "the schema is brought up to date at every start";
const EXCHANGE: &str = "the exchange must exist, and stays as it is";

/// Every key. A key that is here without those below it has whatever below it.
const KEYS: &[(&str, Fate)] = &[
    ("http_listen_addr", Used),
    ("introspection_addr", Used),
    ("log_level", Used),
    ("tls.cert", Used),
    ("tls.key", Used),
    ("tls.root_ca", Ignored("Clair does not use it either")),
    ("indexer.connstring", Used),
    (
        "indexer.scanlock_retry",
        Ignored("nobody waits for a lock: equal requests at one time are one execution"),
    ),
    ("indexer.layer_scan_concurrency", Ignored("indexer.workers decides how much is done at once")),
    ("indexer.index_report_request_concurrency", Used),
    ("indexer.migrations", Ignored(SCHEMA)),
    ("indexer.airgap", Used),
    ("indexer.scanner", Ignored("detectors have no settings")),
    ("matcher.connstring", Used),
    ("matcher.indexer_addr", Ignored(ONE_DATABASE)),
    ("matcher.period", Used),
    ("matcher.update_retention", Ignored("how many operations are kept of a feed is fixed")),
    (
        "matcher.cache_age",
        Ignored("a report is never older than the advisory data, so nobody has to keep it"),
    ),
    ("matcher.migrations", Ignored(SCHEMA)),
    ("matcher.disable_updaters", Used),
    ("matcher.disable_enrichment", Ignored("there are no enrichers that could be switched off")),
    ("matcher.max_conn_pool", Ignored("Clair does not use it either; here it is database.connections")),
    ("matchers.names", Used),
    ("matchers.config", Ignored("matchers have no settings")),
    ("updaters.sets", Used),
    (
        "updaters.config",
        Ignored("feeds have no settings; updater.mirror has all of them read from elsewhere"),
    ),
    ("updaters.filter", Ignored("Clair's service does not use it either")),
    ("notifier.connstring", Used),
    ("notifier.indexer_addr", Ignored(ONE_DATABASE)),
    ("notifier.matcher_addr", Ignored(ONE_DATABASE)),
    ("notifier.migrations", Ignored(SCHEMA)),
    ("notifier.poll_interval", Ignored("not needed, because changes are noticed when they are made")),
    (
        "notifier.delivery_interval",
        Ignored("not needed, because targets are told at once, and again after a while where that fails"),
    ),
    ("notifier.disable_summary", Used),
    ("notifier.webhook.target", Used),
    ("notifier.webhook.callback", Used),
    ("notifier.webhook.headers", Used),
    (
        "notifier.webhook.signed",
        Ignored("it has no effect in Clair; here a webhook is signed when there is a key"),
    ),
    ("notifier.amqp.tls.root_ca", Used),
    ("notifier.amqp.tls.cert", Used),
    ("notifier.amqp.tls.key", Used),
    ("notifier.amqp.exchange.name", Used),
    ("notifier.amqp.exchange.type", Ignored(EXCHANGE)),
    ("notifier.amqp.exchange.durability", Ignored(EXCHANGE)),
    ("notifier.amqp.exchange.auto_delete", Ignored(EXCHANGE)),
    ("notifier.amqp.routing_key", Used),
    ("notifier.amqp.callback", Used),
    ("notifier.amqp.uris", Used),
    ("notifier.amqp.rollup", Used),
    ("notifier.amqp.direct", Used),
    ("notifier.stomp.tls.root_ca", Used),
    ("notifier.stomp.tls.cert", Used),
    ("notifier.stomp.tls.key", Used),
    ("notifier.stomp.user.login", Used),
    ("notifier.stomp.user.passcode", Used),
    ("notifier.stomp.callback", Used),
    ("notifier.stomp.destination", Used),
    ("notifier.stomp.uris", Used),
    ("notifier.stomp.rollup", Used),
    ("notifier.stomp.direct", Used),
    ("auth.psk.key", Used),
    ("auth.psk.iss", Used),
    ("auth.keyserver", Used),
    ("trace", Ignored("Limpid sends no traces")),
    ("metrics", Ignored("metrics are at /metrics of introspection.listen, in the format of Prometheus")),
];

/// What a path of the document is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A key, or below one.
    Key(&'static str, Fate),
    /// A map of keys.
    Map,
    /// Nothing that Clair knows; and what was probably meant.
    Unknown(String),
}

/// Looks a path up.
pub(super) fn find(path: &str) -> Place {
    let below =
        |key: &str| path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if let Some((key, fate)) = KEYS.iter().find(|(key, _)| below(key)) {
        return Place::Key(key, *fate);
    }
    if KEYS.iter().any(|(key, _)| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))) {
        return Place::Map;
    }
    let maps = KEYS.iter().filter_map(|(key, _)| key.split_once('.').map(|(map, _)| map));
    Place::Unknown(did_you_mean(nearest(path, KEYS.iter().map(|(key, _)| *key).chain(maps))))
}
