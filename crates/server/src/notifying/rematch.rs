//! Judging again the manifests for which an update operation may change something, side by side.
//!
//! There may be a hundred thousand of them, and most share their packages. So what an operation changes is asked once for each
//! package in each version. In memory is no more than what the threads have in hand, what they know of packages, and what
//! will be told.

use std::{
    collections::{HashMap, HashSet},
    num::NonZero,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use limpid_catalog::Catalog;
use limpid_core::{ImageFacts, IndexReport, index_report::SCHEMA};
use limpid_store::{
    StoreError,
    reports::{self, StoredReport},
};
use uuid::Uuid;

use super::{
    difference::{self, Change},
    outline::{Outline, OutlinedPackage},
};
use crate::{
    engine::{Engine, Held},
    indexing::identified,
    limits::{CHANGES_BATCH, CHANGES_KNOWN, CHANGES_THREADS},
    workers::Unfinished,
};

/// Names of packages, of sources and installed ones, by namespace.
pub(super) type Keys<'a> = HashMap<&'a str, HashSet<&'a str>>;

/// What the threads share.
pub(super) struct Rematch<'a> {
    pub(super) engine: &'a Engine,
    pub(super) held: &'a Held,
    /// The packages that the operation speaks about.
    pub(super) keys: Keys<'a>,
    /// The advisory data on both sides of the operation.
    pub(super) before: Catalog,
    pub(super) after: Catalog,
}

/// What changes for packages, as far as one thread has asked; nothing for most.
#[derive(Default)]
struct Known(HashMap<String, Rc<[Change]>>);

/// Entries of one batch, and its place.
type Done = (usize, Vec<Vec<u8>>);

impl Rematch<'_> {
    /// What is told of the operation: for each of these manifests its worst change, or each of them.
    pub(super) fn entries(&self, numbers: &[i64]) -> Result<Vec<Vec<u8>>, Unfinished> {
        let batches: Vec<&[i64]> = numbers.chunks(CHANGES_BATCH).collect();
        let next = AtomicUsize::new(0);
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = cores.min(CHANGES_THREADS).min(batches.len());
        let mut done: Vec<Done> = thread::scope(|scope| {
            let work = || self.work(&batches, &next);
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut all = work();
            for other in others {
                let done = other.join().unwrap_or_else(|_panic| Err(Unfinished::of_a_fault()));
                all = all.and_then(|mut all| {
                    all.append(&mut done?);
                    Ok(all)
                });
            }
            all
        })?;
        done.sort_by_key(|(place, _)| *place);
        Ok(done.into_iter().flat_map(|(_, entries)| entries).collect())
    }

    /// Does one batch after the other until none is left.
    fn work(&self, batches: &[&[i64]], next: &AtomicUsize) -> Result<Vec<Done>, Unfinished> {
        let mut known = Known::default();
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = batches.get(place) else { return Ok(done) };
            match self.batch(batch, &mut known) {
                Ok(entries) => done.push((place, entries)),
                Err(unfinished) => {
                    // The others need not go on.
                    next.store(batches.len(), Ordering::Relaxed);
                    return Err(unfinished);
                }
            }
        }
    }

    fn batch(&self, numbers: &[i64], known: &mut Known) -> Result<Vec<Vec<u8>>, Unfinished> {
        if self.held.is_lost() || self.engine.bell.ends() {
            return Err(Unfinished::GivenBack);
        }
        let mut entries = Vec::new();
        for stored in self.readable(numbers)? {
            let stored = match identified(self.engine, stored) {
                Ok(stored) => stored,
                Err(error) => {
                    leave_out(&error);
                    continue;
                }
            };
            self.tell(&stored, known, &mut entries)?;
        }
        Ok(entries)
    }

    /// The reports that can be read. One that is damaged must not keep everybody from being told of all others: it is
    /// named in the log, and whoever asks for it is answered with an error.
    fn readable(&self, numbers: &[i64]) -> Result<Vec<StoredReport>, Unfinished> {
        match (self.engine.database.read(|tx| reports::load_numbered(tx, numbers)), numbers) {
            (Err(error @ StoreError::Damaged(_)), [_alone]) => {
                leave_out(&error);
                Ok(Vec::new())
            }
            (Err(StoreError::Damaged(_)), _several) => {
                let one_by_one = numbers.iter().map(|number| self.readable(&[*number]));
                Ok(one_by_one.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            (loaded, _numbers) => Ok(loaded?),
        }
    }

    /// Adds what is told of a manifest: its worst change, or each of them.
    fn tell(
        &self,
        stored: &StoredReport,
        known: &mut Known,
        entries: &mut Vec<Vec<u8>>,
    ) -> Result<(), Unfinished> {
        let outline = match Outline::of(stored) {
            Ok(outline) => outline,
            Err(error) => {
                leave_out(&error);
                return Ok(());
            }
        };
        let changes = self.changes(stored, &outline, known);
        let mut changes: Vec<&Change> = changes.iter().flat_map(|changes| changes.iter()).collect();
        changes.sort_by_key(|change| change.rank());
        let most = if self.engine.configuration.notifier.summary { 1 } else { usize::MAX };
        for change in changes.into_iter().take(most) {
            let id = Uuid::now_v7().to_string();
            let entry = change.to_clair(&id, &stored.manifest, &outline.distributions);
            entries.push(serde_json::to_vec(&entry).map_err(|error| Unfinished::Fault(error.to_string()))?);
        }
        Ok(())
    }

    /// What changes for the packages of a report, in their order.
    fn changes(&self, stored: &StoredReport, outline: &Outline<'_>, known: &mut Known) -> Vec<Rc<[Change]>> {
        let circumstances = outline.circumstances();
        let mut identity = String::new();
        let mut changes = Vec::new();
        for package in outline.packages.iter().filter(|package| self.is_meant(package)) {
            package.identity(&circumstances, &mut identity);
            let found = match known.0.get(&identity) {
                Some(known) => Rc::clone(known),
                None => known.note(&identity, self.changes_of(stored, outline, package)),
            };
            if !found.is_empty() {
                changes.push(found);
            }
        }
        changes
    }

    /// Whether the operation speaks about a package.
    fn is_meant(&self, package: &OutlinedPackage<'_>) -> bool {
        package.names().is_some_and(|(namespace, names)| {
            let keys = self.keys.get(namespace);
            keys.is_some_and(|keys| names.into_iter().any(|name| keys.contains(name)))
        })
    }

    /// What the operation changes for one package of a report. Packages are judged one by one: what is found in one depends
    /// on no other.
    fn changes_of(
        &self,
        stored: &StoredReport,
        outline: &Outline<'_>,
        package: &OutlinedPackage<'_>,
    ) -> Vec<Change> {
        let manifest = &stored.manifest;
        let alone = IndexReport {
            schema: SCHEMA.to_owned(),
            image: ImageFacts {
                reference: String::new(),
                digest: manifest.clone(),
                platform: String::new(),
                layers: Vec::new(),
            },
            index_state: stored.index_state.clone(),
            distributions: outline.distributions.clone(),
            repositories: outline.repositories.clone(),
            packages: vec![package.indexed()],
            blind_spots: Vec::new(),
            archives: Vec::new(),
        };
        difference::changes(&alone, self.engine.indexer.ecosystems(), &self.before, &self.after)
    }
}

impl Known {
    fn note(&mut self, identity: &str, changes: Vec<Change>) -> Rc<[Change]> {
        if self.0.len() >= CHANGES_KNOWN {
            self.0.clear();
        }
        let changes: Rc<[Change]> = changes.into();
        self.0.insert(identity.to_owned(), Rc::clone(&changes));
        changes
    }
}

fn leave_out(error: &StoreError) {
    tracing::error!("an image is left out of a notification: {error}");
}
