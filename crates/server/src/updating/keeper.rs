//! The catalog in force on this node, as requests take it: what is open, without waiting for storage.
//!
//! One thread follows what is published ([`super::follower`]). A request looks which version is published, and takes the
//! open catalog if it is that one. If it is not, it gives the follower some time; then it takes what is open, which is what
//! this node answered with before and never less. Before anything is open it gets no catalog.

use std::{
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use chrono::{DateTime, Utc};
use limpid_catalog::{Catalog, Store, catalog::Status, replica};
use limpid_core::Digest;
use limpid_store::catalog as published;

use super::{UpdateFailure, blobs, follower::PUBLISHED};
use crate::{
    engine::{Bell, Engine},
    limits::{CATALOG_FIRST_TIME, CATALOG_TIME_TO_FOLLOW},
};

/// The catalog's folders on this node, and the catalog that is open.
#[derive(Debug)]
pub(crate) struct CatalogKeeper {
    store: Store,
    /// Where changes are prepared, so that no report is made of what is not published.
    workshop: Store,
    view: Mutex<View>,
    changed: Condvar,
    /// Held while segments are brought into the folder of what is in force. No request waits for it.
    bringing: Mutex<()>,
}

#[derive(Debug, Default)]
struct View {
    open: Option<Arc<OpenCatalog>>,
    /// The newest version that a request saw and that was not open, and when the first did.
    wanted: Option<(i64, Instant)>,
    /// Why the follower has not come further.
    trouble: Option<String>,
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
    pub(super) opened: Instant,
}

impl View {
    /// The open catalog, if it is of this version at least.
    fn of(&self, version: i64) -> Option<Arc<OpenCatalog>> {
        self.open.clone().filter(|open| open.version >= version)
    }

    /// Since when this version, or a later one, is wanted; and whether this is the first request for it.
    fn want(&mut self, version: i64) -> (Instant, bool) {
        match self.wanted {
            Some((wanted, since)) if wanted >= version => (since, false),
            Some(_) | None => {
                let now = Instant::now();
                self.wanted = Some((version, now));
                (now, true)
            }
        }
    }
}

impl CatalogKeeper {
    /// The keeper of a catalog below a directory.
    pub(crate) fn new(directory: &Path) -> Self {
        let [store, workshop] = ["in-force", "workshop"].map(|name| Store::new(directory.join(name)));
        Self { store, workshop, view: Mutex::default(), changed: Condvar::new(), bringing: Mutex::default() }
    }

    /// The folder from which reports are made.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The folder in which changes are prepared, under a lease.
    pub(super) fn workshop(&self) -> &Store {
        &self.workshop
    }

    /// The catalog that is open.
    pub(super) fn known(&self) -> Option<Arc<OpenCatalog>> {
        self.view().open.clone()
    }

    /// To be held while segments are brought into the folder of what is in force.
    pub(super) fn bringing(&self) -> MutexGuard<'_, ()> {
        self.bringing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this is the catalog in force.
    pub(super) fn put_in_force(&self, open: Arc<OpenCatalog>) {
        let mut view = self.view();
        // A database that was restored goes on with lower numbers, and they are new all the same.
        view.wanted = view.wanted.filter(|(wanted, _)| *wanted > open.version);
        view.open = Some(open);
        drop(view);
        self.changed.notify_all();
    }

    /// The follower has come no further, or has no trouble any more.
    pub(super) fn note_trouble(&self, trouble: Option<String>) {
        self.view().trouble = trouble;
        self.changed.notify_all();
    }

    /// The open catalog, of this version if the follower gets it in time.
    fn take(&self, bell: &Bell, version: i64) -> Result<Arc<OpenCatalog>, UpdateFailure> {
        let mut view = self.view();
        if let Some(open) = view.of(version) {
            return Ok(open);
        }
        let (since, is_first) = view.want(version);
        if is_first {
            bell.ring(PUBLISHED);
        }
        let most = if view.open.is_some() { CATALOG_TIME_TO_FOLLOW } else { CATALOG_FIRST_TIME };
        // Whoever comes later waits for what is left of that: an outage slows requests down once, not each of them.
        let waits = |view: &mut View| view.of(version).is_none() && view.trouble.is_none();
        let waited = self.changed.wait_timeout_while(view, most.saturating_sub(since.elapsed()), waits);
        let (view, _timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        view.open.clone().ok_or_else(|| UpdateFailure::NotOpen(why(&view)))
    }

    fn view(&self) -> MutexGuard<'_, View> {
        // Each field is set as a whole.
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The catalog that is open here, whatever is published. It waits for nothing.
pub(crate) fn known(engine: &Engine) -> Option<Arc<OpenCatalog>> {
    engine.catalog.known()
}

fn why(view: &View) -> String {
    view.trouble.clone().unwrap_or_else(|| "it is still being fetched".to_owned())
}

/// The catalog in force on this node; see the module for how old it may be. Blocks, for a bounded time.
///
/// # Errors
/// [`UpdateFailure::Store`], and [`UpdateFailure::NotOpen`] where none is open yet.
pub(crate) fn open(engine: &Engine) -> Result<Arc<OpenCatalog>, UpdateFailure> {
    let version = engine.database.read(published::version)?;
    open_version(engine, version)
}

/// As [`open`], for who knows the version that was just read of the database.
///
/// # Errors
/// [`UpdateFailure::NotOpen`] where none is open yet.
pub(crate) fn open_version(engine: &Engine, version: i64) -> Result<Arc<OpenCatalog>, UpdateFailure> {
    engine.catalog.take(&engine.bell, version)
}

/// As [`open`], but never an older one than what is published: for work that can wait.
///
/// # Errors
/// [`UpdateFailure::Store`], and [`UpdateFailure::NotOpen`] where it is not open in time.
pub(crate) fn open_published(engine: &Engine) -> Result<Arc<OpenCatalog>, UpdateFailure> {
    let version = engine.database.read(published::version)?;
    let open = engine.catalog.take(&engine.bell, version)?;
    if open.version < version {
        return Err(UpdateFailure::NotOpen(why(&engine.catalog.view())));
    }
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
    let _bringing = keeper.bringing();
    let mut fetch = |digest: &Digest, path: &Path| blobs::fetch(engine, digest, path);
    let data = replica::provide(&keeper.store, feed, segment, &mut fetch)?;
    Ok(Catalog::open_with(&keeper.store, engine.indexer.ecosystems(), as_of, feed, data)?)
}

/// The catalog in force on this node. Blocks, for a bounded time.
///
/// # Errors
/// As [`open`].
pub fn catalog(engine: &Engine) -> Result<Arc<Catalog>, UpdateFailure> {
    Ok(Arc::clone(&open(engine)?.catalog))
}

/// All feeds with their condition. Blocks, for a bounded time.
///
/// # Errors
/// As [`open`].
pub fn status(engine: &Engine) -> Result<Status, UpdateFailure> {
    Ok(open(engine)?.catalog.status())
}
