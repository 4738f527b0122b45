//! The catalog in force on this node: follows what was published, and is opened anew when it moved on.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Instant,
};

use chrono::{DateTime, Utc};
use limpid_catalog::{Catalog, State, Store, catalog::Status, replica};
use limpid_core::{
    Digest,
    digest::Hasher,
    matching::{Advisories as _, Keeper},
};
use limpid_store::catalog as published;

use super::UpdateFailure;
use crate::{engine::Engine, limits::CATALOG_AGE};

/// The catalog's folder on this node, and the catalog that was opened last.
#[derive(Debug)]
pub(crate) struct CatalogKeeper {
    store: Store,
    /// Where changes are prepared, so that no report is made of what is not published.
    workshop: Store,
    open: RwLock<Option<Arc<OpenCatalog>>>,
    /// Held while the folder is made to follow.
    following: Mutex<()>,
}

/// An open catalog, and what reports depend on of it.
#[derive(Debug)]
pub(crate) struct OpenCatalog {
    /// Its version in the database.
    pub(crate) version: i64,
    /// The catalog.
    pub(crate) catalog: Arc<Catalog>,
    /// Its digest.
    pub(crate) digest: Digest,
    /// The day, and which feeds are fresh or stale.
    pub(crate) classing: Digest,
    /// Whether it says nothing about anything.
    pub(crate) is_empty: bool,
    opened: Instant,
}

impl CatalogKeeper {
    /// The keeper of a catalog below a directory.
    pub(crate) fn new(directory: &Path) -> Self {
        let [store, workshop] = ["in-force", "workshop"].map(|name| Store::new(directory.join(name)));
        Self { store, workshop, open: RwLock::default(), following: Mutex::default() }
    }

    /// The folder from which reports are made.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The folder in which changes are prepared, under a lease.
    pub(super) fn workshop(&self) -> &Store {
        &self.workshop
    }

    fn known(&self) -> Option<Arc<OpenCatalog>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Makes a folder say what is published, whatever it said before. Returns the version and the state.
pub(super) fn follow(engine: &Engine, store: &Store) -> Result<(i64, State), UpdateFailure> {
    let Some(published) = engine.database.read(published::load)? else { return Ok((0, State::default())) };
    let state = replica::parse(&published.state)?;
    let mut fetch = |digest: &Digest, path: &Path| -> Result<(), UpdateFailure> {
        Ok(engine.blobs.fetch_to(digest, path)?)
    };
    replica::follow(store, &state, &mut fetch, engine.now())?;
    Ok((published.version, state))
}

/// The catalog in force, as of now. Blocks.
///
/// # Errors
/// [`UpdateFailure`].
fn open(engine: &Engine) -> Result<Arc<OpenCatalog>, UpdateFailure> {
    let version = engine.database.read(published::version)?;
    open_version(engine, version)
}

/// As [`open`], for who knows the version that was just read of the database.
pub(crate) fn open_version(engine: &Engine, version: i64) -> Result<Arc<OpenCatalog>, UpdateFailure> {
    let keeper = &engine.catalog;
    let fresh = |open: &Arc<OpenCatalog>| open.version == version && open.opened.elapsed() < CATALOG_AGE;
    if let Some(open) = keeper.known().filter(fresh) {
        return Ok(open);
    }
    let _following = keeper.following.lock().unwrap_or_else(PoisonError::into_inner);
    let known = keeper.known();
    if let Some(open) = known.clone().filter(fresh) {
        return Ok(open);
    }
    let followed = match known.filter(|open| open.version == version) {
        Some(open) => open.version,
        None => follow(engine, &keeper.store)?.0,
    };
    let catalog =
        Catalog::open(&keeper.store, engine.indexer.ecosystems(), engine.now())?.kept_by(Keeper::Service);
    let open = Arc::new(OpenCatalog {
        version: followed,
        digest: catalog.digest(),
        classing: classing(&catalog),
        is_empty: catalog.namespaces().is_empty(),
        catalog: Arc::new(catalog),
        opened: Instant::now(),
    });
    tell(engine, &open);
    *keeper.open.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&open));
    Ok(open)
}

/// The catalog as of an instant, with a feed's data replaced by a segment. Blocks.
///
/// # Errors
/// [`UpdateFailure`].
pub(crate) fn catalog_with(
    engine: &Engine,
    as_of: DateTime<Utc>,
    feed: &str,
    segment: &Digest,
) -> Result<Catalog, UpdateFailure> {
    let keeper = &engine.catalog;
    let _following = keeper.following.lock().unwrap_or_else(PoisonError::into_inner);
    let mut fetch = |digest: &Digest, path: &Path| -> Result<(), UpdateFailure> {
        Ok(engine.blobs.fetch_to(digest, path)?)
    };
    let data = replica::provide(&keeper.store, feed, segment, &mut fetch)?;
    Ok(Catalog::open_with(&keeper.store, engine.indexer.ecosystems(), as_of, feed, data)?)
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

/// The catalog in force, as of now. Blocks.
///
/// # Errors
/// [`UpdateFailure`].
pub fn catalog(engine: &Engine) -> Result<Arc<Catalog>, UpdateFailure> {
    Ok(Arc::clone(&open(engine)?.catalog))
}

/// All feeds with their condition. Blocks.
///
/// # Errors
/// [`UpdateFailure`].
pub fn status(engine: &Engine) -> Result<Status, UpdateFailure> {
    Ok(open(engine)?.catalog.status())
}
