//! The security tracker's JSON: for each source package and vulnerability, where each release stands.
//!
//! ```json
//! {"openssl": {"CVE-2023-0464": {"description": "…", "releases": {"bookworm": {
//!   "status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": "postponed",
//!   "repositories": {"bookworm": "3.0.9-1"}}}}}}
//! ```
//!
//! Nothing is passed over: a release's entry that cannot be read becomes an unreadable range.
//!
//! Source of the format: the document itself, and `bin/tracker_data.py` and `doc/` of the security tracker's repository
//! (states `open`, `resolved`, `undetermined`; `fixed_version` 0 is “never affected”; `nodsa` is why there is no advisory).

use std::{collections::BTreeMap, fmt, io::BufRead};

use serde::{
    Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::Votes;
use crate::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Names, Plan, Record, Stance},
    feed::FeedError,
};

/// Called for each source package and vulnerability.
type Emit<'e> = &'e mut dyn FnMut(&str, &str, &Value);

/// Reads a document to its very end; one source package is held at a time.
pub(super) fn read(reader: &mut dyn BufRead, emit: Emit<'_>) -> Result<(), FeedError> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    json.deserialize_map(Packages(emit)).and_then(|()| json.end()).map_err(|error| {
        if error.is_io() {
            FeedError::Unreadable(error.to_string())
        } else {
            FeedError::Malformed(error.to_string())
        }
    })
}

struct Packages<'e>(Emit<'e>);

impl<'de> Visitor<'de> for Packages<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the security tracker's data (an object of source packages)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut is_empty = true;
        while let Some((package, vulnerabilities)) = map.next_entry::<String, Map<String, Value>>()? {
            if package.is_empty() || !package.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(A::Error::custom("a text that is no name of a package"));
            }
            for (id, vulnerability) in &vulnerabilities {
                is_empty = false;
                (self.0)(&package, id, vulnerability);
            }
        }
        if is_empty { Err(A::Error::custom("no package has a vulnerability")) } else { Ok(()) }
    }
}

/// What has been found out beside the records.
pub(super) struct Said<'a> {
    /// The namespace of a codename.
    pub(super) namespace: &'a dyn Fn(&str) -> String,
    pub(super) codenames: &'a mut BTreeMap<String, Votes>,
    pub(super) unread: &'a mut Vec<String>,
}

impl Said<'_> {
    /// What is said of one vulnerability in one source package; `None` where no release has it.
    pub(super) fn record(&mut self, package: &str, id: &str, value: &Value) -> Option<Record> {
        let releases = match value.get("releases") {
            Some(Value::Object(releases)) => releases,
            // An empty list is how the tracker's program writes “none”.
            Some(Value::Array(none)) if none.is_empty() => return None,
            _ => {
                self.unread.push(format!("{package} {id}: no releases are told"));
                return None;
            }
        };
        let mut affected = Vec::with_capacity(releases.len());
        for (codename, entry) in releases {
            let votes = self.codenames.entry(codename.clone()).or_default();
            if let Some(fixed) = text(entry, "fixed_version") {
                votes.count(fixed);
            }
            let namespace = (self.namespace)(codename);
            let about = Affected::new(namespace, package, Names::Source, range(entry));
            affected.push(Affected { stance: stance(entry), ..about });
        }
        (!affected.is_empty()).then(|| Record { advisory: advisory(id, value), affected })
    }
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn advisory(id: &str, value: &Value) -> Advisory {
    Advisory {
        id: id.to_owned(),
        summary: text(value, "description").unwrap_or_default().to_owned(),
        links: vec![format!("https://security-tracker.debian.org/tracker/{id}")],
        ..Advisory::default()
    }
}

fn range(entry: &Value) -> AffectedRange {
    match (text(entry, "status"), text(entry, "fixed_version")) {
        (Some("resolved"), Some("0")) => AffectedRange::NeverAffected,
        (Some("resolved"), Some(fixed)) => AffectedRange::Fixed { introduced: None, fixed: fixed.to_owned() },
        (Some("open" | "undetermined"), _) => AffectedRange::Unfixed { introduced: None },
        (Some(_) | None, _) => AffectedRange::Unreadable { text: entry.to_string() },
    }
}

fn stance(entry: &Value) -> Stance {
    let word = text(entry, "urgency").unwrap_or_default();
    // Stars mark urgencies that were set by a program.
    let severity = match word.trim_end_matches('*') {
        "unimportant" => Severity::Negligible,
        "low" => Severity::Low,
        "medium" => Severity::Medium,
        "high" => Severity::High,
        _ => Severity::Unknown,
    };
    let no_advisory = text(entry, "nodsa");
    let reason = text(entry, "nodsa_reason");
    let plan = match (text(entry, "status"), word, no_advisory, reason) {
        (Some("resolved"), ..) => Plan::Unsaid,
        (_, "end-of-life", ..) => Plan::EndOfLife,
        (Some("undetermined"), ..) => Plan::UnderInvestigation,
        (.., Some("ignored")) => Plan::WillNotFix,
        (.., Some("postponed")) | (.., Some(_), _) => Plan::Deferred,
        _ => Plan::Unsaid,
    };
    let words = match (no_advisory, reason) {
        (Some(why), Some(reason)) => format!("no-dsa, {reason}: {why}"),
        (Some(why), None) => format!("no-dsa: {why}"),
        (None, Some(reason)) => format!("no-dsa, {reason}"),
        (None, None) if plan == Plan::UnderInvestigation => "undetermined".to_owned(),
        (None, None) => String::new(),
    };
    let severity_word = if word == "not yet assigned" { String::new() } else { word.to_owned() };
    // The tracker says in which version, and never when.
    Stance { severity, severity_word, plan, words, fixed_on: None }
}
