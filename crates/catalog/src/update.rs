//! Updates: asks upstream what feeds it has and what is new, and puts what looks right in force, feed by feed.
//!
//! Each feed is fetched, guarded, parsed, written and committed by itself, so one that fails never holds up another,
//! and a process that is killed has lost at most the feeds that it was working on.

mod accept;
mod decompress;
mod discover;
mod document;
mod feed;
mod guard;
mod head;
mod http;
mod increments;
mod listing;
mod members;
mod mirror;
mod reading;
mod request;
mod retry;
mod transport;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};
use limpid_core::{
    Digest, Ecosystem,
    ecosystem::Ecosystems,
    feed::{FeedSource, Publisher},
    matching::END_OF_LIFE,
};
use serde::Serialize;

use self::transport::Transport;
pub use self::{
    accept::{AcceptError, accept},
    mirror::Mirror,
    request::TransportError,
};
use crate::{Clock, State, StateError, Store, limits};

/// Brings a catalog up to date.
pub struct Updater {
    store: Store,
    transport: Transport,
    clock: Arc<dyn Clock>,
}

/// Which feeds to update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All that upstream has, but of what is loaded on request alone
    /// ([`limpid_core::feed::Publisher::on_request`]) that which somebody asked for.
    All,
    /// All that upstream has.
    Everything,
    /// Those whose names begin with one of these: `alpine`, `alpine/v3.16`, `alpine/v3.16/main`.
    Prefixes(Vec<String>),
    /// Those that speak about these namespaces, or about these subjects of enrichments ([`limpid_core::enrichment`]). Upstream
    /// is not asked what else it has.
    Namespaces(Vec<String>),
}

/// What became of an update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpdateReport {
    /// What became of each feed, by name.
    pub feeds: BTreeMap<String, Outcome>,
    /// For each publisher whose upstream was asked what it has: the number of its feeds, or why that is unknown.
    pub discoveries: BTreeMap<String, Result<usize, String>>,
}

/// What became of one feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Upstream has what is in force, or was asked so recently that it was not asked again.
    Unchanged,
    /// New data is in force.
    Updated {
        /// The segment before, where there was one.
        from: Option<Digest>,
        /// The segment now.
        to: Digest,
        /// Its records.
        records: u64,
    },
    /// Upstream's data looks wrong. What was in force stays so.
    Quarantined {
        /// What is wrong with it.
        why: String,
    },
    /// Upstream could not be asked, or the data could not be kept. What was in force stays so.
    Failed {
        /// Why.
        error: String,
    },
    /// Upstream has no such document.
    Absent,
}

/// An update that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The catalog cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// Nothing is called so.
    #[error("there is no feed {0}")]
    UnknownFeed(String),
}

/// Told of progress. Every method has an empty default, and may be called from several threads.
pub trait Progress: Send + Sync {
    /// It is known which feeds will be updated.
    fn planned(&self, _feeds: usize) {}

    /// A document begins to arrive, perhaps anew: its size in bytes as transferred, where that is known.
    fn feed_started(&self, _feed: &str, _size: Option<u64>) {}

    /// So many more bytes arrived.
    fn feed_advanced(&self, _feed: &str, _bytes: u64) {}

    /// A feed is done.
    fn feed_finished(&self, _feed: &str, _outcome: &Outcome) {}
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {}

impl Updater {
    /// Updates the catalog of `store` from upstream, or from a mirror of it.
    pub fn new(store: Store, mirror: Option<Mirror>, clock: Arc<dyn Clock>) -> Self {
        Self { store, transport: Transport::new(mirror, Arc::clone(&clock)), clock }
    }

    /// Updates feeds. Those about which upstream was asked less than `max_age` ago are not asked again.
    ///
    /// # Errors
    /// [`UpdateError`]; what fails for one feed is in the report.
    pub fn update(
        &self,
        ecosystems: &Ecosystems,
        selection: &Selection,
        max_age: Option<Duration>,
        progress: &dyn Progress,
    ) -> Result<UpdateReport, UpdateError> {
        let mut report = UpdateReport::default();
        let begun = self.clock.now();
        let mut jobs = match selection {
            Selection::Namespaces(namespaces) => of_namespaces(&self.store.read()?, ecosystems, namespaces),
            Selection::All => self.discovered(ecosystems, None, false, &mut report)?,
            Selection::Everything => self.discovered(ecosystems, None, true, &mut report)?,
            Selection::Prefixes(prefixes) => {
                self.discovered(ecosystems, Some(prefixes), true, &mut report)?
            }
        };
        jobs.sort_by(|a, b| a.1.name.cmp(&b.1.name));
        jobs.dedup_by(|a, b| a.1.name == b.1.name);
        progress.planned(jobs.len());
        let recent = max_age.and_then(|age| begun.checked_sub_signed(chrono::Duration::from_std(age).ok()?));
        report.feeds = self.side_by_side(&jobs, begun, recent, progress);
        Ok(report)
    }

    fn side_by_side(
        &self,
        jobs: &[(Publisher, FeedSource)],
        begun: DateTime<Utc>,
        recent: Option<DateTime<Utc>>,
        progress: &dyn Progress,
    ) -> BTreeMap<String, Outcome> {
        let next = AtomicUsize::new(0);
        let outcomes = Mutex::new(BTreeMap::new());
        let work = || {
            while let Some((publisher, source)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let outcome = self.update_feed(publisher, source, begun, recent, progress);
                progress.feed_finished(&source.name, &outcome);
                outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(source.name.clone(), outcome);
            }
        };
        thread::scope(|scope| {
            for _ in 0..limits::CONCURRENT_FEEDS.min(jobs.len()) {
                scope.spawn(work);
            }
        });
        outcomes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The feeds that speak about these namespaces: those that their ecosystem names, and those that are known to; and those that
/// speak about the ends of its releases. Of a subject of enrichments those that speak about it.
fn of_namespaces(
    state: &State,
    ecosystems: &Ecosystems,
    namespaces: &[String],
) -> Vec<(Publisher, FeedSource)> {
    let mut jobs = Vec::new();
    for namespace in namespaces {
        // A namespace that no ecosystem judges has no feeds; matching says so.
        let Some(publisher) = ecosystems.of_namespace(namespace).map(Ecosystem::publisher) else {
            let needed = |publisher: &Publisher| {
                let sources = (publisher.feeds.needed_by)(namespace).into_iter();
                sources.map(|source| (*publisher, source)).collect::<Vec<_>>()
            };
            jobs.extend(ecosystems.enrichments().flat_map(needed));
            continue;
        };
        for namespace in [namespace, END_OF_LIFE] {
            jobs.extend((publisher.feeds.needed_by)(namespace).into_iter().map(|source| (publisher, source)));
        }
        for (name, record) in state.feeds.iter().filter(|(name, _)| publisher.owns_feed(name)) {
            let covers = |loaded: &crate::state::Loaded| loaded.coverage.contains_key(namespace);
            if record.data.latest().is_some_and(|data| covers(&data.value)) {
                jobs.extend(record.source.iter().map(|source| (publisher, source.feed(name))));
            }
        }
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_about_the_ends_of_releases_is_brought_up_to_date_with_the_rest() {
        let namespaces = ["Alpine:v3.16", "Gentoo", "LuaRocks", "No such thing:1", "exploit prediction"]
            .map(str::to_owned);
        let jobs = of_namespaces(&State::default(), &limpid_core::ecosystems::all(), &namespaces);
        let names: Vec<String> = jobs.into_iter().map(|(_, source)| source.name).collect();
        assert_eq!(
            names,
            [
                "alpine/v3.16/main",
                "alpine/v3.16/community",
                "alpine/end-of-life",
                "gentoo/glsa",
                "enrichment/epss"
            ]
        );
    }
}
