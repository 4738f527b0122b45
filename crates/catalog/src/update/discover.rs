//! Discovery: which feeds upstream has. A new release of a distribution shows up here, without anybody's doing.

use std::collections::BTreeMap;

use limpid_core::{
    ecosystem::Ecosystems,
    feed::{FeedSource, Publisher},
};

use super::{UpdateError, UpdateReport, Updater};
use crate::{
    State, StateError,
    state::{Discovery, FeedRecord, Source},
};

impl Updater {
    /// The feeds that upstream has and those that are known already; of these prefixes, where any are given. Of
    /// what is loaded on request only what was asked for before, unless it is `on_request`.
    pub(super) fn discovered(
        &self,
        ecosystems: &Ecosystems,
        prefixes: Option<&[String]>,
        on_request: bool,
        report: &mut UpdateReport,
    ) -> Result<Vec<(Publisher, FeedSource)>, UpdateError> {
        let wanted = |feed: &str| {
            prefixes.is_none_or(|prefixes| prefixes.iter().any(|prefix| has_prefix(feed, prefix)))
        };
        let asked = |publisher: &Publisher| {
            prefixes.is_none_or(|prefixes| prefixes.iter().any(|prefix| publisher.owns_feed(prefix)))
        };
        let mut jobs = Vec::new();
        for publisher in
            ecosystems.publishers().filter(|publisher| publisher.feeds.is_there() && asked(publisher))
        {
            let is_asked = on_request || !publisher.on_request;
            let loaded = loaded_feeds(&self.store.read()?, &publisher);
            if !is_asked && loaded.is_empty() {
                continue;
            }
            let found = (publisher.feeds.discover)(&self.transport).map_err(|error| error.to_string());
            // Nobody runs an upstream without feeds: such an answer is none. A mirror may lack a publisher as a whole.
            let may_lack = self.transport.is_mirror() && prefixes.is_none();
            let before = known_feeds(&self.store.read()?, &publisher);
            let found = found.and_then(|feeds| {
                let is_answer = !feeds.is_empty() || (may_lack && before.is_empty());
                if is_answer { Ok(feeds) } else { Err(nothing(&publisher)) }
            });
            report
                .discoveries
                .insert(publisher.id.to_owned(), found.as_ref().map(Vec::len).map_err(Clone::clone));
            let found = found.unwrap_or_default();
            let state = self.note_discovery(&publisher, &found)?;
            let known = known_feeds(&state, &publisher);
            let names: Vec<String> = found.iter().map(|source| source.name.clone()).collect();
            let known = known.into_iter().filter(|source| !names.contains(&source.name));
            jobs.extend(
                found
                    .iter()
                    .cloned()
                    .chain(known)
                    .filter(|source| wanted(&source.name))
                    .filter(|source| is_asked || is_gone_on_with(&source.name, &loaded))
                    .map(|source| (publisher, source)),
            );
        }
        for prefix in prefixes.unwrap_or_default() {
            let found = jobs.iter().any(|(_, source)| has_prefix(&source.name, prefix));
            // Where upstream could not be asked, nobody knows that it has no such feed; the report says why.
            let unasked = report
                .discoveries
                .iter()
                .any(|(id, result)| result.is_err() && prefix.split('/').next() == Some(id.as_str()));
            if !found && !unasked {
                return Err(UpdateError::UnknownFeed(prefix.clone()));
            }
        }
        Ok(jobs)
    }

    /// Keeps what upstream has, unless it could not be asked. The state after that.
    fn note_discovery(&self, publisher: &Publisher, found: &[FeedSource]) -> Result<State, StateError> {
        if found.is_empty() {
            return self.store.read();
        }
        let now = self.clock.now();
        let feeds: BTreeMap<String, Source> =
            found.iter().map(|source| (source.name.clone(), Source::from(source))).collect();
        self.store.commit(now, |state| {
            state.discoveries.entry(publisher.id.to_owned()).or_default().record(now, Discovery { feeds });
            Ok(state.clone())
        })
    }
}

/// The names of the feeds of a publisher that have data.
fn loaded_feeds(state: &State, publisher: &Publisher) -> Vec<String> {
    let has_data = |record: &FeedRecord| record.data.latest().is_some() || record.quarantine.is_some();
    let loaded = state.feeds.iter().filter(|(name, record)| publisher.owns_feed(name) && has_data(record));
    loaded.map(|(name, _)| name.clone()).collect()
}

/// Whether a feed that is loaded on request is one of those that are, or is newer by its name, as a year is than the one before.
fn is_gone_on_with(feed: &str, loaded: &[String]) -> bool {
    loaded.iter().any(|one| one == feed) || loaded.iter().max().is_some_and(|last| feed > last.as_str())
}

/// The feeds of a publisher that have data, and, where upstream was asked before, those that it had then.
fn known_feeds(state: &State, publisher: &Publisher) -> Vec<FeedSource> {
    let loaded = state.feeds.iter().filter(|(name, record)| {
        publisher.owns_feed(name) && (record.data.latest().is_some() || record.quarantine.is_some())
    });
    let mut known: BTreeMap<&String, FeedSource> =
        loaded.filter_map(|(name, record)| Some((name, record.source.as_ref()?.feed(name)))).collect();
    let discovered = state.discoveries.get(publisher.id).and_then(|history| history.latest());
    for (name, source) in discovered.iter().flat_map(|discovered| &discovered.value.feeds) {
        known.entry(name).or_insert_with(|| source.feed(name));
    }
    known.into_values().collect()
}

/// Whether a feed's name begins with these whole parts.
pub(super) fn has_prefix(feed: &str, prefix: &str) -> bool {
    let rest = feed.strip_prefix(prefix.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn nothing(publisher: &Publisher) -> String {
    format!("no feed of {} is to be found there", publisher.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_of_whole_parts() {
        for (prefix, expected) in
            [("alpine", true), ("alpine/v3.1", false), ("alpine/v3.16/", true), ("", false)]
        {
            assert_eq!(has_prefix("alpine/v3.16/main", prefix), expected, "{prefix}");
        }
    }
}
