//! The catalog as readers see it: the data in force as of one instant, and how far it can be trusted.
//!
//! A catalog is a snapshot. Its segments are mapped when it is opened, so whatever updates and retention do later, it
//! answers as it did at first.

mod feed;
mod status;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use limpid_core::{
    Advisory, Affected, Digest,
    digest::Hasher,
    ecosystem::Ecosystems,
    matching::{Advisories, Coverage, FeedState, Found, Keeper},
};

use self::feed::Feed;
pub use self::status::{DiscoveryStatus, FeedCondition, FeedStatus, Status};
use crate::{
    SegmentError, State, StateError, Store, limits,
    state::{Discovery, FeedRecord, History, Loaded, Operation, Source},
};

/// The advisory data as of one instant.
#[derive(Debug)]
pub struct Catalog {
    ecosystems: Ecosystems,
    as_of: DateTime<Utc>,
    feeds: BTreeMap<String, Feed>,
    discoveries: BTreeMap<String, Known>,
    /// The feeds whose data covers a namespace, sorted.
    by_namespace: HashMap<String, Vec<String>>,
    keeper: Keeper,
    /// Feeds whose segment turned out to be damaged when it was read.
    unreadable: Mutex<BTreeSet<String>>,
}

/// What an ecosystem's upstream has, as of the catalog's instant.
#[derive(Debug)]
struct Known {
    operation: Operation<Discovery>,
    stale: bool,
}

impl Catalog {
    /// Opens the catalog of a folder as of an instant. A folder without a catalog gives an empty one. A segment that
    /// cannot be opened is no error here: its feed is unreadable, and everything that asks for it is told so.
    ///
    /// # Errors
    /// Those of [`Store::read`].
    pub fn open(store: &Store, ecosystems: &Ecosystems, as_of: DateTime<Utc>) -> Result<Self, StateError> {
        let mut attempt = 1;
        loop {
            let catalog = Self::of(&store.read()?, store, ecosystems, as_of);
            // A segment that went away since the state was read: the state names others by now.
            let lost = catalog
                .feeds
                .values()
                .any(|feed| matches!(feed.segment, Some(Err(SegmentError::Missing { .. }))));
            if !lost || attempt == limits::READER_ATTEMPTS {
                return Ok(catalog);
            }
            attempt += 1;
        }
    }

    /// As [`Catalog::open`], with the data of a feed replaced by this, whatever it was at the instant.
    ///
    /// # Errors
    /// Those of [`Store::read`], and [`StateError::Segment`] where the segment cannot be opened.
    pub fn open_with(
        store: &Store,
        ecosystems: &Ecosystems,
        as_of: DateTime<Utc>,
        feed: &str,
        data: Loaded,
    ) -> Result<Self, StateError> {
        let mut state = store.read()?;
        let mut history = History::default();
        history.record(as_of, data);
        state.feeds.entry(feed.to_owned()).or_default().data = history;
        let mut catalog = Self::of(&state, store, ecosystems, as_of);
        let replaced =
            catalog.feeds.get_mut(feed).and_then(|feed| feed.segment.take_if(|segment| segment.is_err()));
        match replaced {
            Some(Err(error)) => Err(error.into()),
            Some(Ok(_)) | None => Ok(catalog),
        }
    }

    /// The same, kept up to date by another than the command.
    #[must_use]
    pub fn kept_by(self, keeper: Keeper) -> Self {
        Self { keeper, ..self }
    }

    fn of(state: &State, store: &Store, ecosystems: &Ecosystems, as_of: DateTime<Utc>) -> Self {
        let empty = FeedRecord::default();
        let discovered = state.discoveries.iter().filter_map(|(id, history)| {
            let operation = history.as_of(as_of)?.clone();
            let publisher = ecosystems.publishers().find(|publisher| publisher.id == id);
            let guard = publisher.map(|publisher| (publisher.feeds.guard)(id));
            let stale = feed::is_stale(operation.known_until, as_of, guard.as_ref());
            Some((id.clone(), Known { operation, stale }))
        });
        let discoveries: BTreeMap<String, Known> = discovered.collect();
        let listed = discoveries.values().flat_map(|known| known.operation.value.feeds.keys());
        let names: BTreeSet<&String> = state.feeds.keys().chain(listed).collect();
        let feeds: BTreeMap<String, Feed> = names
            .into_iter()
            .map(|name| {
                let record = state.feeds.get(name).unwrap_or(&empty);
                let publisher = ecosystems.publishers().find(|publisher| publisher.owns_feed(name));
                let discovery = publisher.and_then(|publisher| discoveries.get(publisher.id));
                (name.clone(), Feed::new(name, record, store, publisher.as_ref(), discovery, as_of))
            })
            .collect();
        let mut by_namespace: HashMap<String, Vec<String>> = HashMap::new();
        for (name, feed) in &feeds {
            for namespace in feed.data.iter().flat_map(|data| data.value.coverage.keys()) {
                by_namespace.entry(namespace.clone()).or_default().push(name.clone());
            }
        }
        Self {
            ecosystems: ecosystems.clone(),
            as_of,
            feeds,
            discoveries,
            by_namespace,
            keeper: Keeper::default(),
            unreadable: Mutex::default(),
        }
    }

    /// The instant.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// The segments that could not be opened, or could not be read since: to be had again from elsewhere
    /// ([`crate::replica::mend`]). The catalog itself stays as it is.
    pub fn damaged(&self) -> BTreeSet<Digest> {
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        let is_damaged =
            |name: &String, feed: &Feed| unreadable.contains(name) || matches!(feed.segment, Some(Err(_)));
        let damaged = self.feeds.iter().filter(|(name, feed)| is_damaged(name, feed));
        damaged.filter_map(|(_, feed)| Some(feed.data.as_ref()?.value.segment.clone())).collect()
    }

    /// What all feeds say of the advisories that are meant, in whatever namespace. Every text is looked at: for questions of
    /// people, not for reports. A feed that cannot be read is named; what enriches has no advisories.
    pub fn about(&self, meant: &mut dyn FnMut(&Advisory) -> bool) -> Found {
        let mut found = Found::default();
        let enriches = |name: &str| self.ecosystems.enrichments().any(|publisher| publisher.owns_feed(name));
        for (name, feed) in self.feeds.iter().filter(|(name, _)| !enriches(name)) {
            let said = match &feed.segment {
                Some(Ok(segment)) => segment.about(meant).map_err(|error| error.to_string()),
                Some(Err(error)) => Err(error.to_string()),
                None => continue,
            };
            match said {
                Ok(said) => found.add(name, said),
                Err(why) => {
                    self.note_unreadable(name);
                    found.unreadable.push((name.clone(), why));
                }
            }
        }
        found
    }

    fn note_unreadable(&self, feed: &str) {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).insert(feed.to_owned());
    }

    /// The namespaces about which any data is loaded, sorted, with the number of records.
    pub fn namespaces(&self) -> BTreeMap<String, u64> {
        let mut namespaces = BTreeMap::new();
        for (namespace, records) in self.feeds.values().flat_map(Feed::coverage) {
            *namespaces.entry(namespace.clone()).or_default() += records;
        }
        namespaces
    }

    /// The feeds that speak about a namespace, or would: those that its ecosystem names, those that upstream lists for
    /// it, and those whose data covers it.
    fn feeds_about(&self, namespace: &str) -> BTreeSet<String> {
        let mut names: BTreeSet<String> =
            self.by_namespace.get(namespace).into_iter().flatten().cloned().collect();
        for publisher in self.ecosystems.enrichments() {
            names.extend((publisher.feeds.needed_by)(namespace).into_iter().map(|source| source.name));
        }
        if let Some(ecosystem) = self.ecosystems.of_namespace(namespace) {
            names.extend((ecosystem.feeds.needed_by)(namespace).into_iter().map(|source| source.name));
            let listed =
                self.discoveries.get(ecosystem.id).into_iter().flat_map(|known| &known.operation.value.feeds);
            names.extend(
                listed.filter(|(_, source)| source.namespace == namespace).map(|(name, _)| name.clone()),
            );
        }
        names
    }

    /// Whether nothing of what upstream lists under a wider name, such as one document about all releases, is there yet: which
    /// releases it speaks about is then unknown, and no proof that it lacks one.
    fn waits_for_all(&self, feeds: &[FeedState], listed: &BTreeMap<String, Source>) -> bool {
        let mut listed = feeds.iter().filter(|feed| listed.contains_key(&feed.name)).peekable();
        let has_data =
            |feed: &FeedState| self.feeds.get(&feed.name).is_some_and(|known| known.data.is_some());
        listed.peek().is_some() && !listed.any(has_data)
    }

    fn discovery_of(&self, namespace: &str) -> Option<&Known> {
        self.discoveries.get(self.ecosystems.of_namespace(namespace)?.id)
    }
}

impl Advisories for Catalog {
    /// A function of what reports depend on, and of no time beside the classing as of the catalog's instant.
    fn digest(&self) -> Digest {
        let mut hasher = Hasher::sha256();
        hasher.update_field("limpid catalog");
        for (name, feed) in self.feeds.iter().filter(|(_, feed)| feed.says_anything()) {
            let segment = feed.data.as_ref().map_or("", |data| data.value.segment.as_str());
            let quarantined = feed.quarantined.as_deref().unwrap_or_default();
            for field in [name.as_str(), segment, quarantined, if feed.absent { "absent" } else { "" }] {
                hasher.update_field(field);
            }
        }
        for (id, known) in self.discoveries.iter().filter(|(_, known)| !known.stale) {
            hasher.update_field("discovery");
            hasher.update_field(id);
            for (name, source) in &known.operation.value.feeds {
                hasher.update_field(name);
                hasher.update_field(&source.namespace);
            }
        }
        hasher.finish()
    }

    fn keeper(&self) -> Keeper {
        self.keeper
    }

    fn coverage(&self, namespace: &str) -> Coverage {
        let known = self.discovery_of(namespace).filter(|known| !known.stale);
        let feeds: Vec<FeedState> = self
            .feeds_about(namespace)
            .into_iter()
            .map(|name| match self.feeds.get(&name) {
                Some(feed) => feed.state(name, namespace),
                // Nobody asked for it yet, and a list of what upstream has, where there is one, does not name it.
                None => FeedState { name, absent: known.is_some(), ..FeedState::default() },
            })
            .collect();
        let loaded = feeds.iter().any(|feed| feed.data.is_some());
        let listed = |known: &Known| {
            let listed = &known.operation.value.feeds;
            listed.values().any(|source| source.namespace == namespace) || self.waits_for_all(&feeds, listed)
        };
        Coverage { unknown_upstream: !loaded && known.is_some_and(|known| !listed(known)), feeds }
    }

    fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found {
        let mut found = Found::default();
        for name in self.by_namespace.get(namespace).into_iter().flatten() {
            let segment = self.feeds.get(name).and_then(|feed| feed.segment.as_ref());
            let said = match segment {
                Some(Ok(segment)) => {
                    segment.find(namespace, package, wanted).map_err(|error| error.to_string())
                }
                Some(Err(error)) => Err(error.to_string()),
                None => Err("nothing is loaded".to_owned()),
            };
            match said {
                Ok(said) => found.add(name, said),
                Err(why) => {
                    self.note_unreadable(name);
                    found.unreadable.push((name.clone(), why));
                }
            }
        }
        found
    }
}
