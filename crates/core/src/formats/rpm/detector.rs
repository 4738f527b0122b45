//! Finds rpm packages: which files are read, and as what.

use super::{
    berkeley, history,
    limits::{MOST_DATABASE_BYTES, MOST_HISTORY_BYTES, MOST_LOG_BYTES, MOST_MANIFEST_BYTES},
    manifest, ndb,
    package::Packages,
    rpmdb,
};
use crate::{
    Detector, FoundFile, Parsed,
    formats::{damage::Damage, sqlite},
    revision,
    wants::{Pattern, Want, system_root},
};

/// Finds rpm packages, and says from which repositories they were installed.
pub const DETECTOR: Detector = Detector {
    id: "rpm",
    revision: revision::of("formats/rpm"),
    wants: &[
        database("var/lib/rpm/Packages"),
        database("var/lib/rpm/Packages.db"),
        database("var/lib/rpm/rpmdb.sqlite"),
        database("usr/lib/sysimage/rpm/Packages"),
        database("usr/lib/sysimage/rpm/Packages.db"),
        database("usr/lib/sysimage/rpm/rpmdb.sqlite"),
        database("usr/share/rpm/Packages"),
        database("usr/share/rpm/Packages.db"),
        database("usr/share/rpm/rpmdb.sqlite"),
        log("var/lib/rpm/rpmdb.sqlite-wal"),
        log("usr/lib/sysimage/rpm/rpmdb.sqlite-wal"),
        log("usr/share/rpm/rpmdb.sqlite-wal"),
        Want::new(Pattern::System(MANIFEST), MOST_MANIFEST_BYTES),
        Want::new(Pattern::System(HISTORIES[0]), MOST_HISTORY_BYTES),
        Want::new(Pattern::System(HISTORIES[1]), MOST_HISTORY_BYTES),
        log("var/lib/dnf/history.sqlite-wal"),
        log("usr/lib/sysimage/libdnf5/transaction_history.sqlite-wal"),
    ],
    companions: &[LOG],
    parse,
};

const LOG: &str = "-wal";
const MANIFEST: &str = "var/lib/rpmmanifest/container-manifest-2";
const HISTORIES: [&str; 2] =
    ["var/lib/dnf/history.sqlite", "usr/lib/sysimage/libdnf5/transaction_history.sqlite"];

const fn database(path: &'static str) -> Want {
    Want::new(Pattern::System(path), MOST_DATABASE_BYTES)
}

const fn log(path: &'static str) -> Want {
    Want::companion(Pattern::System(path), MOST_LOG_BYTES)
}

fn parse(file: &FoundFile<'_>) -> Parsed {
    let mut damage = Damage::default();
    let log = file.companions.iter().find(|(ending, _)| *ending == LOG).map_or(&[][..], |(_, log)| log);
    let mut parsed = Parsed::default();
    if HISTORIES.iter().any(|path| system_root(file.path, path).is_some()) {
        parsed.installed_from = history::read(file.content, log, &mut damage);
    } else {
        parsed.packages = if system_root(file.path, MANIFEST).is_some() {
            manifest::read(file.content, &mut damage)
        } else {
            packages(file.content, log, &mut damage)
        };
        if file.content.is_empty() && log.is_empty() {
            damage.note("the database is empty: what was installed cannot be known", "");
        } else if parsed.packages.is_empty() {
            damage.note("no package can be read from it", "");
        }
    }
    parsed.blind_spots = damage.into_blind_spots(file.path);
    parsed
}

/// The packages of a database, of the kind that its first bytes tell.
fn packages(content: &[u8], log: &[u8], damage: &mut Damage) -> Vec<crate::ParsedPackage> {
    let mut packages = Packages::default();
    let mut sink = |blob: &[u8], place: &str, damage: &mut Damage| packages.add(blob, place, damage);
    if content.starts_with(sqlite::MAGIC) || (content.is_empty() && !log.is_empty()) {
        rpmdb::read(content, log, damage, &mut sink);
    } else if content.starts_with(ndb::MAGIC) {
        ndb::read(content, damage, &mut sink);
    } else if let Some(order) = berkeley::recognise(content) {
        berkeley::read(content, order, damage, &mut sink);
    } else if !content.is_empty() {
        damage.note("it is no database of rpm that is known", "");
    }
    packages.list
}

#[cfg(test)]
mod tests;
