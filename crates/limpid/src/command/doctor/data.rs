//! What is kept on this machine: the directory, the evidence, the advisory data.

use std::{collections::BTreeSet, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use limpid_catalog::catalog::{FeedCondition, FeedStatus, Status};
use limpid_core::words::{age, counted, first_few, size};
use limpid_server::doctor::Check;

use crate::engine::Engine;

const FEEDS: &str = "feeds";
const CATALOG: &str = "advisory data";

/// Room below which an update of all feeds, or the layers of a large image, may not fit.
const LITTLE_ROOM: u64 = 2_000_000_000;

/// Room below which next to nothing fits.
const NO_ROOM: u64 = 100_000_000;

/// How far a feed may be ahead of the clock: clocks are never quite the same.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// How many feeds are named.
const NAMED: usize = 4;

/// What was seen of the advisory data.
pub(super) struct Loaded {
    pub(super) checks: Vec<Check>,
    /// The first part of the names of the feeds that are loaded: the ecosystems.
    pub(super) sources: BTreeSet<String>,
}

/// Whether a directory can be written to, and has room.
pub(super) fn directory(subject: &str, path: &Path) -> Check {
    let place = path.display();
    if path.exists() && !path.is_dir() {
        return Check::wrong(
            subject,
            format!("{place} is no directory"),
            "name another one, or move it away",
        );
    }
    // One that is not there is made within the nearest that is.
    let Some(there) = path.ancestors().find(|ancestor| ancestor.is_dir()) else {
        return Check::wrong(subject, format!("nothing of {place} is there"), "name another one: --db DIR");
    };
    if let Err(error) = tempfile::tempfile_in(there) {
        let says = format!("{} cannot be written to: {error}", there.display());
        return Check::wrong(subject, says, "let this user write to it, or name another one: --db DIR");
    }
    let kept = if there == path { place.to_string() } else { format!("{place}, made when it is needed") };
    match room(there) {
        Ok(room) => {
            let says = format!("{kept} · can be written to · {} free", size(room));
            match room {
                ..NO_ROOM => Check::wrong(subject, says, "make room: limpid cache clear, or another disk"),
                NO_ROOM..LITTLE_ROOM => {
                    Check::note(subject, says, "all feeds and a large image may want more; make room")
                }
                LITTLE_ROOM.. => Check::fine(subject, says),
            }
        }
        Err(why) => {
            Check::unknown(subject, format!("{kept} · can be written to · room not known: {why}"), "")
        }
    }
}

#[cfg(unix)]
fn room(path: &Path) -> Result<u64, String> {
    let found = rustix::fs::statvfs(path).map_err(|error| error.to_string())?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn room(_path: &Path) -> Result<u64, String> {
    Err("this system is not asked".to_owned())
}

/// The evidence that is kept of layers.
pub(super) fn evidence(engine: &Engine) -> Check {
    const SUBJECT: &str = "evidence";
    if !engine.directory().path().join("evidence").is_dir() {
        return Check::fine(SUBJECT, "none yet; each layer is read once and remembered");
    }
    match engine.evidence().and_then(|evidence| Ok(evidence.summary(engine.indexer().wants())?)) {
        Ok(summary) => {
            let limit = engine.most_evidence();
            let says = format!(
                "{}, {} of at most {}",
                counted(summary.packs, "layer"),
                size(summary.bytes),
                size(limit)
            );
            Check::fine(SUBJECT, says)
        }
        Err(error) => {
            Check::wrong(SUBJECT, format!("{error:#}"), "limpid cache clear; layers are read again")
        }
    }
}

/// The advisory data, and how far it can be trusted.
pub(super) fn catalog(engine: &Engine, offline: bool) -> Loaded {
    let status = match engine.open_catalog(None) {
        Ok(catalog) => catalog.status(),
        Err(error) => {
            let remedy = "limpid db update fetches it again; limpid db import takes in a copy";
            let checks = vec![Check::wrong(CATALOG, format!("{error:#}"), remedy)];
            return Loaded { checks, sources: BTreeSet::new() };
        }
    };
    let ecosystem = |name: &String| name.split('/').next().unwrap_or_default().to_owned();
    let loaded = status.feeds.iter().filter(|(_, feed)| feed.segment.is_some());
    let sources = loaded.map(|(name, _)| ecosystem(name)).collect();
    Loaded { checks: of_status(&status, offline), sources }
}

fn of_status(status: &Status, offline: bool) -> Vec<Check> {
    let loaded: Vec<&FeedStatus> = status.feeds.values().filter(|feed| feed.segment.is_some()).collect();
    if loaded.is_empty() {
        return vec![if offline {
            let remedy = "limpid db import FILE, where another machine wrote it with limpid db export";
            Check::wrong(CATALOG, "none, and with --offline none is fetched", remedy)
        } else {
            Check::fine(CATALOG, "none yet; limpid scan fetches what an image needs")
        }];
    }
    let records: u64 = loaded.iter().map(|feed| feed.records).sum();
    let looked = loaded.iter().filter_map(|feed| feed.checked_at).min();
    let oldest =
        looked.map_or_else(String::new, |at| format!("; the oldest checked {}", age(at, status.as_of)));
    let feeds = counted(loaded.len() as u64, "feed");
    let says = format!("{feeds}, {}{oldest}", counted(records, "record"));
    let mut checks = vec![Check::fine(CATALOG, says)];
    checks.extend(conditions(status));
    checks.extend(clock(status));
    checks
}

/// A check for each way in which feeds are not as they should be; one for all where they are.
fn conditions(status: &Status) -> Vec<Check> {
    let of = |condition: FeedCondition| -> Vec<&String> {
        status.feeds.iter().filter(|(_, feed)| feed.condition == condition).map(|(name, _)| name).collect()
    };
    let mut checks = Vec::new();
    let unreadable = of(FeedCondition::Unreadable);
    if !unreadable.is_empty() {
        checks.push(feeds_are("cannot be read", &unreadable, &update(&unreadable)));
    }
    let quarantined = of(FeedCondition::Quarantined);
    if let [first, ..] = quarantined.as_slice() {
        let remedy = format!("limpid db status {first} tells why, and limpid db accept {first} lets it in");
        checks.push(feeds_are("in quarantine, because what is newer looks wrong", &quarantined, &remedy));
    }
    let stale = of(FeedCondition::Stale);
    if !stale.is_empty() {
        checks.push(feeds_are("stale: not checked for too long", &stale, &update(&stale)));
    }
    let late: Vec<&String> =
        status.discoveries.iter().filter(|(_, known)| known.stale).map(|(name, _)| name).collect();
    if !late.is_empty() {
        let says =
            format!("which feeds there are was not asked for too long: {}", first_few(&late, NAMED, "other"));
        checks.push(Check::note(FEEDS, says, "limpid db update asks for new releases too"));
    }
    if checks.is_empty() {
        checks.push(Check::fine(FEEDS, "all that are loaded are fresh"));
    }
    checks
}

fn feeds_are(what: &str, names: &[&String], remedy: &str) -> Check {
    Check::wrong(FEEDS, format!("{what}: {}", first_few(names, NAMED, "feed")), remedy)
}

/// The command that brings feeds up to date: by their names, where these are few.
fn update(names: &[&String]) -> String {
    let few = names.len() <= NAMED;
    let names = names.iter().filter(|_| few);
    let words = ["limpid", "db", "update"].into_iter().chain(names.map(|name| name.as_str()));
    words.collect::<Vec<_>>().join(" ")
}

/// A feed that was looked at in the future: the clock is wrong now, or was then.
fn clock(status: &Status) -> Option<Check> {
    let ahead = |at: &DateTime<Utc>| *at > status.as_of + AHEAD;
    let (name, at) = status.feeds.iter().find_map(|(name, feed)| {
        let times = [feed.checked_at, feed.changed_at];
        times.into_iter().flatten().find(ahead).map(|at| (name, at))
    })?;
    let says = format!("{name} was looked at on {}, which is in the future", at.format("%Y-%m-%d %H:%M"));
    Some(Check::wrong("clock", says, "set the clock (NTP); then limpid db update"))
}
