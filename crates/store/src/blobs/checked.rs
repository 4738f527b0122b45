//! Which files have been checked against their digests since this process began.
//!
//! A file is known by its length and the time of its last change, so one that was written to is checked again.

use std::{
    collections::HashMap,
    fs::{File, Metadata},
    io::{self, Seek},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use limpid_core::Digest;

use super::files::read_through;
use crate::limits;

/// The digests that were checked.
#[derive(Default)]
pub(super) struct Checked(Mutex<HashMap<Digest, State>>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    bytes: u64,
    changed: SystemTime,
}

impl Checked {
    /// Whether an opened file has these bytes. It stands at its beginning afterwards.
    pub(super) fn check(&self, file: &mut File, digest: &Digest) -> io::Result<bool> {
        let before = State::of(&file.metadata()?)?;
        if self.lock().get(digest) == Some(&before) {
            return Ok(true);
        }
        let (found, _) = read_through(file, digest.hasher(), |_bytes| Ok(()))?;
        file.rewind()?;
        if found != *digest {
            self.lock().remove(digest);
            return Ok(false);
        }
        if State::of(&file.metadata()?)? == before {
            self.insert(digest, before);
        }
        Ok(true)
    }

    /// Remembers a file that was checked while it was written.
    pub(super) fn remember(&self, file: &File, digest: &Digest) -> io::Result<()> {
        self.insert(digest, State::of(&file.metadata()?)?);
        Ok(())
    }

    fn insert(&self, digest: &Digest, state: State) {
        let mut known = self.lock();
        if known.len() >= limits::CHECKED_BLOBS {
            known.clear();
        }
        known.insert(digest.clone(), state);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, State>> {
        // Every change of the table is one step: a thread that ended within it has left it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Self { bytes: metadata.len(), changed: metadata.modified()? })
    }
}
