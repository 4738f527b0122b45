//! The branches of OpenSSL: `3.5`, and before 3 `1.1.1`.
//!
//! ```json
//! {"3.6": {"release": "01 Oct 2025", "eol": "01 Nov 2026", "lts": false}, "4.1": {"release": "Oct 2026", "eol": "Nov 2027", "lts": false}}
//! ```

use std::{collections::BTreeMap, io::BufRead};

use chrono::NaiveDate;
use serde::Deserialize;

use super::NAMESPACE;
use crate::{
    advisory::Record,
    feed::{FeedError, FeedHead},
    formats::digits,
    matching::END_OF_LIFE,
};

/// Branches that ended before the project told ends in its data, and the ends that were known when this was written. Of those from before
/// 0.9.8 only that they ended before the others.
const ENDS: &[(&str, &str)] = &[
    ("0.9", "2015-12-31"),
    ("1.0.0", "2015-12-31"),
    ("1.0.1", "2016-12-31"),
    ("1.1.0", "2019-09-11"),
    ("3.1", "2025-03-14"),
    ("3.2", "2025-11-23"),
    ("3.3", "2026-04-09"),
    ("3.4", "2026-10-22"),
    ("3.6", "2026-11-01"),
];

/// The branch of a version, by its numbers; `None` where it has too few.
fn branch(version: &str) -> Option<String> {
    let mut parts =
        version.split('.').map(|mut part| digits::take(&mut part)).take_while(|one| !one.is_empty());
    let (major, minor) = (parts.next()?, parts.next()?);
    // Since 3 the third number is that of the release.
    if digits::compare(major, "3").is_ge() {
        return Some(format!("{major}.{minor}"));
    }
    Some(format!("{major}.{minor}.{}", parts.next()?))
}

/// The namespace of a version: that of its branch, or where it has none, of all.
pub(in super::super) fn namespace_of(version: &str) -> String {
    branch(version).map_or_else(|| NAMESPACE.to_owned(), |branch| format!("{NAMESPACE}:{branch}"))
}

/// The end of a branch, as far as it was known when this program was built.
pub(in super::super) fn end_of_life(namespace: &str) -> Option<NaiveDate> {
    let branch = namespace.strip_prefix(NAMESPACE)?.strip_prefix(':')?;
    let is_its = |name: &str| branch == name || (name == "0.9" && branch.starts_with("0.9."));
    let (_, end) = ENDS.iter().find(|(name, _)| is_its(name))?;
    end.parse().ok()
}

#[derive(Deserialize)]
struct Branch {
    eol: String,
    lts: bool,
}

/// Reads the ends of branches. The data goes on to speak about those with long term support.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut dyn FnMut(Record)) -> Result<FeedHead, FeedError> {
    let branches: BTreeMap<String, Branch> = serde_json::from_reader(reader).map_err(|error| {
        if error.is_io() {
            FeedError::Unreadable(error.to_string())
        } else {
            FeedError::Malformed(error.to_string())
        }
    })?;
    let mut unread = Vec::new();
    for (name, branch) in branches.iter().filter(|(_, branch)| !branch.lts) {
        match day(&branch.eol) {
            Some(day) => {
                sink(Record::fact(END_OF_LIFE, format!("{NAMESPACE}:{name}"), day.to_string()));
            }
            None => unread.push(format!("the end of {name}: “{}” is no day", branch.eol)),
        }
    }
    let covers = vec![NAMESPACE.to_owned(), END_OF_LIFE.to_owned()];
    Ok(FeedHead { covers, unread, ..FeedHead::default() })
}

/// `14 May 2027`; of `Nov 2028`, which is planned, the first day.
fn day(text: &str) -> Option<NaiveDate> {
    let whole = |text: &str| NaiveDate::parse_from_str(text, "%d %b %Y").ok();
    whole(text.trim()).or_else(|| whole(&format!("1 {}", text.trim())))
}
