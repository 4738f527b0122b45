//! Judging again the manifests for which an update operation may change something, side by side.
//!
//! There may be a hundred thousand of them, and most share their packages. So what an operation changes is asked once for each
//! package in each version, and only a report that has one for which something changes is read as a whole. In memory is no
//! more than what the threads have in hand and what will be told.

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use limpid_catalog::Catalog;
use limpid_core::{Digest, IndexReport, IndexedPackage};
use limpid_store::{
    StoreError,
    packages::PackageKey,
    reports::{self, StoredReport},
};
use uuid::Uuid;

use super::{difference::Difference, outline::Outline};
use crate::{
    engine::{Engine, Held},
    indexing::parse_report,
    limits::{CHANGES_BATCH, CHANGES_KNOWN, CHANGES_THREADS},
    workers::Unfinished,
};

/// What the threads share.
pub(super) struct Rematch<'a> {
    pub(super) engine: &'a Engine,
    pub(super) held: &'a Held,
    /// The packages that the operation speaks about.
    pub(super) keys: &'a BTreeSet<PackageKey>,
    /// The advisory data on both sides of the operation.
    pub(super) before: Catalog,
    pub(super) after: Catalog,
}

/// Which packages something changes for, as far as one thread has asked.
#[derive(Default)]
struct Known(HashMap<String, bool>);

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
            match self.changed(&stored, known) {
                Ok(None) => {}
                Ok(Some(index)) => self.tell(&stored.manifest, &self.difference(&index), &mut entries)?,
                Err(error) => leave_out(&error),
            }
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

    /// The report with those packages alone for which something changes; `None` where there is none.
    fn changed(&self, stored: &StoredReport, known: &mut Known) -> Result<Option<IndexReport>, StoreError> {
        let mut identity = String::new();
        let mut places = Vec::new();
        let mut whole: Option<IndexReport> = None;
        for (place, package) in Outline::of(stored)?.packages.iter().enumerate() {
            package.identity(&mut identity);
            let changes = match known.0.get(&identity) {
                Some(changes) => *changes,
                None => {
                    let whole = match &whole {
                        Some(whole) => whole,
                        None => whole.insert(parse_report(stored)?),
                    };
                    let changes = self.is_changed(whole, place);
                    known.note(&identity, changes);
                    changes
                }
            };
            if changes {
                places.push(place);
            }
        }
        if places.is_empty() {
            return Ok(None);
        }
        let whole = whole.map_or_else(|| parse_report(stored), Ok)?;
        Ok(Some(only(&whole, &places)))
    }

    /// Whether the operation changes anything for one package of a report. Packages are judged one by one: what is found in
    /// one depends on no other.
    fn is_changed(&self, whole: &IndexReport, place: usize) -> bool {
        let is_meant = whole.packages.get(place).is_some_and(|indexed| self.is_meant(indexed));
        is_meant && !self.difference(&only(whole, &[place])).is_empty()
    }

    fn is_meant(&self, indexed: &IndexedPackage) -> bool {
        let Some(namespace) = &indexed.namespace else { return false };
        let names = [&*indexed.package.name, indexed.package.source_name()];
        names.into_iter().any(|name| {
            self.keys.contains(&PackageKey { namespace: namespace.clone(), name: name.to_owned() })
        })
    }

    fn difference(&self, index: &IndexReport) -> Difference {
        Difference::of(index, self.engine.indexer.ecosystems(), &self.before, &self.after)
    }

    /// Adds the entries of a manifest: its worst change, or each of them.
    fn tell(
        &self,
        manifest: &Digest,
        difference: &Difference,
        entries: &mut Vec<Vec<u8>>,
    ) -> Result<(), Unfinished> {
        let summary = self.engine.configuration.notifier.summary;
        for entry in if summary { difference.worst() } else { difference.all() } {
            let entry = entry.to_clair(&Uuid::now_v7().to_string(), manifest);
            let json = serde_json::to_vec(&entry).map_err(|error| Unfinished::Fault(error.to_string()))?;
            entries.push(json);
        }
        Ok(())
    }
}

impl Known {
    fn note(&mut self, identity: &str, changes: bool) {
        if self.0.len() >= CHANGES_KNOWN {
            self.0.clear();
        }
        self.0.insert(identity.to_owned(), changes);
    }
}

/// The report with the packages at these places alone.
fn only(whole: &IndexReport, places: &[usize]) -> IndexReport {
    IndexReport {
        schema: whole.schema.clone(),
        image: whole.image.clone(),
        index_state: whole.index_state.clone(),
        distributions: whole.distributions.clone(),
        repositories: whole.repositories.clone(),
        packages: places.iter().filter_map(|place| whole.packages.get(*place)).cloned().collect(),
        blind_spots: Vec::new(),
    }
}

fn leave_out(error: &StoreError) {
    tracing::error!("an image is left out of a notification: {error}");
}
