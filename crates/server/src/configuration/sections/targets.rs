//! Targets of notifications: `[notifier.webhook.NAME]`, `[notifier.amqp.NAME]`, `[notifier.stomp.NAME]`.

use crate::{
    configuration::{
        Amqp, Delivery, Stomp, Target, Tls, Webhook,
        problem::Problem,
        reader::Reader,
        settings::Origin,
        values::{self, Wrong},
    },
    secret::Secret,
};

/// The kinds of targets.
const WEBHOOK: &str = "notifier.webhook";
const AMQP: &str = "notifier.amqp";
const STOMP: &str = "notifier.stomp";

pub(super) fn targets(reader: &mut Reader<'_>) -> Option<Vec<Target>> {
    let mut targets: Vec<Option<Target>> = Vec::new();
    let mut seen: Vec<(String, &str)> = Vec::new();
    for kind in [WEBHOOK, AMQP, STOMP] {
        for name in reader.settings.names(kind) {
            let table = format!("{kind}.{name}");
            if let Some((_, other)) = seen.iter().find(|(known, _)| *known == name) {
                let why =
                    format!("{table} and {other}.{name} have one name; deliveries are kept apart by it");
                note(reader, &table, why);
            }
            let delivery = match kind {
                WEBHOOK => webhook(reader, &table).map(Delivery::Webhook),
                AMQP => amqp(reader, &table).map(Delivery::Amqp),
                _stomp => stomp(reader, &table).map(Delivery::Stomp),
            };
            needs_callback(reader, &table, delivery.as_ref());
            targets.push(delivery.map(|delivery| Target { name: name.clone(), delivery }));
            seen.push((name, kind));
        }
    }
    targets.into_iter().collect()
}

fn note(reader: &mut Reader<'_>, table: &str, why: String) {
    let origin = reader.settings.table(table).cloned().unwrap_or(Origin::Default);
    reader.problems.push(Problem::at(&origin, why));
}

/// Whoever is told an address must be able to follow it.
fn needs_callback(reader: &mut Reader<'_>, table: &str, delivery: Option<&Delivery>) {
    let direct = match delivery {
        None => return,
        Some(Delivery::Webhook(_)) => None,
        Some(Delivery::Amqp(amqp)) => amqp.direct,
        Some(Delivery::Stomp(stomp)) => stomp.direct,
    };
    let known =
        ["notifier.callback", "api.public_url"].iter().any(|path| reader.settings.get(path).is_some());
    if direct.is_none() && !known {
        let why = format!(
            "{table} is told where notifications can be read, so notifier.callback or api.public_url must say how \
             this service is reached, such as public_url = \"https://limpid.example.com\""
        );
        note(reader, table, why);
    }
}

/// A key that a target cannot be without.
fn required<T>(
    reader: &mut Reader<'_>,
    path: &str,
    why: &str,
    read: impl FnOnce(&mut Reader<'_>, &str) -> Option<T>,
) -> Option<T> {
    if reader.settings.get(path).is_none() {
        reader.missing(path, why);
        return None;
    }
    read(reader, path)
}

fn webhook(reader: &mut Reader<'_>, table: &str) -> Option<Webhook> {
    let target = required(reader, &format!("{table}.target"), "a webhook has an address", |reader, path| {
        reader.get(path, values::url)
    });
    let headers = headers(reader, table);
    let egress = super::egress(reader, table);
    Some(Webhook { target: target?, headers: headers?, egress: egress? })
}

/// Headers that stand in the configuration, then those from files.
fn headers(reader: &mut Reader<'_>, table: &str) -> Option<Vec<(String, Secret)>> {
    let given = header_table(reader, &format!("{table}.headers"));
    let files_path = format!("{table}.headers_file");
    let files = header_table(reader, &files_path);
    let mut headers: Vec<Option<(String, Secret)>> = Vec::new();
    for (name, value) in given? {
        headers.push(header(reader, &format!("{table}.headers"), &name, &value));
    }
    for (name, file) in files? {
        if headers.iter().flatten().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            reader.said(&files_path, format!("“{name}” is in {table}.headers too"));
        }
        let file = reader.origin(&files_path).map(|origin| origin.resolve(&file))?;
        let secret = reader.secret_file(&files_path, &file);
        headers.push(secret.and_then(|secret| header(reader, &files_path, &name, secret.reveal())));
    }
    headers.into_iter().collect()
}

fn header(reader: &mut Reader<'_>, path: &str, name: &str, value: &str) -> Option<(String, Secret)> {
    match values::header(name, value) {
        Ok(header) => Some(header),
        Err(Wrong::Said(why)) => {
            reader.said(path, why);
            None
        }
        Err(Wrong::Kind) => None,
    }
}

/// A table of texts; empty where there is none.
fn header_table(reader: &mut Reader<'_>, path: &str) -> Option<Vec<(String, String)>> {
    if reader.settings.get(path).is_none() {
        return Some(Vec::new());
    }
    reader.get(path, |value| {
        let table = value.as_table().ok_or(Wrong::Kind)?;
        let entries = table.iter().map(|(name, value)| Ok((name.clone(), values::filled(value)?)));
        entries.collect::<Result<Vec<_>, Wrong>>()
    })
}

fn amqp(reader: &mut Reader<'_>, table: &str) -> Option<Amqp> {
    let uris = brokers(reader, &format!("{table}.uris"));
    let exchange = reader.get(&format!("{table}.exchange"), values::text);
    let routing_key =
        required(reader, &format!("{table}.routing_key"), "a message needs one", |reader, path| {
            reader.get(path, values::text)
        });
    let direct = reader.number(&format!("{table}.direct"));
    let root_ca = reader.path(&format!("{table}.root_ca"));
    let client = client(reader, table);
    Some(Amqp {
        uris: uris?,
        exchange: exchange?,
        routing_key: routing_key?,
        direct,
        root_ca,
        client: client?,
    })
}

/// The certificate that is shown to a broker. The outer `None`: half of it is missing, and that is noted.
fn client(reader: &mut Reader<'_>, table: &str) -> Option<Option<Tls>> {
    let (certificate_path, key_path) = (format!("{table}.certificate"), format!("{table}.key"));
    match (reader.path(&certificate_path), reader.path(&key_path)) {
        (None, None) => Some(None),
        (Some(certificate), Some(key)) => Some(Some(Tls { certificate, key })),
        (Some(_), None) => {
            reader.missing(&key_path, "a client certificate has a key");
            None
        }
        (None, Some(_)) => {
            reader.missing(&certificate_path, "a key of a client has a certificate");
            None
        }
    }
}

/// Brokers from the list, or from a file with one a line.
fn brokers(reader: &mut Reader<'_>, path: &str) -> Option<Vec<Secret>> {
    let of_file = format!("{path}_file");
    if reader.settings.get(&of_file).is_none() {
        let brokers = required(reader, path, "a broker has an address", |reader, path| {
            reader.list(path, values::broker)
        })?;
        if brokers.is_empty() {
            reader.said(path, "there is no broker in the list");
        }
        return Some(brokers);
    }
    let file = reader.path(&of_file)?;
    let content = reader.secret_file(&of_file, &file)?;
    let lines = content.reveal().lines().map(str::trim).filter(|line| !line.is_empty());
    let Ok(brokers) = lines.map(values::broker).collect::<Result<Vec<_>, Wrong>>() else {
        reader.said(&of_file, "each line of the file must be an amqps://… or amqp://… address");
        return None;
    };
    Some(brokers)
}

fn stomp(reader: &mut Reader<'_>, table: &str) -> Option<Stomp> {
    let uris = required(reader, &format!("{table}.uris"), "a broker has an address", |reader, path| {
        reader.list(path, values::host_port)
    });
    if uris.as_ref().is_some_and(Vec::is_empty) {
        reader.said(&format!("{table}.uris"), "there is no broker in the list");
    }
    let destination =
        required(reader, &format!("{table}.destination"), "a message has one", |reader, path| {
            reader.get(path, values::filled)
        });
    let virtual_host = reader.get(&format!("{table}.virtual_host"), values::filled);
    let login = login(reader, table);
    let direct = reader.number(&format!("{table}.direct"));
    let tls = reader.get(&format!("{table}.tls"), values::boolean);
    let root_ca = reader.path(&format!("{table}.root_ca"));
    let client = client(reader, table);
    Some(Stomp {
        uris: uris?,
        destination: destination?,
        virtual_host: virtual_host?,
        login: login?,
        direct,
        tls: tls?,
        root_ca,
        client: client?,
    })
}

/// The outer `None`: something is wrong, and noted.
fn login(reader: &mut Reader<'_>, table: &str) -> Option<Option<(String, Secret)>> {
    let (login_path, passcode_path) = (format!("{table}.login"), format!("{table}.passcode"));
    let has_login = reader.settings.get(&login_path).is_some();
    let has_passcode = [passcode_path.clone(), format!("{passcode_path}_file")]
        .iter()
        .any(|path| reader.settings.get(path).is_some());
    match (has_login, has_passcode) {
        (false, false) => return Some(None),
        (true, false) => reader.missing(&passcode_path, "a login has a passcode"),
        (false, true) => reader.missing(&login_path, "a passcode has a login"),
        (true, true) => {}
    }
    let login = reader.get(&login_path, values::text);
    let passcode = reader.secret(&passcode_path).map(|(secret, _)| secret);
    Some(Some((login?, passcode?)))
}
