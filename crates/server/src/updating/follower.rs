//! The thread that follows what is published: fetches it, opens it, and mends what turns out to be damaged.
//!
//! It alone changes what is in force on this node, and only by an open catalog, so that a storage that is slow or gone holds
//! up nobody who asks for a report.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    time::Instant,
};

use limpid_catalog::{Catalog, State, Store, replica};
use limpid_core::{
    Digest,
    digest::Hasher,
    matching::{Advisories as _, Keeper},
};
use limpid_store::{catalog as published, jobs::JobKind};

use super::{
    UpdateFailure, blobs,
    blobs::Wants,
    keeper::{CatalogKeeper, OpenCatalog},
};
use crate::{
    engine::Engine,
    limits::{CATALOG_AGE, CATALOG_POLL, MEND_PAUSE, OUTAGE_PAUSE},
};

/// What is published changes something for images, so whoever publishes rings for that work: the follower listens to it.
pub(super) const PUBLISHED: JobKind = JobKind::MatchChanges;

/// Follows until the process ends. `opened` is told when the first catalog is open, and before that what is in its way.
pub(crate) fn follow_published(engine: &Engine, opened: impl Fn(Result<(), String>)) {
    let mut follower = Follower { engine, wants: Wants::default(), mended: BTreeMap::new() };
    let mut said = String::new();
    loop {
        let rings = engine.bell.rings(PUBLISHED);
        let step = catch_unwind(AssertUnwindSafe(|| follower.step()));
        let step = step.unwrap_or_else(|_panic| {
            Err(UpdateFailure::Local("a fault of Limpid ended the work; see the log".to_owned()))
        });
        let failure = step.err();
        engine.catalog.note_trouble(failure.as_ref().map(for_clients));
        let trouble = failure.map(|failure| failure.to_string());
        if engine.catalog.known().is_some() {
            opened(Ok(()));
        } else if let Some(why) = &trouble {
            opened(Err(why.clone()));
        }
        let goes_on = match trouble {
            None => {
                said.clear();
                engine.bell.wait(PUBLISHED, rings, CATALOG_POLL)
            }
            Some(why) => {
                if said != why {
                    tracing::warn!(
                        "the advisory data that is published is not in force on this node yet: {why}"
                    );
                    said = why;
                }
                engine.bell.pause(OUTAGE_PAUSE)
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// What database and storage say may name addresses and users, so it stands in the log alone.
fn for_clients(failure: &UpdateFailure) -> String {
    match failure {
        UpdateFailure::Store(_) => "database or storage do not answer; the log says why".to_owned(),
        UpdateFailure::NotFound(_)
        | UpdateFailure::Refused(_)
        | UpdateFailure::Busy
        | UpdateFailure::NotOpen(_)
        | UpdateFailure::Lost(..)
        | UpdateFailure::Local(_) => failure.to_string(),
    }
}

struct Follower<'a> {
    engine: &'a Engine,
    wants: Wants,
    /// When it was last tried to mend a segment.
    mended: BTreeMap<Digest, Instant>,
}

impl Follower<'_> {
    /// Makes what is published be in force here, if it is not.
    fn step(&mut self) -> Result<(), UpdateFailure> {
        let engine = self.engine;
        let keeper = &engine.catalog;
        let version = engine.database.read(published::version)?;
        engine.metrics.published_catalog_version(version.unsigned_abs());
        let known = keeper.known().filter(|known| known.version == version);
        let mended = known.as_ref().is_some_and(|known| self.mend(&known.catalog));
        match known {
            Some(known) if known.opened.elapsed() < CATALOG_AGE && !mended => {}
            Some(known) => put_in_force(engine, known.version)?,
            None => {
                let followed = {
                    let _bringing = keeper.bringing();
                    self.wants.noting(engine, || follow(engine, keeper.store()))?
                };
                put_in_force(engine, followed.0)?;
            }
        }
        if let Err(error) = self.wants.answer(engine) {
            tracing::warn!("what other nodes lack cannot be put again: {error}");
        }
        Ok(())
    }

    /// Fetches again what could not be opened or read. Whether anything was. What fails is tried again later, and is a blind
    /// spot of reports until then.
    fn mend(&mut self, catalog: &Catalog) -> bool {
        let mut damaged = catalog.damaged();
        self.mended.retain(|segment, _| damaged.contains(segment));
        damaged.retain(|segment| self.mended.get(segment).is_none_or(|tried| tried.elapsed() >= MEND_PAUSE));
        let mut mended = false;
        for segment in damaged {
            let (engine, keeper) = (self.engine, &self.engine.catalog);
            let _bringing = keeper.bringing();
            let mut fetch = |digest: &Digest, path: &Path| blobs::fetch(engine, digest, path);
            let one = BTreeSet::from([segment.clone()]);
            let done = self.wants.noting(engine, || replica::mend(keeper.store(), &one, &mut fetch));
            match done {
                Ok(()) => {
                    tracing::warn!(%segment, "a segment of the catalog was damaged on this node, and is fetched anew");
                    mended = true;
                }
                Err(error) => {
                    tracing::warn!(%segment, "a damaged segment of the catalog is not mended: {error}")
                }
            }
            self.mended.insert(segment, Instant::now());
        }
        mended
    }
}

/// Makes a folder say what is published, whatever it said before. Returns the version and the state.
pub(super) fn follow(engine: &Engine, store: &Store) -> Result<(i64, State), UpdateFailure> {
    let Some(published) = engine.database.read(published::load)? else { return Ok((0, State::default())) };
    let state = replica::parse(&published.state)?;
    let mut fetch = |digest: &Digest, path: &Path| blobs::fetch(engine, digest, path);
    replica::follow(store, &state, &mut fetch, engine.now())?;
    Ok((published.version, state))
}

/// Opens the folder of what is in force as of now, and lets requests have it.
fn put_in_force(engine: &Engine, version: i64) -> Result<(), UpdateFailure> {
    let keeper: &CatalogKeeper = &engine.catalog;
    let catalog =
        Catalog::open(keeper.store(), engine.indexer.ecosystems(), engine.now())?.kept_by(Keeper::Service);
    let open = Arc::new(OpenCatalog {
        version,
        digest: catalog.digest(),
        classing: classing(&catalog),
        is_empty: catalog.namespaces().is_empty(),
        catalog: Arc::new(catalog),
        opened: Instant::now(),
    });
    tell(engine, &open);
    keeper.put_in_force(open);
    Ok(())
}

/// Shows people who watch what is in force, and how old it is.
fn tell(engine: &Engine, open: &OpenCatalog) {
    engine.metrics.catalog_version(open.version.unsigned_abs());
    let feeds = open.catalog.status().feeds;
    engine.metrics.feeds_quarantined(feeds.values().filter(|feed| feed.quarantined.is_some()).count());
    for (feed, status) in feeds {
        if let Some(at) = status.checked_at {
            engine.metrics.feed_checked(&feed, at);
        }
        if let Some(at) = status.changed_at {
            engine.metrics.feed_changed(&feed, at);
        }
    }
}

/// What of the catalog depends on the time: the day, by which releases end, and which feeds are stale.
fn classing(catalog: &Catalog) -> Digest {
    let mut hasher = Hasher::sha256();
    hasher.update_field(&catalog.as_of().date_naive().to_string());
    for namespace in catalog.namespaces().keys() {
        for feed in catalog.coverage(namespace).feeds {
            hasher.update_field(&feed.name);
            hasher.update_field(if feed.data.is_some_and(|data| data.stale) { "stale" } else { "" });
        }
    }
    hasher.finish()
}
