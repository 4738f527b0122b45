//! The catalog's folder: `catalog.json`, `segments/`, `locks/`, `tmp/`.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use limpid_core::Digest;
use serde::Deserialize;

use super::{FORMAT, FeedLock, State, StateError, lock};
use crate::{
    files, limits,
    segment::{NewSegment, Segment, SegmentError},
};

/// Called by name before each step that changes the disk. An error stops the work there, as a kill would.
pub type Checkpoint = Arc<dyn Fn(&'static str) -> io::Result<()> + Send + Sync>;

/// A catalog's folder.
#[derive(Clone)]
pub struct Store {
    directory: PathBuf,
    checkpoint: Option<Checkpoint>,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Store {
    /// The catalog in this folder, which need not exist yet.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), checkpoint: None }
    }

    /// The same, with a function that is called before each step.
    pub fn with_checkpoint(self, checkpoint: Checkpoint) -> Self {
        Self { checkpoint: Some(checkpoint), ..self }
    }

    /// The folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The state. Takes no lock. Where there is no catalog yet, the empty state.
    ///
    /// # Errors
    /// [`StateError::Io`], [`StateError::Damaged`] and [`StateError::NewerFormat`].
    pub fn read(&self) -> Result<State, StateError> {
        let path = self.state_path();
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(limits::CATALOG_BYTES).read_to_end(&mut bytes)) {
            Ok(_length) => decode(&bytes, &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::default()),
            Err(source) => Err(StateError::Io { path, source }),
        }
    }

    /// Where a segment is, if it is there.
    pub fn segment_path(&self, digest: &Digest) -> PathBuf {
        self.segments().join(format!("{}.segment", digest.hex()))
    }

    /// Opens a segment.
    ///
    /// # Errors
    /// Any [`SegmentError`] of a file.
    pub fn segment(&self, digest: &Digest) -> Result<Segment, SegmentError> {
        Segment::open(&self.segment_path(digest))
    }

    /// Gives a new segment its place. It is not in force by that.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn keep_segment(&self, segment: NewSegment) -> Result<Digest, StateError> {
        let path = self.segment_path(&segment.digest);
        let kept = self.step("segment: rename").and_then(|()| files::keep(segment.file, &path));
        kept.map_err(|source| StateError::Io { path, source })?;
        Ok(segment.digest)
    }

    /// The folder for temporary files, on the file system of the segments. Creates the catalog's folders.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn temporary_directory(&self) -> Result<PathBuf, StateError> {
        self.create()?;
        Ok(self.temporary())
    }

    /// Waits until no other process updates this feed, but not for ever.
    ///
    /// # Errors
    /// [`StateError::Io`] and [`StateError::Busy`].
    pub fn lock_feed(&self, feed: &str) -> Result<FeedLock, StateError> {
        self.create()?;
        // A feed's name comes from upstream's listings and may be no file name.
        let name = Digest::of(feed.as_bytes());
        lock::acquire(&self.directory.join("locks").join(name.short()), limits::FEED_WAIT)
    }

    pub(super) fn create(&self) -> Result<(), StateError> {
        for path in [self.segments(), self.temporary(), self.directory.join("locks")] {
            fs::create_dir_all(&path).map_err(|source| StateError::Io { path, source })?;
        }
        Ok(())
    }

    pub(super) fn state_path(&self) -> PathBuf {
        self.directory.join("catalog.json")
    }

    pub(super) fn segments(&self) -> PathBuf {
        self.directory.join("segments")
    }

    pub(super) fn temporary(&self) -> PathBuf {
        // A folder of its own: retention clears it, and evidence has its temporary files beside it.
        self.directory.join("tmp").join("catalog")
    }

    pub(crate) fn step(&self, name: &'static str) -> io::Result<()> {
        self.checkpoint.as_ref().map_or(Ok(()), |checkpoint| checkpoint(name))
    }
}

/// Reads a catalog's state; `path` is where it comes from, for errors.
pub(crate) fn decode(bytes: &[u8], path: &Path) -> Result<State, StateError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let damaged =
        |why: serde_json::Error| StateError::Damaged { path: path.to_owned(), why: why.to_string() };
    // The format is looked at first: a newer catalog may differ in anything else.
    let Format { format: found } = serde_json::from_slice(bytes).map_err(damaged)?;
    if found > FORMAT {
        return Err(StateError::NewerFormat { path: path.to_owned(), found });
    }
    serde_json::from_slice(bytes).map_err(damaged)
}
