//! The security database that Alpine invented and Wolfi and Chainguard use too: which version of a source package
//! fixed which vulnerabilities.
//!
//! Nothing in it is passed over: an entry that cannot be read becomes a record with an unreadable range, so that the
//! images that have the package show it; a document of another shape is refused as a whole.
//!
//! ```json
//! {"distroversion": "v3.16", "reponame": "main",
//!  "packages": [{"pkg": {"name": "busybox", "secfixes": {"1.35.0-r17": ["CVE-2022-30065"], "0": ["CVE-2022-28391"]}}}]}
//! ```
//!
//! Source of the format: documents at `https://secdb.alpinelinux.org/`; its meaning (version `0` is “never affected”,
//! packages are source packages) as in Chainguard's notes for vulnerability scanners.

mod document;
mod identifiers;

use std::collections::HashSet;

use serde_json::Value;

use self::{
    document::{Document, Fixes, Package},
    identifiers::Identifiers,
};
use crate::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource},
};

/// What sets the databases of one distribution apart.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    /// What the document must say of its release, where it says one.
    pub release: Option<&'a str>,
    /// What the document must say of its repository, where it says one.
    pub repository: &'a str,
    /// What comes before an identifier in the address of the page about it.
    pub page: &'a str,
}

/// Reads one document.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no security database or is cut off; [`FeedError::Unreadable`] where the reader
/// fails. Records that were handed out before are void then.
pub fn parse(
    dialect: &Dialect<'_>,
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let mut emit = |package: Package| records(dialect, source, &package).into_iter().for_each(&mut *sink);
    let document = Document::read(document.reader, &mut emit)?;
    let misfit = misfit("release", dialect.release, document.release.as_deref())
        .or_else(|| misfit("repository", Some(dialect.repository), document.repository.as_deref()));
    Ok(FeedHead { covers: vec![source.namespace.clone()], misfit, ..FeedHead::default() })
}

fn misfit(what: &str, expected: Option<&str>, found: Option<&str>) -> Option<String> {
    let (expected, found) = (expected?, found?);
    (expected != found).then(|| format!("it says that its {what} is “{found}”, not “{expected}”"))
}

fn records(dialect: &Dialect<'_>, source: &FeedSource, package: &Package) -> Vec<Record> {
    let about = |advisory: Advisory, range: AffectedRange| Record {
        advisory,
        affected: vec![Affected::new(&*source.namespace, &*package.name, Names::Source, range)],
    };
    let unreadable = |version: &str, text: &Value| {
        let id = format!("{} {version}", package.name).trim_end().to_owned();
        about(Advisory { id, ..Advisory::default() }, AffectedRange::Unreadable { text: text.to_string() })
    };
    let fixes = match &package.fixes {
        Fixes::Listed(fixes) => fixes,
        Fixes::Unreadable(value) => return vec![unreadable("", value)],
    };
    let mut records = Vec::new();
    let mut seen = HashSet::new();
    for (version, value) in fixes {
        let Value::Array(entries) = value else {
            records.push(unreadable(version, value));
            continue;
        };
        for entry in entries {
            if !seen.insert((version, entry)) {
                continue;
            }
            match entry.as_str().map(Identifiers::read).filter(|identifiers| !identifiers.is_empty()) {
                Some(identifiers) => records.extend(
                    identifiers.advisories(dialect.page).map(|advisory| about(advisory, range(version))),
                ),
                None => records.push(unreadable(version, entry)),
            }
        }
    }
    records
}

/// A version that does not follow the order is kept as it is: matching says so for the packages concerned.
fn range(version: &str) -> AffectedRange {
    match version {
        "0" => AffectedRange::NeverAffected,
        fixed => AffectedRange::Fixed { introduced: None, fixed: fixed.to_owned() },
    }
}

impl Identifiers<'_> {
    /// One advisory for each vulnerability that the entry names.
    fn advisories(&self, page: &str) -> impl Iterator<Item = Advisory> {
        self.vulnerabilities().map(move |(id, aliases)| Advisory {
            links: identifiers::is_plain(&id).then(|| format!("{page}{id}")).into_iter().collect(),
            id,
            aliases,
            severity: Severity::Unknown,
            summary: self.remark().unwrap_or_default().to_owned(),
            ..Advisory::default()
        })
    }
}

#[cfg(test)]
mod tests;
