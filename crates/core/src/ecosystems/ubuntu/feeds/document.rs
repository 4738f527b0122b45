//! One OSV document of Canonical.
//!
//! ```json
//! {"id": "UBUNTU-CVE-2021-3782", "upstream": ["CVE-2021-3782"], "severity": [{"type": "Ubuntu", "score": "medium"}],
//!  "affected": [{"package": {"ecosystem": "Ubuntu:Pro:16.04:LTS", "name": "wayland"},
//!    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.12.0-1~ubuntu16.04.3+esm1"}]}],
//!    "ecosystem_specific": {"availability": "Available with Ubuntu Pro (Infra-only): https://ubuntu.com/pro"}}]}
//! ```
//!
//! Names of packages are those of sources, and versions too. Notices (`USN-…`) repeat what the documents of their CVEs say,
//! so of those that name a CVE only the day is read on which their versions were published; notices of Livepatch are about
//! kernels that run.
//!
//! Source of the format: the OSV schema 1.7, and Canonical's “Ubuntu OSV data”.

use std::{collections::BTreeSet, io::BufRead};

use chrono::NaiveDate;
use serde_json::Value;

use super::release::{Grouped, Statement, release_of_pro, severity};
use crate::{
    Advisory, AffectedRange,
    advisory::{Dated, Record},
    cvss,
    feed::FeedError,
    fix,
};

/// What one document says.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Of vulnerabilities; `None` where it says nothing of its own.
    pub(super) record: Option<Record>,
    /// When the fixed versions in it were published: facts of [`fix::FIXED_ON`].
    pub(super) days: BTreeSet<(String, NaiveDate)>,
}

/// Reads one document.
pub(super) fn read(reader: &mut dyn BufRead, unread: &mut Vec<String>) -> Result<Said, FeedError> {
    let mut content = Vec::new();
    reader.read_to_end(&mut content).map_err(|error| FeedError::Unreadable(error.to_string()))?;
    let value: Value =
        serde_json::from_slice(&content).map_err(|error| FeedError::Malformed(error.to_string()))?;
    let id = text(&value, "id").ok_or_else(|| FeedError::Malformed("a document without an id".to_owned()))?;
    if value.get("withdrawn").is_some_and(|instant| !instant.is_null()) {
        return Ok(Said::default());
    }
    if !speaks_for_itself(id, &value) {
        return Ok(Said { record: None, days: days(id, &value) });
    }
    let Some(affected) = value.get("affected").and_then(Value::as_array) else {
        unread.push(format!("{id}: no list of what is affected"));
        return Ok(Said::default());
    };
    let mut grouped = Grouped::default();
    for entry in affected {
        if let Err(why) = add(entry, &mut grouped) {
            unread.push(format!("{id}: {why}"));
        }
    }
    let affected = grouped.statements();
    let record = (!affected.is_empty()).then(|| Record { advisory: advisory(id, &value), affected });
    Ok(Said { record, days: BTreeSet::new() })
}

/// The day of a notice, for each version that it brought. One that says none, or of no release, says nothing of days.
fn days(id: &str, value: &Value) -> BTreeSet<(String, NaiveDate)> {
    let day = text(value, "published").and_then(fix::day).filter(|_| is_notice(id));
    let entry = |entry: &Value| {
        let package = entry.get("package")?;
        let (namespace, name) = (text(package, "ecosystem")?, text(package, "name")?);
        let release = release_of_pro(namespace).unwrap_or_else(|| namespace.to_owned());
        let key = |range: AffectedRange| match range {
            AffectedRange::Fixed { fixed, .. } => Some((fix::key(&release, name, &fixed), day?)),
            AffectedRange::Unfixed { .. }
            | AffectedRange::Through { .. }
            | AffectedRange::Exactly { .. }
            | AffectedRange::NeverAffected
            | AffectedRange::Unreadable { .. } => None,
        };
        Some(ranges(entry).into_iter().filter_map(key).collect::<Vec<_>>())
    };
    list(value, "affected").filter_map(entry).flatten().collect()
}

fn is_notice(id: &str) -> bool {
    id.starts_with("USN-")
}

/// Adds what an entry says; the error is why nobody knows what it is about.
fn add(entry: &Value, grouped: &mut Grouped) -> Result<(), String> {
    let package = entry.get("package").unwrap_or(&Value::Null);
    let (Some(namespace), Some(name)) = (text(package, "ecosystem"), text(package, "name")) else {
        return Err("a package without name or ecosystem".to_owned());
    };
    if !namespace.starts_with("Ubuntu:") {
        return Err(format!("“{namespace}” is no release of Ubuntu"));
    }
    let specific = entry.get("ecosystem_specific").unwrap_or(&Value::Null);
    let word = |field: &str| text(specific, field).unwrap_or_default().to_owned();
    for range in ranges(entry) {
        let (availability, priority) = (word("availability"), word("ubuntu_priority"));
        grouped.add(namespace, name, Statement { range, availability, priority });
    }
    Ok(())
}

fn speaks_for_itself(id: &str, value: &Value) -> bool {
    let names_a_cve = || {
        ["upstream", "related", "aliases"]
            .iter()
            .any(|field| texts(value, field).any(|one| one.contains("CVE-")))
    };
    match id.split('-').next() {
        Some("LSN") => false,
        Some("USN") => !names_a_cve(),
        Some(_) | None => true,
    }
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn list<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

fn texts<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v str> {
    list(value, field).filter_map(Value::as_str)
}

fn advisory(id: &str, value: &Value) -> Advisory {
    let plain = id.strip_prefix("UBUNTU-").unwrap_or(id);
    let all = [id].into_iter().chain(texts(value, "aliases"));
    let mut aliases: Vec<String> = all.filter(|alias| *alias != plain).map(str::to_owned).collect();
    aliases.sort();
    aliases.dedup();
    let priority = list(value, "severity").find(|one| text(one, "type") == Some("Ubuntu"));
    let is_vector = |one: &&Value| text(one, "type").is_some_and(|kind| kind.starts_with("CVSS"));
    let vectors = list(value, "severity").filter(is_vector).filter_map(|one| text(one, "score"));
    let word = priority.and_then(|one| text(one, "score")).unwrap_or_default();
    Advisory {
        id: plain.to_owned(),
        aliases,
        severity: severity(word),
        severity_word: word.to_owned(),
        summary: text(value, "details").unwrap_or_default().to_owned(),
        links: list(value, "references").filter_map(|one| text(one, "url")).map(str::to_owned).collect(),
        published: text(value, "published").map(str::to_owned),
        // Of a CVE it is the day on which that became public.
        dated: if is_notice(id) { Dated::Fix } else { Dated::Vulnerability },
        cvss: cvss::vectors("Ubuntu", vectors),
    }
}

/// The ranges of one entry, at least one.
fn ranges(entry: &Value) -> Vec<AffectedRange> {
    let unreadable = || vec![AffectedRange::Unreadable { text: entry.to_string() }];
    let mut found = Vec::new();
    for range in list(entry, "ranges") {
        match (text(range, "type"), from_events(range)) {
            (Some("ECOSYSTEM"), Some(ranges)) => found.extend(ranges),
            _ => return unreadable(),
        }
    }
    if !found.is_empty() {
        return found;
    }
    let mut versions: Vec<String> = texts(entry, "versions").map(str::to_owned).collect();
    versions.sort();
    versions.dedup();
    if versions.is_empty() { unreadable() } else { vec![AffectedRange::Exactly { versions }] }
}

/// Reads events in their order: each `introduced` opens a range, which a `fixed` or `last_affected` closes.
fn from_events(range: &Value) -> Option<Vec<AffectedRange>> {
    let mut ranges = Vec::new();
    let mut open: Option<Option<String>> = None;
    for event in list(range, "events") {
        let event = event.as_object().filter(|event| event.len() == 1)?;
        let (kind, version) = event.iter().next()?;
        let version = version.as_str()?.to_owned();
        match kind.as_str() {
            "introduced" if open.is_none() => open = Some((version != "0").then_some(version)),
            "fixed" => ranges.push(AffectedRange::Fixed { introduced: open.take()?, fixed: version }),
            "last_affected" => {
                ranges.push(AffectedRange::Through { introduced: open.take()?, last: version });
            }
            _ => return None,
        }
    }
    ranges.extend(open.map(|introduced| AffectedRange::Unfixed { introduced }));
    (!ranges.is_empty()).then_some(ranges)
}
