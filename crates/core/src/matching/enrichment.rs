//! Adds to findings what is known of their vulnerabilities, whatever they are in.
//!
//! A finding about one CVE has what is known of that one alone, and never of another; an advisory of another name has the worst of
//! what is known of the CVEs that it is about. What is missing takes nothing from a report; what is there and is not to be relied on
//! is told with its feed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Advisories, FeedState, Judgement, Match};
use crate::{
    advisory::is_cve,
    cvss::Cvss,
    enrichment::{Enrichment, Epss, Exploitation, Kev, Kind, NVD, NvdScore, is_feed, nvd_subject, nvd_year},
};

/// Adds it to each finding, and the feeds that were asked to the judgement.
pub(super) fn enrich(judgement: &mut Judgement, advisories: &dyn Advisories) {
    let mut books = Books::open(advisories);
    for found in &mut judgement.findings {
        found.enrichment = books.look_up(&identifiers(found));
    }
    books.kev.close(judgement);
    books.epss.close(judgement);
    add_scores(judgement, advisories);
}

/// What is known of the vulnerability that has these identifiers, whether a package has it or not. Of several CVEs the worst is told.
pub fn exploitation<'a>(
    identifiers: impl IntoIterator<Item = &'a String>,
    advisories: &dyn Advisories,
) -> Exploitation {
    let mut books = Books::open(advisories);
    let Enrichment { kev, epss } = books.look_up(&cves(identifiers));
    let feeds = books.kev.feeds.iter().chain(&books.epss.feeds).map(|feed| feed.name.clone()).collect();
    let doubts = books.kev.doubts.into_iter().chain(books.epss.doubts).collect();
    Exploitation { kev, epss, feeds, doubts }
}

/// What is known of both kinds.
struct Books<'a> {
    kev: Book<'a>,
    epss: Book<'a>,
    /// The day of the scores.
    date: Option<NaiveDate>,
}

impl<'a> Books<'a> {
    fn open(advisories: &'a dyn Advisories) -> Self {
        let (kev, epss) = (Book::open(Kind::Kev, advisories), Book::open(Kind::Epss, advisories));
        let dates = epss.feeds.iter().filter_map(|one| one.data.as_ref()?.upstream_date.as_deref());
        let date = dates.filter_map(|told| told.parse::<NaiveDate>().ok()).max();
        Self { kev, epss, date }
    }

    fn look_up(&mut self, ids: &[String]) -> Enrichment {
        // Earlier known is worse than lately; used by extortionists is worse than not.
        let exploited = ids.iter().flat_map(|id| self.kev.look_up(id, Kev::of_fact));
        let kev = exploited.min_by_key(|one| (!one.ransomware, one.added, one.due));
        let of_fact = |value: &str| Epss::of_fact(value, self.date?);
        let epss = ids.iter().flat_map(|id| self.epss.look_up(id, of_fact)).max();
        Enrichment { kev, epss }
    }
}

/// Adds NVD's scores of the one CVE that a finding is about behind those of its advisories, where they are loaded.
fn add_scores(judgement: &mut Judgement, advisories: &dyn Advisories) {
    let mut books: BTreeMap<u16, Book<'_>> = BTreeMap::new();
    for found in &mut judgement.findings {
        let ids = identifiers(found);
        let [id] = ids.as_slice() else { continue };
        let Some(year) = nvd_year(id) else { continue };
        let book = books
            .entry(year)
            .or_insert_with(|| Book::of(nvd_subject(year), format!("{NVD}/{year}"), advisories));
        let mut scores: Vec<(NvdScore, Cvss)> = book
            .look_up(id, |value| NvdScore::of_fact(value).and_then(|one| Some((one.clone(), one.scored()?))));
        scores.sort_by(|(a, scored), (b, other)| {
            (a.rank, &other.version, &a.source, &a.vector).cmp(&(
                b.rank,
                &scored.version,
                &b.source,
                &b.vector,
            ))
        });
        for vector in scores.iter().map(|(score, _)| score.named()) {
            if !found.advisory.cvss.contains(&vector) {
                found.advisory.cvss.push(vector);
            }
        }
    }
    for book in books.into_values() {
        book.close(judgement);
    }
}

/// The CVEs that a finding is about.
fn identifiers(found: &Match) -> Vec<String> {
    let advisory = &found.advisory;
    if is_cve(&advisory.id) {
        return vec![advisory.id.to_ascii_uppercase()];
    }
    cves(&advisory.aliases)
}

fn cves<'a>(identifiers: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    identifiers.into_iter().filter(|id| is_cve(id)).map(|id| id.to_ascii_uppercase()).collect()
}

/// What is known of one kind.
struct Book<'a> {
    /// Where advisories have a namespace.
    subject: String,
    /// The feed that is named where what is known cannot be read.
    feed: String,
    advisories: &'a dyn Advisories,
    /// Those that are loaded.
    feeds: Vec<FeedState>,
    /// What was looked up: many packages have one vulnerability.
    known: BTreeMap<String, Vec<String>>,
    /// Why what is known may not be all, by feed.
    doubts: BTreeMap<String, String>,
}

impl<'a> Book<'a> {
    fn open(kind: Kind, advisories: &'a dyn Advisories) -> Self {
        Self::of(kind.subject().to_owned(), kind.feed().to_owned(), advisories)
    }

    fn of(subject: String, feed: String, advisories: &'a dyn Advisories) -> Self {
        let all = advisories.coverage(&subject).feeds.into_iter();
        let feeds: Vec<FeedState> = all.filter(|one| is_feed(&one.name) && one.data.is_some()).collect();
        let doubt = |one: &FeedState| Some((one.name.clone(), doubt(one)?));
        let doubts = feeds.iter().filter_map(doubt).collect();
        Self { subject, feed, advisories, feeds, known: BTreeMap::new(), doubts }
    }

    fn look_up<T>(&mut self, id: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        if self.feeds.is_empty() {
            return Vec::new();
        }
        if !self.known.contains_key(id) {
            let found = self.advisories.facts(&self.subject, id);
            for (feed, why) in found.unreadable {
                self.doubts.insert(feed, format!("its data cannot be read: {why}"));
            }
            self.known.insert(id.to_owned(), found.values);
        }
        let values = self.known.get(id).into_iter().flatten();
        let all: Vec<Option<T>> = values.map(|value| read(value)).collect();
        if all.iter().any(Option::is_none) {
            let why = format!("what it says of {id} cannot be read");
            self.doubts.entry(self.feed.clone()).or_insert(why);
        }
        all.into_iter().flatten().collect()
    }

    fn close(self, judgement: &mut Judgement) {
        for feed in self.feeds {
            if let Some(data) = feed.data {
                judgement.feeds.insert(feed.name, data);
            }
        }
        judgement.doubts.extend(self.doubts);
    }
}

/// Why the data of a feed may not be all that there is; `None` where it is not doubted.
fn doubt(feed: &FeedState) -> Option<String> {
    let unread = feed.data.as_ref().map(|data| &data.unread).filter(|unread| !unread.is_empty());
    let quarantined = feed.quarantined.as_ref();
    quarantined.map(|why| format!("its newest data looks wrong ({why}); older data is in force")).or_else(
        || unread.map(|unread| format!("parts of its data could not be read: {}", unread.join("; "))),
    )
}
