//! The days on which releases end, as endoflife.date tells them: facts that an update refreshes.
//!
//! Such a feed judges nothing. No namespace needs it, and where it is missing or old the days that were known when this program
//! was built hold: it is never the reason of a blind spot. What it tells outweighs those days.
//!
//! ```json
//! {"schema_version": "1.2.0", "last_modified": "2026-01-28T00:00:00+00:00", "result": {"name": "alpine-linux", "releases": [
//!   {"name": "3.16", "releaseDate": "2022-05-23", "isEol": true, "eolFrom": "2024-05-23"}]}}
//! ```
//!
//! Source of the format: `https://endoflife.date/docs/api/v1/`, “GET /products/{product}”.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    advisory::Record,
    feed::{FeedDocument, FeedError, FeedHead, FeedSource, Upstream},
    matching::END_OF_LIFE,
};

/// The feed of one ecosystem. Its family names it where it discovers ([`Ends::add_to`]) and reads it where a document is
/// its own ([`Ends::parse`]).
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Name of the feed: `<ecosystem>/end-of-life`.
    pub feed: &'static str,
    /// What endoflife.date calls the product, such as `alpine-linux`.
    pub product: &'static str,
    /// The namespace of a release that it names, such as `3.16`; `None` where no system has it.
    pub namespace: fn(release: &str) -> Option<String>,
}

impl Ends {
    /// The feed. It speaks about no namespace.
    pub fn source(&self) -> FeedSource {
        FeedSource {
            name: self.feed.to_owned(),
            namespace: END_OF_LIFE.to_owned(),
            url: format!("https://endoflife.date/api/v1/products/{}/", self.product),
        }
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
            match release.end() {
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
}

impl Release {
    /// The day, where one is set.
    fn end(&self) -> Result<Option<NaiveDate>, String> {
        match &self.eol_from {
            Some(day) => day.parse().map(Some).map_err(|_invalid| format!("“{day}” is no day")),
            None if self.is_eol => Err("it has ended, and no day is given".to_owned()),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
