//! The feeds of what is known of vulnerabilities, whatever they are in: CISA's catalog of exploited ones, FIRST's probabilities,
//! NVD's scores.
//!
//! What is read are facts ([`crate::enrichment`]); a row that cannot be read is named, and where such rows are more than a few the
//! document is not believed.

mod epss;
mod kev;
mod limits;
mod nvd;

pub use self::nvd::NVD;
use crate::{
    advisory::Record,
    enrichment::{FEEDS, Kind},
    feed::{
        DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Publisher, Upstream,
    },
    formats::unread::Unread,
    revision,
};

/// The publisher of those that are loaded with all other feeds.
pub const PUBLISHER: Publisher = Publisher {
    id: FEEDS,
    name: "enrichment",
    feeds: &FeedFamily {
        needed_by: |subject| sources().into_iter().filter(|source| source.namespace == subject).collect(),
        discover,
        locate: None,
        parse,
        increments: None,
        mark: None,
        guard,
        revisions: &[],
        is_second: |_| true,
    },
    revision: revision::of("formats/enrichment"),
    on_request: false,
};

/// Where it comes from: <https://www.cisa.gov/known-exploited-vulnerabilities-catalog>, and
/// <https://www.first.org/epss/data_stats>, which names the second address.
fn source(kind: Kind) -> FeedSource {
    let url = match kind {
        Kind::Kev => "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        Kind::Epss => "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    };
    FeedSource { name: kind.feed().to_owned(), namespace: kind.subject().to_owned(), url: url.to_owned() }
}

fn sources() -> [FeedSource; 2] {
    Kind::ALL.map(source)
}

/// One that upstream, or a mirror of it, does not have hides no other. That it gives no answer is said by its own fetch.
fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let is_there = |source: &FeedSource| upstream.exists(&source.url).unwrap_or(true);
    Ok(sources().into_iter().filter(is_there).collect())
}

fn guard(feed: &str) -> Guard {
    let (floor, most_bytes) = if feed == Kind::Epss.feed() {
        (limits::EPSS_FLOOR, limits::EPSS_BYTES)
    } else {
        (limits::KEV_FLOOR, limits::KEV_BYTES)
    };
    Guard {
        floor,
        // Neither forgets but single vulnerabilities.
        most_shrink_percent: 5,
        // KEV changes every few days, EPSS every day.
        stale_after_hours: 72,
        most_bytes,
    }
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let read = if source.name == Kind::Epss.feed() { epss::read } else { kev::read };
    let (date, rows) = read(document.reader, sink)?;
    let unread = rows.finish()?;
    Ok(FeedHead { covers: vec![source.namespace.clone()], upstream_date: Some(date), unread, misfit: None })
}

/// The rows of a document, as far as they could be read.
#[derive(Default)]
struct Rows {
    all: u64,
    refused: u64,
    unread: Unread,
}

impl Rows {
    /// Hands a row on, or notes why it cannot be read.
    fn add(&mut self, row: &str, read: Result<Record, String>, sink: &mut dyn FnMut(Record)) {
        self.all += 1;
        match read {
            Ok(record) => sink(record),
            Err(why) => {
                self.refused += 1;
                self.unread.add(format!("{row}: {why}"));
            }
        }
    }

    /// What could not be read, unless that is too much for the rest to be believed.
    fn finish(self) -> Result<Vec<String>, FeedError> {
        let unread = self.unread.finish();
        if u128::from(self.refused) * 100 > u128::from(self.all) {
            let first = unread.into_iter().next().unwrap_or_default();
            let why = format!("more than one row of a hundred cannot be read: {first}");
            return Err(FeedError::Malformed(why));
        }
        Ok(unread)
    }
}

/// An identifier of CVE, in capitals; `None`: it is none.
fn cve(text: &str) -> Option<String> {
    let id = text.trim().to_ascii_uppercase();
    let (year, number) = id.strip_prefix("CVE-")?.split_once('-')?;
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && are_digits(year) && are_digits(number)).then_some(id)
}

#[cfg(test)]
mod tests;
