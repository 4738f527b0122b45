//! Clair's notifier: one target, the first of webhook, AMQP and STOMP that there is.

use std::collections::BTreeMap;

use url::Url;

use super::mapper::Mapper;

/// The name that Clair's only target gets.
const NAME: &str = "clair";

/// A broker's TLS: Clair's key, and ours.
const TLS: [(&str, &str); 3] = [("tls.root_ca", "root_ca"), ("tls.cert", "certificate"), ("tls.key", "key")];

pub(super) fn map(mapper: &mut Mapper<'_>) {
    if let Some(disabled) = mapper.boolean("notifier.disable_summary") {
        mapper.set("notifier.summary", !disabled, "notifier.disable_summary");
    }
    let kinds = ["webhook", "amqp", "stomp"];
    let mut there = kinds.into_iter().filter(|kind| mapper.value(&format!("notifier.{kind}")).is_some());
    let Some(first) = there.next() else { return };
    let others: Vec<&str> = there.collect();
    for other in others {
        mapper.warn(
            &format!("notifier.{other}"),
            format!(
                "ignored: Clair tells one target, and that is notifier.{first}; here there can be several, so add \
                 [notifier.{other}.NAME] if it shall be told too"
            ),
        );
    }
    match first {
        "webhook" => webhook(mapper),
        "amqp" => amqp(mapper),
        _stomp => stomp(mapper),
    }
    let callback = format!("notifier.{first}.callback");
    if let Some(url) = mapper.text(&callback) {
        mapper.set("notifier.callback", url, &callback);
    }
}

/// The path of one of the target's keys here.
fn ours(kind: &str, key: &str) -> String {
    format!("notifier.{kind}.{NAME}.{key}")
}

fn copy_text(mapper: &mut Mapper<'_>, key: &str, ours: &str) {
    if let Some(text) = mapper.text(key) {
        mapper.set(ours, text, key);
    }
}

fn webhook(mapper: &mut Mapper<'_>) {
    let key = "notifier.webhook.target";
    if let Some(target) = mapper.text(key) {
        // Clair lets a webhook lead anywhere, and this address is the operator's own.
        let host = target.parse::<Url>().map(|url| url.host_str().map(str::to_owned));
        if let Ok(Some(host)) = host {
            mapper.set(&ours("webhook", "allow_hosts"), vec![host], key);
        }
        mapper.set(&ours("webhook", "target"), target, key);
    }
    headers(mapper);
}

/// Go's headers have a list of values each.
fn headers(mapper: &mut Mapper<'_>) {
    let key = "notifier.webhook.headers";
    let Some(value) = mapper.value(key) else { return };
    let one = |value: &serde_json::Value| match value.as_array() {
        Some(values) => {
            let texts: Option<Vec<&str>> = values.iter().map(serde_json::Value::as_str).collect();
            texts.map(|texts| texts.join(", "))
        }
        None => value.as_str().map(str::to_owned),
    };
    let read: Option<BTreeMap<String, String>> = value
        .as_object()
        .and_then(|fields| fields.iter().map(|(name, value)| Some((name.clone(), one(value)?))).collect());
    match read {
        Some(headers) => {
            let table: toml::Table =
                headers.into_iter().map(|(name, value)| (name, toml::Value::String(value))).collect();
            mapper.set(&ours("webhook", "headers"), table, key);
        }
        None => mapper.problem(key, "it must be a map of names and lists of texts"),
    }
}

fn amqp(mapper: &mut Mapper<'_>) {
    if let Some(uris) = mapper.texts("notifier.amqp.uris") {
        mapper.set(&ours("amqp", "uris"), uris, "notifier.amqp.uris");
    }
    for (key, name) in [("exchange.name", "exchange"), ("routing_key", "routing_key")].into_iter().chain(TLS)
    {
        copy_text(mapper, &format!("notifier.amqp.{key}"), &ours("amqp", name));
    }
    direct(mapper, "amqp");
}

fn stomp(mapper: &mut Mapper<'_>) {
    if let Some(uris) = mapper.texts("notifier.stomp.uris") {
        mapper.set(&ours("stomp", "uris"), uris, "notifier.stomp.uris");
    }
    if mapper.value("notifier.stomp.tls").is_some() {
        mapper.set(&ours("stomp", "tls"), true, "notifier.stomp.tls");
    }
    let own = [("destination", "destination"), ("user.login", "login"), ("user.passcode", "passcode")];
    for (key, name) in own.into_iter().chain(TLS) {
        copy_text(mapper, &format!("notifier.stomp.{key}"), &ours("stomp", name));
    }
    direct(mapper, "stomp");
}

/// `direct` with `rollup`: how many notifications a message has. Clair's 0 is 1.
fn direct(mapper: &mut Mapper<'_>, kind: &str) {
    let (key, rollup) = (format!("notifier.{kind}.direct"), format!("notifier.{kind}.rollup"));
    let number = mapper.number(&rollup);
    if mapper.boolean(&key) == Some(true) {
        mapper.set(&ours(kind, "direct"), number.unwrap_or(1).max(1), &key);
    } else if number.is_some() {
        mapper.warn(&rollup, "ignored: it is for direct notifications, and notifier.direct is off");
    }
}
