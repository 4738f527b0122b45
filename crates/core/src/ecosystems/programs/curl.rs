//! The feed of curl and libcurl: all vulnerabilities that the project ever published, in one list of OSV records.
//!
//! They name no package where OSV has it. Which product of the project a record is about stands in `database_specific.package`:
//! `curl`, which is the tool and the library alike, or a script beside it (`wcurl`), which is no program.
//!
//! ```json
//! [{"id": "CURL-CVE-2024-0853", "aliases": ["CVE-2024-0853"], "modified": "…", "database_specific": {"package": "curl",
//!   "www": "https://curl.se/docs/CVE-2024-0853.html", "severity": "Low", …},
//!   "affected": [{"ranges": [{"type": "SEMVER", "events": [{"introduced": "8.5.0"}, {"fixed": "8.6.0"}]}], "versions": ["8.5.0"]}]}]
//! ```
//!
//! Source: `https://curl.se/docs/security.html`, and `docs/vuln2json.pl` in `https://github.com/curl/curl-www`, which writes it.

use serde_json::Value;

use crate::{
    Affected,
    advisory::{Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource, Guard},
    formats::{
        osv::{self, AffectedPackage, Dialect, Document, PackageName, Reference, Reported, Said},
        program_version::VERSIONS,
    },
};

/// The namespace of curl.
pub(super) const NAMESPACE: &str = "programs:curl";

/// The name of the program, here and there.
pub(super) const NAME: &str = "curl";

pub(super) const GUARD: Guard = Guard {
    // There are some 170, in one document.
    floor: 100,
    most_shrink_percent: 5,
    stale_after_hours: 72,
    // It has some megabyte.
    most_bytes: 64 << 20,
};

pub(super) fn source() -> FeedSource {
    FeedSource {
        name: "programs/curl".to_owned(),
        namespace: NAMESPACE.to_owned(),
        url: "https://curl.se/docs/vuln.json".to_owned(),
    }
}

pub(super) fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let dialect = Dialect {
        ecosystem: NAME,
        versions: &VERSIONS,
        reported: Reported::AsItself,
        in_pairs: false,
        rate: |_| None,
        state: &state,
    };
    osv::parse_list(&dialect, source, document, completed, sink)
}

/// A record with the package that it is about where OSV has it.
fn completed(mut record: Document) -> Result<Document, String> {
    let told = |field: &str| record.database_specific.get(field).and_then(Value::as_str).map(str::to_owned);
    let Some(name) = told("package").filter(|name| !name.trim().is_empty()) else {
        return Err("it does not say which product it is about".to_owned());
    };
    let url = told("www").or_else(|| told("URL"));
    // What says nothing of versions must not pass for a word that none is affected.
    if record.affected.is_empty() {
        record.affected.push(AffectedPackage::default());
    }
    for affected in &mut record.affected {
        let package = PackageName { ecosystem: NAME.to_owned(), name: name.clone() };
        affected.package.get_or_insert(package).ecosystem = NAME.to_owned();
    }
    let kind = Some("ADVISORY".to_owned());
    record.references.extend(url.map(|url| Reference { url, kind }));
    Ok(record)
}

fn state(said: &Said<'_>) -> Vec<Affected> {
    if said.package.name.trim() != NAME {
        return Vec::new();
    }
    let mut affected = said.about(Names::Binary);
    NAMESPACE.clone_into(&mut affected.namespace);
    vec![affected]
}
