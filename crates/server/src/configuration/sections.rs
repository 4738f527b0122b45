//! From settings to the configuration: each section is read, and what only several keys together can have wrong is found.

mod api;
mod harbor;
mod mail;
mod oidc;
mod registry;
mod targets;

use limpid_core::ecosystems;

use super::{
    Blobs, Configuration, Database, Egress, Indexer, Log, Matcher, Notifier, Role, Updater,
    problem::Problem,
    reader::Reader,
    settings::Settings,
    values::{self, Wrong},
};
use crate::secret::Secret;

/// The roles by their words.
pub(super) const ROLES: [(&str, Role); 6] = [
    ("indexer", Role::Indexer),
    ("matcher", Role::Matcher),
    ("updater", Role::Updater),
    ("notifier", Role::Notifier),
    ("registry", Role::Registry),
    ("ui", Role::Ui),
];

/// Reads everything. The configuration is there where nothing is wrong.
pub(super) fn read(settings: &Settings) -> Result<Configuration, Vec<Problem>> {
    let mut reader = Reader { settings, problems: Vec::new() };
    let configuration = configuration(&mut reader);
    match configuration {
        Some(configuration) if reader.problems.is_empty() => Ok(configuration),
        Some(_) => Err(reader.problems),
        None => {
            if reader.problems.is_empty() {
                reader.problems.push(Problem::new("a fault of Limpid: a key without value was not noticed"));
            }
            Err(reader.problems)
        }
    }
}

/// All sections are read before one that is missing ends it.
fn configuration(reader: &mut Reader<'_>) -> Option<Configuration> {
    let data = reader.path("data");
    if reader.settings.get("data").is_none() {
        reader.missing("data", "no home directory is known, so say where the data is");
    }
    let roles = reader.list("roles", values::role);
    if roles.as_ref().is_some_and(Vec::is_empty) {
        reader.said("roles", "a process without a role does nothing; leave the key out for all roles");
    }
    let log = log(reader);
    let api = api::api(reader);
    let introspection = api::introspection(reader);
    let auth = api::auth(reader);
    api::admission(reader, api.as_ref(), &auth);
    let registry = registry::registry(reader);
    registry::admission(reader, registry.as_ref());
    let harbor = harbor::harbor(reader);
    let listeners = [
        ("api.listen", api.as_ref().map(|api| api.listen)),
        ("introspection.listen", introspection.as_ref().map(|introspection| introspection.listen)),
        ("registry.listen", registry.as_ref().map(|registry| registry.listen)),
    ];
    api::apart(reader, &listeners);
    let database = database(reader);
    let blobs = blobs(reader);
    let indexer = indexer(reader);
    let jars = reader.path("matcher.jars");
    let updater = updater(reader);
    let notifier = notifier(reader);
    Some(Configuration {
        data: data?,
        roles: roles?.into_iter().collect(),
        log: log?,
        api: api?,
        introspection: introspection?,
        auth: auth?,
        database: database?,
        blobs: blobs?,
        indexer: indexer?,
        matcher: Matcher { jars },
        updater: updater?,
        notifier: notifier?,
        registry: registry?,
        harbor: harbor?,
    })
}

fn log(reader: &mut Reader<'_>) -> Option<Log> {
    let level = reader.get("log.level", values::level);
    let json = reader.get("log.json", values::boolean);
    Some(Log { level: level?, json: json? })
}

fn database(reader: &mut Reader<'_>) -> Option<Database> {
    let url = if reader.settings.get("database.url").is_some() {
        reader.address("database.url", &["sqlite:"], values::database).map(Secret::new)
    } else {
        reader.secret("database.url").and_then(|(url, key)| match values::database(url.reveal()) {
            Ok(()) => Some(url),
            Err(Wrong::Kind | Wrong::Said(_)) => {
                reader.said(&key, "what the file holds is no address of a database");
                None
            }
        })
    };
    let connections = reader.number("database.connections");
    Some(Database { url: url?, connections: connections? })
}

fn blobs(reader: &mut Reader<'_>) -> Option<Blobs> {
    let url = reader.address("blobs.url", &["file:"], values::blobs);
    let cache_bytes = reader.get("blobs.cache", values::size);
    Some(Blobs { url: url?, cache_bytes: cache_bytes? })
}

fn indexer(reader: &mut Reader<'_>) -> Option<Indexer> {
    let workers = reader.number("indexer.workers");
    let reindex_per_second = reader.number("indexer.reindex_per_second");
    let chosen = reader.list("indexer.ecosystems", values::ecosystem);
    // Sorted and once each, and all as none: what does not change the result must not change the index state.
    let ecosystems = chosen.map(|mut chosen| {
        chosen.sort();
        chosen.dedup();
        if chosen.len() == ecosystems::all().iter().count() { Vec::new() } else { chosen }
    });
    let layers = egress(reader, "indexer.layers");
    Some(Indexer {
        workers: workers?,
        reindex_per_second: reindex_per_second?,
        ecosystems: ecosystems?,
        layers: layers?,
    })
}

/// The keys of egress in a table.
fn egress(reader: &mut Reader<'_>, table: &str) -> Option<Egress> {
    let allow_networks = reader.list(&format!("{table}.allow_networks"), values::network);
    let allow_hosts = reader.list(&format!("{table}.allow_hosts"), values::host);
    let allow_plain_http = reader.get(&format!("{table}.allow_plain_http"), values::boolean);
    Some(Egress {
        allow_networks: allow_networks?,
        allow_hosts: allow_hosts?,
        allow_plain_http: allow_plain_http?,
    })
}

fn updater(reader: &mut Reader<'_>) -> Option<Updater> {
    let on = reader.get("updater.on", values::boolean);
    let period = reader.get("updater.period", values::period);
    let mirror = reader.address("updater.mirror", &["file://"], values::mirror);
    let feeds = reader.list("updater.feeds", values::feed);
    let nvd = reader.get("updater.nvd", values::boolean);
    Some(Updater { on: on?, period: period?, mirror, feeds: feeds?, nvd: nvd? })
}

fn notifier(reader: &mut Reader<'_>) -> Option<Notifier> {
    let summary = reader.get("notifier.summary", values::boolean);
    let callback = reader.get("notifier.callback", values::url).map(api::with_slash);
    let most_removed_percent = reader.number("notifier.most_removed_percent");
    let targets = targets::targets(reader);
    Some(Notifier {
        summary: summary?,
        callback,
        most_removed_percent: most_removed_percent?,
        targets: targets?,
    })
}
