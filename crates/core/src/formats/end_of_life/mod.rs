//! The days on which releases end, as endoflife.date tells them: facts that an update refreshes.
//!
//! Such a feed judges nothing. No release needs it, and where it is missing or old the days that were known when this program
//! was built hold, which is no blind spot: only data that is there and cannot be read is one. What it tells outweighs those
//! days.
//!
//! ```json
//! {"schema_version": "1.2.0", "last_modified": "2026-01-28T00:00:00+00:00", "result": {"name": "alpine-linux", "releases": [
//!   {"name": "3.16", "releaseDate": "2022-05-23", "isEol": true, "eolFrom": "2024-05-23"}]}}
//! ```
//!
//! Where a distribution goes on with fixes after its general support, `isEoes` and `eoesFrom` tell the end of that.
//!
//! Source of the format: `https://endoflife.date/docs/api/v1/`, “GET /products/{product}”.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedHead, FeedSource, Guard, Upstream},
    matching::END_OF_LIFE,
};

/// The feed of one ecosystem. Its family names it where it is asked for [`END_OF_LIFE`] ([`Ends::needed_by`]) and where it
/// discovers ([`Ends::add_to`]), and reads it where a document is its own ([`Ends::parse`]).
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Name of the feed: `<ecosystem>/end-of-life`.
    pub feed: &'static str,
    /// What endoflife.date calls the product, such as `alpine-linux`.
    pub product: &'static str,
    /// The namespace of a release that it names, such as `3.16`; `None` where no system has it.
    pub namespace: fn(release: &str) -> Option<String>,
    /// Until when it counts.
    pub until: Until,
}

/// Which of the days that endoflife.date has is the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// That of general support.
    General,
    /// That of extended support, whose fixes the advisories speak about too; of a release without any, that of general
    /// support.
    Extended,
}

/// When a document is not believed.
const GUARD: Guard = Guard {
    floor: 1,
    most_shrink_percent: 10,
    // Days are set years before.
    stale_after_hours: 24 * 30,
    // They have some ten KB.
    most_bytes: 32 << 20,
};

impl Ends {
    /// The feed. It speaks about no namespace.
    pub fn source(&self) -> FeedSource {
        FeedSource {
            name: self.feed.to_owned(),
            namespace: END_OF_LIFE.to_owned(),
            url: format!("https://endoflife.date/api/v1/products/{}/", self.product),
        }
    }

    /// The feed, where it is asked for what it speaks about, and else what `others` says.
    pub fn needed_by(
        &self,
        namespace: &str,
        others: impl FnOnce(&str) -> Vec<FeedSource>,
    ) -> Vec<FeedSource> {
        if namespace == END_OF_LIFE { vec![self.source()] } else { others(namespace) }
    }

    /// The guard, where a feed is this one, and else that of the `others`.
    pub fn guard(&self, feed: &str, others: impl FnOnce(&str) -> Guard) -> Guard {
        if feed == self.feed { GUARD } else { others(feed) }
    }

    /// The address, which never changes, where a feed is this one, and else what `others` finds.
    ///
    /// # Errors
    /// Those of `others`.
    pub fn locate(
        &self,
        source: &FeedSource,
        others: impl FnOnce(&FeedSource) -> Result<String, DiscoveryError>,
    ) -> Result<String, DiscoveryError> {
        if source.name == self.feed { Ok(source.url.clone()) } else { others(source) }
    }

    /// Adds the feed to those that were discovered, unless upstream is known not to have it. That it gives no answer must not
    /// hide the feeds that judge: its own fetch says so. Nor may it stand for them: where none was found, that is no answer.
    pub fn add_to(&self, discovered: &mut Vec<FeedSource>, upstream: &dyn Upstream) {
        let source = self.source();
        if !discovered.is_empty() && upstream.exists(&source.url).unwrap_or(true) {
            discovered.push(source);
        }
    }

    /// Reads the document where it is that of this feed; `None` where it is another's.
    pub fn parse(
        &self,
        source: &FeedSource,
        document: &mut FeedDocument<'_>,
        sink: &mut dyn FnMut(Record),
    ) -> Option<Result<FeedHead, FeedError>> {
        (source.name == self.feed).then(|| self.read(document, sink))
    }

    fn read(
        &self,
        document: &mut FeedDocument<'_>,
        sink: &mut dyn FnMut(Record),
    ) -> Result<FeedHead, FeedError> {
        let answer: Answer = serde_json::from_reader(&mut document.reader).map_err(|error| {
            if error.is_io() {
                FeedError::Unreadable(error.to_string())
            } else {
                FeedError::Malformed(error.to_string())
            }
        })?;
        let Answer { last_modified, result: Product { name, releases } } = answer;
        if name != self.product {
            return Err(FeedError::Malformed(format!("it is about “{name}” and not about {}", self.product)));
        }
        if releases.is_empty() {
            return Err(FeedError::Malformed("it names no release".to_owned()));
        }
        let mut unread = Vec::new();
        for release in &releases {
            let Some(namespace) = (self.namespace)(&release.name) else { continue };
            match release.end(self.until) {
                Ok(Some(day)) => sink(Record::fact(END_OF_LIFE, namespace, day.to_string())),
                Ok(None) => {}
                Err(why) => unread.push(format!("the end of {}: {why}", release.name)),
            }
        }
        let covers = vec![END_OF_LIFE.to_owned()];
        Ok(FeedHead { covers, upstream_date: last_modified, unread, ..FeedHead::default() })
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    last_modified: Option<String>,
    result: Product,
}

#[derive(Deserialize)]
struct Product {
    name: String,
    releases: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    name: String,
    is_eol: bool,
    /// Missing or null where no day is set.
    #[serde(default)]
    eol_from: Option<String>,
    /// Missing where there is no extended support.
    #[serde(default)]
    is_eoes: Option<bool>,
    #[serde(default)]
    eoes_from: Option<String>,
}

impl Release {
    /// The day, where one is set.
    fn end(&self, until: Until) -> Result<Option<NaiveDate>, String> {
        let (day, has_ended) = match (until, self.is_eoes) {
            (Until::Extended, Some(has_ended)) => (&self.eoes_from, has_ended),
            (Until::Extended, None) | (Until::General, _) => (&self.eol_from, self.is_eol),
        };
        match day {
            Some(day) => day.parse().map(Some).map_err(|_invalid| format!("“{day}” is no day")),
            None if has_ended => Err("it has ended, and no day is given".to_owned()),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
