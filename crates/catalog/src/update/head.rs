//! What the documents of a feed say of themselves, put together. The order of the documents makes no difference.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use limpid_core::feed::FeedHead;

use crate::limits;

/// The heads of several documents.
#[derive(Debug, Default)]
pub(super) struct Heads {
    covers: BTreeSet<String>,
    upstream_date: Option<String>,
    misfit: Option<String>,
    unread: BTreeSet<String>,
    unread_more: u64,
}

impl Heads {
    /// Adds what a document says; `name` is its name in an archive, or empty.
    pub(super) fn add(&mut self, name: &str, head: FeedHead) {
        self.covers.extend(head.covers);
        if let Some(date) = head.upstream_date {
            self.date(date);
        }
        self.misfit = self.misfit.take().or(head.misfit);
        for unread in head.unread {
            self.unread(name, &unread);
        }
    }

    /// A date that a document has. The latest counts.
    pub(super) fn date(&mut self, date: String) {
        let is_later = self.upstream_date.as_ref().is_none_or(|before| {
            // Dates that are no dates are compared as texts: any order is better than one by chance.
            let instants = instant(before).zip(instant(&date));
            instants.map_or_else(|| *before < date, |(before, after)| before < after)
        });
        if is_later {
            self.upstream_date = Some(date);
        }
    }

    /// Notes that a part could not be read.
    pub(super) fn unread(&mut self, name: &str, why: &str) {
        let why: String = why.chars().take(limits::UNREAD_REASON).collect();
        self.unread.insert(if name.is_empty() { why } else { format!("{name}: {why}") });
        if self.unread.len() > limits::UNREAD_LISTED {
            // The first by name stay, so that the order of documents makes no difference.
            self.unread.pop_last();
            self.unread_more += 1;
        }
    }

    /// The first part that could not be read.
    pub(super) fn first_unread(&self) -> Option<&str> {
        self.unread.first().map(String::as_str)
    }

    /// The latest date of a document.
    pub(super) fn newest(&self) -> Option<&str> {
        self.upstream_date.as_deref()
    }

    /// Leaves what depends on how the documents were come by: of documents that are listed, the list tells the date, and
    /// what they say tells what they cover.
    pub(super) fn of_listed(&mut self, newest: DateTime<Utc>) {
        self.covers.clear();
        self.upstream_date = Some(newest.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        if let Some(misfit) = self.misfit.take() {
            self.unread("", &misfit);
        }
    }

    /// The head of all of them.
    pub(super) fn finish(self) -> FeedHead {
        let more = (self.unread_more > 0).then(|| format!("and {} more", self.unread_more));
        FeedHead {
            covers: self.covers.into_iter().collect(),
            upstream_date: self.upstream_date,
            misfit: self.misfit,
            unread: self.unread.into_iter().chain(more).collect(),
        }
    }
}

/// The instant of a date as upstreams write it: RFC 3339, or a day.
pub(super) fn instant(date: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(date).ok().map(|instant| instant.to_utc());
    instant.or_else(|| {
        let day = date.parse::<NaiveDate>().ok()?;
        Some(day.and_time(NaiveTime::MIN).and_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_put_together_whatever_their_order() {
        let head = |covers: &[&str], date: &str, unread: &str| FeedHead {
            covers: covers.iter().map(|&name| name.to_owned()).collect(),
            upstream_date: Some(date.to_owned()),
            misfit: None,
            unread: vec![unread.to_owned()],
        };
        let heads = [
            ("b.json", head(&["B", "A"], "2024-05-01T02:00:00+02:00", "odd")),
            ("a.json", head(&["C", "A"], "2024-05-01T00:30:00Z", "odd")),
            ("c.json", FeedHead::default()),
        ];
        let merged = |heads: &[(&str, FeedHead)]| {
            let mut merged = Heads::default();
            heads.iter().for_each(|(name, head)| merged.add(name, head.clone()));
            merged.finish()
        };
        let expected = FeedHead {
            covers: ["A", "B", "C"].map(str::to_owned).to_vec(),
            upstream_date: Some("2024-05-01T00:30:00Z".to_owned()),
            misfit: None,
            unread: ["a.json: odd", "b.json: odd"].map(str::to_owned).to_vec(),
        };
        assert_eq!(merged(&heads), expected);
        let [one, two, three] = heads;
        assert_eq!(merged(&[three, two, one]), expected);
    }

    #[test]
    fn what_is_unread_is_listed_within_bounds_and_the_rest_counted() {
        let mut heads = Heads::default();
        for number in (0..limits::UNREAD_LISTED + 7).rev() {
            heads.unread(&format!("{number:04}"), &"x".repeat(1000));
        }
        let unread = heads.finish().unread;
        assert_eq!(unread.len(), limits::UNREAD_LISTED + 1);
        assert_eq!(unread.last().unwrap(), "and 7 more");
        assert_eq!(unread[0].len(), "0000: ".len() + limits::UNREAD_REASON);
    }
}
