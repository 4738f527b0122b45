//! From Clair's keys to ours, one by one. Nothing is dropped without a word.

use std::{collections::BTreeSet, path::Path};

use limpid_core::{ecosystems, enrichment};
use serde_json::Value;

use super::{
    connections::{self, Connection},
    duration,
    mapper::Mapper,
    notifier,
};
use crate::{
    configuration::{problem::Unusable, settings::Settings},
    limits,
};

/// What Clair's `airgap` allows, without loopback and link-local addresses: there are a machine's own services, and those
/// of a cloud that give credentials away.
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/// Where Clair keeps its databases.
const CONNECTIONS: [&str; 3] = ["indexer.connstring", "matcher.connstring", "notifier.connstring"];

/// The settings, and what is to be said.
pub(super) fn map(file: &Path, document: &Value) -> Result<(Settings, Vec<String>), Unusable> {
    let mut mapper = Mapper::new(file, document);
    mapper.known_keys();
    mapper.listeners();
    mapper.auth();
    mapper.databases();
    mapper.indexer();
    mapper.updaters();
    mapper.matchers();
    notifier::map(&mut mapper);
    mapper.finish()
}

/// What becomes of the keys.
impl Mapper<'_> {
    fn listeners(&mut self) {
        self.listener("http_listen_addr", "api.listen", ":6060");
        self.listener("introspection_addr", "introspection.listen", ":8089");
        for (key, ours) in [("tls.cert", "api.tls.certificate"), ("tls.key", "api.tls.key")] {
            if let Some(path) = self.text(key) {
                self.set(ours, path, key);
            }
        }
        let Some(level) = self.text("log_level") else { return };
        let ours = match level.as_str() {
            "debug-color" | "debug" => "debug",
            "info" => "info",
            "warn" | "warning" => "warn",
            "error" | "fatal" | "panic" => "error",
            _other => {
                self.problem("log_level", format!("“{level}” is no level of Clair's"));
                return;
            }
        };
        self.set("log.level", ours, "log_level");
    }

    /// Go listens on every address where none is named.
    fn listener(&mut self, key: &str, ours: &str, default: &str) {
        let said = match self.value(key) {
            None => default.to_owned(),
            Some(_) => match self.text(key) {
                None => return,
                Some(text) if text.is_empty() => default.to_owned(),
                Some(text) => text,
            },
        };
        let address = match said.rsplit_once(':') {
            Some(("", port)) => format!("0.0.0.0:{port}"),
            Some(("localhost", port)) => format!("127.0.0.1:{port}"),
            Some(_) | None => said.clone(),
        };
        if address.parse::<std::net::SocketAddr>().is_err() {
            self.problem(key, format!("“{said}” is no IP address with a port, such as 0.0.0.0:6060"));
            return;
        }
        self.set(ours, address, key);
    }

    fn auth(&mut self) {
        if self.value("auth.keyserver").is_some() {
            self.problem("auth.keyserver", "key servers are not supported, as in Clair v4: use auth.psk");
        }
        if self.value("auth.psk").is_some() {
            // Without a key it is a problem, and not an API that is open to anybody.
            let origin = self.origin("auth.psk");
            self.settings.name_table("auth.psk", origin);
        }
        if let Some(key) = self.text("auth.psk.key") {
            self.set("auth.psk.key", key, "auth.psk.key");
        }
        if let Some(issuers) = self.texts("auth.psk.iss") {
            self.set("auth.psk.issuers", issuers, "auth.psk.iss");
        }
    }

    fn databases(&mut self) {
        let mut found: Vec<(&str, Connection)> = Vec::new();
        for key in CONNECTIONS {
            let Some(text) = self.text(key).filter(|text| !text.is_empty()) else { continue };
            match connections::parse(&text) {
                Some(connection) => found.push((key, connection)),
                None => {
                    self.problem(key, "it is no connection string, such as host=db.example.com dbname=clair")
                }
            }
        }
        let mut found = found.into_iter();
        let Some((key, first)) = found.next() else {
            self.warn(
                "indexer.connstring",
                "there is none. Clair then reads PGHOST and its like, which Limpid does not: the database is an \
                 embedded one unless database.url says another",
            );
            return;
        };
        for (other_key, other) in found {
            if !first.same_database(&other) {
                let (one, two) = (first.place(), other.place());
                self.problem(
                    other_key,
                    format!("it leads to {two}, and {key} to {one}; Limpid has one database: let all lead to the same"),
                );
            } else if first.text != other.text {
                self.warn(other_key, format!("ignored: the same database is opened as {key} says"));
            }
        }
        self.warn(
            key,
            "what Clair stored there is not used: Limpid makes tables of its own (better in a database of its own), and \
             manifests are indexed when they are submitted",
        );
        self.pool(key, &first);
        self.set("database.url", first.text, key);
    }

    fn pool(&mut self, key: &str, connection: &Connection) {
        for (option, value) in &connection.pool {
            match value.parse::<i64>() {
                Ok(number) if option == "pool_max_conns" => self.set("database.connections", number, key),
                Ok(_) | Err(_) => {
                    self.warn(key, format!("its option {option} is ignored: Limpid's pool has no such"))
                }
            }
        }
    }

    fn indexer(&mut self) {
        let requests = "indexer.index_report_request_concurrency";
        match self.number(requests) {
            None | Some(0) => {}
            Some(..0) => self.warn(requests, "ignored: there is always a limit; indexer.workers sets it"),
            Some(number) => self.set("indexer.workers", number.min(limits::MOST_WORKERS), requests),
        }
        if self.boolean("indexer.airgap") == Some(true) {
            self.set("indexer.layers.allow_networks", PRIVATE.map(str::to_owned).to_vec(), "indexer.airgap");
            self.warn(
                "indexer.airgap",
                "private networks are allowed, but loopback and link-local addresses are not, and public addresses are \
                 not forbidden: that is the network's to do",
            );
        } else {
            self.warn(
                "indexer.airgap",
                "it is off, and Clair fetches layers from any address; Limpid only from public ones over https. A \
                 registry in a private network must be named in indexer.layers.allow_hosts or allow_networks",
            );
        }
    }

    fn updaters(&mut self) {
        if let Some(text) = self.text("matcher.period") {
            match duration::seconds(&text) {
                // As Clair does.
                Some(..60) => self.set("updater.period", "6h", "matcher.period"),
                Some(seconds) => self.set("updater.period", duration::written(seconds), "matcher.period"),
                None => self.problem("matcher.period", format!("“{text}” is no time, such as 6h")),
            }
        }
        if self.boolean("matcher.disable_updaters") == Some(true) {
            self.set("updater.on", false, "matcher.disable_updaters");
        }
        let Some(sets) = self.texts("updaters.sets") else { return };
        let (of_nvd, sets): (Vec<String>, Vec<String>) = sets.into_iter().partition(|set| set == CLAIR_CVSS);
        let (mut known, unknown) = split(&sets, |set| set);
        if !of_nvd.is_empty() {
            known.push(enrichment::NVD.to_owned());
        }
        if !unknown.is_empty() {
            let names = unknown.join(", ");
            self.warn(
                "updaters.sets",
                format!("there is no feed here for {names}; what they judge is reported as not judged"),
            );
        }
        if known.is_empty() {
            self.warn("updaters.sets", "no feed is left, so nothing is fetched");
            self.set("updater.on", false, "updaters.sets");
        } else {
            self.set("updater.feeds", known, "updaters.sets");
        }
    }

    /// Names are `NAME-matcher`, and in many files, by a mistake in Clair's documentation, `NAME`.
    fn matchers(&mut self) {
        let Some(names) = self.texts("matchers.names") else { return };
        let (known, unknown) = split(&names, |name| name.strip_suffix("-matcher").unwrap_or(name));
        if !unknown.is_empty() {
            let names = unknown.join(", ");
            self.warn(
                "matchers.names",
                format!("there is no ecosystem here for {names}; what they judge is reported as not judged"),
            );
        }
        if known.is_empty() {
            self.warn("matchers.names", "ignored: no ecosystem is left, and a service that judges nothing would call everything unproven");
        } else {
            self.set("indexer.ecosystems", known, "matchers.names");
        }
    }
}

/// What Clair calls NVD's scores among the sets of its updaters.
const CLAIR_CVSS: &str = "clair.cvss";

/// The ids of the ecosystems that are meant, each once, and the names that mean none.
fn split(names: &[String], id: impl Fn(&str) -> &str) -> (Vec<String>, Vec<String>) {
    let all = ecosystems::all();
    let meant = |name: &str| {
        let mut all = all.iter();
        all.find(|ecosystem| ecosystem.id == name || ecosystem.clair_names.contains(&name)).map(|one| one.id)
    };
    let (mut ids, mut unknown) = (BTreeSet::new(), Vec::new());
    for name in names {
        match meant(id(name)) {
            Some(id) => drop(ids.insert(id.to_owned())),
            None => unknown.push(name.clone()),
        }
    }
    (ids.into_iter().collect(), unknown)
}
