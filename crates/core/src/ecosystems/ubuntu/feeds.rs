//! Canonical's OSV data: an archive of one document for each vulnerability, about all releases.
//!
//! Where a mirror has no copy of Canonical's archive, that of osv.dev is taken: it has the same documents.

mod document;
mod release;

use std::collections::BTreeSet;

use super::releases;
use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    fix,
    formats::end_of_life::{Ends, Until},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: Some(|source, upstream| ENDS.locate(source, |source| locate(source, upstream))),
    parse,
    guard: |feed| ENDS.guard(feed, |_| GUARD),
    revisions: &[revision::of("formats/dpkg"), revision::of("formats/end_of_life")],
    increments: None,
    mark: None,
    is_second: |_| false,
};

/// Source: Canonical's documentation, “Ubuntu OSV data”.
const URL: &str = "https://security-metadata.canonical.com/osv/osv-all.tar.xz";

const SECOND_URL: &str = "https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip";

/// What the documents cover as a whole. No system has this namespace: one of untold release has another.
const ALL: &str = "Ubuntu";

/// The subject of the facts by which a release (`18.04:LTS`) leads to the streams of certified builds of which anything is
/// said (`FIPS`, `FIPS-updates`).
pub(super) const CERTIFIED: &str = "Ubuntu certified builds";

/// The namespace of a stream of certified builds.
pub(super) fn certified(stream: &str, release: &str) -> String {
    format!("{PRO}{stream}:{release}")
}

/// The stream and release of such a namespace.
fn stream_of(namespace: &str) -> Option<(&str, &str)> {
    namespace.strip_prefix(PRO).filter(|rest| rest.starts_with("FIPS"))?.split_once(':')
}

const PRO: &str = "Ubuntu:Pro:";

const ENDS: Ends = Ends {
    feed: "ubuntu/end-of-life",
    product: "ubuntu",
    namespace: |release| Some(releases::namespace(release)),
    until: Until::General,
};

const GUARD: Guard = Guard {
    // The real archive has more than 50,000 documents; excerpts of it are used offline.
    floor: 1,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // 816 MB in 2026: each document lists all versions of its packages.
    most_bytes: 4 << 30,
};

fn source() -> FeedSource {
    FeedSource { name: "ubuntu/osv".to_owned(), namespace: ALL.to_owned(), url: URL.to_owned() }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let is_own = namespace == ALL || namespace.starts_with("Ubuntu:");
    is_own.then(source).into_iter().collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let exists = upstream.exists(URL)? || upstream.exists(SECOND_URL)?;
    let mut sources = exists.then(source).into_iter().collect();
    ENDS.add_to(&mut sources, upstream);
    Ok(sources)
}

fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    let is_second = !upstream.exists(&source.url)? && upstream.exists(SECOND_URL)?;
    Ok(if is_second { SECOND_URL.to_owned() } else { source.url.clone() })
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    let mut covers = vec![ALL.to_owned()];
    let mut unread = Vec::new();
    let is_file_beside = !document.name.is_empty() && !document.name.ends_with(".json");
    let said = if is_file_beside {
        document::Said::default()
    } else {
        document::read(document.reader, &mut unread)?
    };
    covers.extend((!said.days.is_empty()).then(|| fix::FIXED_ON.to_owned()));
    for (key, day) in said.days {
        sink(Record::fact(fix::FIXED_ON, key, day.to_string()));
    }
    if let Some(record) = said.record {
        covers.extend(record.affected.iter().map(|affected| affected.namespace.clone()));
        let streams: BTreeSet<_> =
            record.affected.iter().filter_map(|one| stream_of(&one.namespace)).collect();
        let fact = |(stream, release): (&str, &str)| Record::fact(CERTIFIED, release, stream);
        let facts: Vec<Record> = streams.into_iter().map(fact).collect();
        covers.extend((!facts.is_empty()).then(|| CERTIFIED.to_owned()));
        sink(record);
        facts.into_iter().for_each(sink);
    }
    covers.sort();
    covers.dedup();
    Ok(FeedHead { covers, unread, ..FeedHead::default() })
}

#[cfg(test)]
mod tests;
