//! Segments as blobs: one that is lost is put again by whoever has a good copy.
//!
//! A segment is in three places: the blobs, and the two folders of each node that followed it. A node that finds the blob
//! missing or damaged puts it again from its own folders; where it has no copy it says in the database that it wants one, and
//! the others look. Without being asked, the nodes that collect garbage look now and then whether all are there.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    time::Instant,
};

use limpid_catalog::{Segment, replica};
use limpid_core::Digest;
use limpid_store::{
    BlobError, StoreError, catalog as published,
    presence::{self, Purpose},
};

use super::UpdateFailure;
use crate::{
    engine::Engine,
    limits::{WANTED_AGAIN, WANTED_POLL},
};

/// Puts a segment at a path where nothing is yet.
pub(super) fn fetch(engine: &Engine, segment: &Digest, path: &Path) -> Result<(), UpdateFailure> {
    match engine.blobs.fetch_to(segment, path) {
        Ok(()) => Ok(()),
        Err(error @ (BlobError::Missing(_) | BlobError::Damaged(_))) => {
            if put_again(engine, segment)? {
                return Ok(engine.blobs.fetch_to(segment, path)?);
            }
            Err(UpdateFailure::Lost(segment.clone(), error.to_string()))
        }
        Err(error @ (BlobError::Unavailable(_) | BlobError::Unusable(_) | BlobError::Store(_))) => {
            Err(error.into())
        }
    }
}

/// Puts the blob of a segment again, from a folder of this node. Whether a good copy is there.
fn put_again(engine: &Engine, segment: &Digest) -> Result<bool, UpdateFailure> {
    let Some(copy) = good_copy(engine, segment) else { return Ok(false) };
    if engine.blobs.put_file(&copy)? != *segment {
        return Err(UpdateFailure::Local(format!("segment {segment} changed on this node")));
    }
    tracing::warn!(%segment, "the blob of a segment was missing or damaged, and is put again from this node's copy");
    Ok(true)
}

fn good_copy(engine: &Engine, segment: &Digest) -> Option<PathBuf> {
    let folders = [engine.catalog.store(), engine.catalog.workshop()];
    let mut copies = folders.map(|folder| folder.segment_path(segment)).into_iter();
    copies.find(|path| Segment::open(path).is_ok_and(|copy| copy.verify(segment).is_ok()))
}

/// Puts the blobs of what is in force again that are not there, or not as long as they should be. Returns how many. Blocks.
///
/// # Errors
/// [`UpdateFailure`]. That no good copy is on this node is none: another may have one.
pub(crate) fn restore_lost(engine: &Engine) -> Result<u64, UpdateFailure> {
    let Some(published) = engine.database.read(published::load)? else { return Ok(0) };
    let state = replica::parse(&published.state)?;
    let segments: BTreeSet<(&Digest, u64)> =
        state.segments().map(|loaded| (&loaded.segment, loaded.bytes)).collect();
    let mut restored = 0;
    for (segment, bytes) in segments {
        if engine.bell.ends() {
            break;
        }
        if engine.blobs.length(segment)? == Some(bytes) {
            continue;
        }
        if put_again(engine, segment)? {
            restored += 1;
        } else {
            tracing::error!(%segment, "the blob of a segment is missing or damaged, and this node has no copy of it");
        }
    }
    Ok(restored)
}

/// What this node wants of others, and what it did for them.
#[derive(Debug, Default)]
pub(super) struct Wants {
    /// `None` before anything was noted: a process of this name may have been killed while it wanted something.
    noted: Option<BTreeSet<String>>,
    looked: Option<Instant>,
    answered: HashMap<String, Instant>,
}

impl Wants {
    /// Does what fetches segments, and notes what was not to be had.
    pub(super) fn noting<T>(
        &mut self,
        engine: &Engine,
        work: impl FnOnce() -> Result<T, UpdateFailure>,
    ) -> Result<T, UpdateFailure> {
        let done = work();
        let wanted = match &done {
            Err(UpdateFailure::Lost(segment, _)) => BTreeSet::from([segment.to_string()]),
            Ok(_) | Err(_) => BTreeSet::new(),
        };
        // What is still wanted is said again, so that it is not taken for what somebody wanted who is gone.
        if self.noted.as_ref() != Some(&wanted) || !wanted.is_empty() {
            let note = |tx: &mut limpid_store::Transaction<'_>| {
                presence::note(tx, &engine.node.name, Purpose::WantedBlob, &wanted, WANTED_POLL)
            };
            engine.database.write(note)?;
            self.noted = Some(wanted);
        }
        done
    }

    /// Looks now and then what others want, and puts it again where this node has it.
    pub(super) fn answer(&mut self, engine: &Engine) -> Result<(), UpdateFailure> {
        if self.looked.is_some_and(|looked| looked.elapsed() < WANTED_POLL) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let names = |tx: &mut limpid_store::Transaction<'_>| presence::names(tx, Purpose::WantedBlob);
        let wanted: BTreeSet<String> = engine.database.read::<_, StoreError>(names)?;
        self.answered.retain(|name, _| wanted.contains(name));
        let mut is_restored = false;
        for name in wanted {
            // Who wanted it may be gone.
            if self.answered.get(&name).is_some_and(|answered| answered.elapsed() < WANTED_AGAIN) {
                continue;
            }
            let segment = name.parse::<Digest>().map_err(|error| UpdateFailure::Local(error.to_string()))?;
            is_restored |= put_again(engine, &segment)?;
            self.answered.insert(name, Instant::now());
        }
        if is_restored {
            // Where one is lost, more may be.
            restore_lost(engine)?;
        }
        Ok(())
    }
}
