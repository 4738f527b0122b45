//! Evidence of a single layer of which only the digest of the stored bytes is known, as in the manifests of Clair's API.
//!
//! The bytes are verified against that digest to their end before anything is returned. What they unpack to is computed,
//! not verified: nobody has said what it should be.

use std::{
    cell::Cell,
    io::{self, Read},
    path::Path,
    time::{Duration, Instant},
};

use limpid_core::{Digest, wants::WantList};
use tempfile::NamedTempFile;

use super::ReadError;
use crate::{
    evidence::{PackFacts, PackWriter},
    layer::{ExpectedLayer, Watch, read_layer},
    limits::{LAYER_TIME, Limits},
};

/// What was read of a layer.
#[derive(Debug)]
pub struct LayerEvidence {
    /// The pack, in a file that nobody else knows of yet.
    pub pack: NamedTempFile,
    /// Digest of the uncompressed layer. `None` where the layer could not be read to its end, which is a blind spot in the
    /// pack.
    pub diff_id: Option<Digest>,
    /// Whether the layer was not read to its end for want of time: reading it again may give more.
    pub is_cut_short: bool,
    /// Size as stored, in bytes.
    pub size: u64,
}

/// Reads a layer, and writes its pack to a temporary file in `directory`. Ends early with an error when `is_cancelled`
/// says so.
///
/// # Errors
/// [`ReadError::Layer`] where the bytes do not come or are not those of the digest, and [`ReadError::Write`].
pub fn read_stored_layer(
    digest: &Digest,
    stored: &mut dyn Read,
    directory: &Path,
    wants: &WantList,
    limits: &Limits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<LayerEvidence, ReadError> {
    let file = NamedTempFile::new_in(directory).map_err(ReadError::Write)?;
    let mut sink = PackWriter::new(file).map_err(ReadError::Write)?;
    let begun = Instant::now();
    let mut stored = Interruptible { stored, is_cancelled, begun };
    let expected = ExpectedLayer { digest: Some(digest.clone()), ..ExpectedLayer::default() };
    let watch = Timed { begun, time: limits.layer_time, is_up: Cell::new(false) };
    let facts = read_layer(&mut stored, &expected, wants, limits, &mut sink, &watch)?;
    let known =
        facts.diff_id.clone().map(|diff_id| PackFacts { diff_id, unpacked_size: facts.uncompressed_size });
    let pack = sink.finish(known).map_err(ReadError::Write)?;
    Ok(LayerEvidence { pack, diff_id: facts.diff_id, is_cut_short: watch.is_up.get(), size: facts.size })
}

struct Timed {
    begun: Instant,
    time: Duration,
    /// Whether the reader was told so.
    is_up: Cell<bool>,
}

impl Watch for Timed {
    fn is_time_up(&self) -> bool {
        self.is_up.set(self.begun.elapsed() > self.time);
        self.is_up.get()
    }
}

/// Ends when it is told to, and when the bytes do not end in twice the time that a layer has.
struct Interruptible<'a> {
    stored: &'a mut dyn Read,
    is_cancelled: &'a dyn Fn() -> bool,
    begun: Instant,
}

impl Read for Interruptible<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.is_cancelled)() {
            return Err(io::Error::other("reading was cancelled"));
        }
        if self.begun.elapsed() > 2 * LAYER_TIME {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the bytes come too slowly"));
        }
        self.stored.read(buffer)
    }
}
