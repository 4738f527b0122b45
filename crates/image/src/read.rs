//! From an image to evidence: what is known is opened, the rest is read.
//!
//! Each distinct layer is read once, side by side on all cores, the largest first. A layer's evidence is committed only
//! after its bytes were verified; the first error ends the others, and nothing of an unfinished layer stays.

use std::{
    io::{self, Read},
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use limpid_core::{BlindSpot, Reason, wants::WantList};

use crate::{
    entry::EntrySink,
    evidence::{EvidenceError, EvidenceStore, Pack, PackError},
    layer::{ExpectedLayer, LayerError, Watch, read_layer},
    limits::{LAYER_TIME, Limits},
    progress::Progress,
    source::{LayerDescriptor, LayeredImage, SourceError},
};

mod directory;
mod stored;

pub use directory::read_directory;
pub use stored::{LayerEvidence, read_stored_layer};

/// Why there is no evidence of an image.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A layer could not be had.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A layer is not what the image says, or its bytes do not come.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// The data directory could not be used.
    #[error(transparent)]
    Store(#[from] EvidenceError),
    /// Evidence that was just written could not be read.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// What was read could not be kept.
    #[error("the evidence cannot be written")]
    Write(#[source] io::Error),
    /// A directory could not be read at all.
    #[error("{path} cannot be read")]
    Directory {
        /// The directory.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// The evidence of each layer of an image, lowest first. Layers that are known are not opened.
///
/// # Errors
/// The first of any layer. A layer that its publisher keeps elsewhere is no error but a blind spot.
pub fn read_image(
    image: &dyn LayeredImage,
    store: &EvidenceStore,
    wants: &WantList,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<Vec<Pack>, ReadError> {
    let layers = image.layers();
    // A layer that occurs twice is read at its first place.
    let first =
        |layer: &LayerDescriptor| layers.iter().position(|other| same(other, layer)).unwrap_or_default();
    let mut packs: Vec<Option<Pack>> = Vec::with_capacity(layers.len());
    let mut unknown = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let known = if first(layer) == index { store.find(layer, wants)? } else { None };
        match &known {
            Some(_) => progress.layer_finished(index, true),
            None if first(layer) == index => unknown.push(index),
            None => {}
        }
        packs.push(known);
    }
    // Layers of unknown size may be large.
    let size = |&index: &usize| layers.get(index).and_then(|layer| layer.size).unwrap_or(u64::MAX);
    unknown.sort_by_key(|index| std::cmp::Reverse(size(index)));
    let reading = Reading { image, store, wants, limits, progress, cancelled: AtomicBool::new(false) };
    for (index, pack) in reading.read(&unknown)? {
        if let Some(place) = packs.get_mut(index) {
            *place = Some(pack);
        }
    }
    for (index, layer) in layers.iter().enumerate() {
        let first = first(layer);
        if first != index {
            progress.layer_finished(index, true);
            let pack = packs.get(first).cloned().flatten();
            if let Some(place) = packs.get_mut(index) {
                *place = pack;
            }
        }
    }
    packs
        .into_iter()
        .map(|pack| pack.ok_or_else(|| PackError::Damaged("a layer was not read").into()))
        .collect()
}

fn same(a: &LayerDescriptor, b: &LayerDescriptor) -> bool {
    a.digest == b.digest && a.diff_id == b.diff_id
}

struct Reading<'a> {
    image: &'a dyn LayeredImage,
    store: &'a EvidenceStore,
    wants: &'a WantList,
    limits: &'a Limits,
    progress: &'a dyn Progress,
    /// Set by the first error.
    cancelled: AtomicBool,
}

impl Reading<'_> {
    /// Reads these layers, in this order, several at once.
    fn read(&self, layers: &[usize]) -> Result<Vec<(usize, Pack)>, ReadError> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Ok(Vec::new()));
        let work = || {
            while let Some(&index) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.cancelled.load(Ordering::Relaxed) {
                    return;
                }
                let read = self.layer(index);
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                match (read, done.as_mut()) {
                    (Ok(pack), Ok(packs)) => packs.push((index, pack)),
                    (Err(error), Ok(_)) => {
                        *done = Err(error);
                        self.cancelled.store(true, Ordering::Relaxed);
                    }
                    // The others end because the first did.
                    (_, Err(_)) => {}
                }
            }
        };
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(layers.len());
        thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(work);
            }
            work();
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn layer(&self, index: usize) -> Result<Pack, ReadError> {
        let layers = self.image.layers();
        let layer = layers.get(index).ok_or(PackError::Damaged("no such layer"))?;
        self.progress.layer_started(index, layer.size);
        let mut sink = self.store.writer()?;
        let stored = match self.image.open_layer(index) {
            Ok(stored) => stored,
            Err(error @ SourceError::LayerNotAvailable { .. }) => {
                sink.blind_spot(unavailable(layer, &error));
                let pack = sink.finish_unstored()?;
                self.progress.layer_finished(index, false);
                return Ok(pack);
            }
            Err(error) => return Err(error.into()),
        };
        let begun = Instant::now();
        let mut stored = Cancellable { stored, cancelled: &self.cancelled, begun };
        let watch = Watched { progress: self.progress, index, begun, time: self.limits.layer_time };
        let expected = ExpectedLayer::from(layer);
        let facts = read_layer(&mut stored, &expected, self.wants, self.limits, &mut sink, &watch)?;
        let pack = if facts.diff_id.as_ref() == Some(&layer.diff_id) {
            self.store.commit(sink, layer, facts.uncompressed_size, self.wants)?
        } else {
            // Not read to its end, which is a blind spot: nobody knows that this is the layer of that diff id.
            sink.finish_unstored()?
        };
        self.progress.layer_finished(index, false);
        Ok(pack)
    }
}

fn unavailable(layer: &LayerDescriptor, error: &SourceError) -> BlindSpot {
    BlindSpot::new(Reason::LayerUnsupported, layer.digest.to_string(), error.to_string())
}

/// Counts the bytes of a layer for whoever looks on, and its time.
struct Watched<'a> {
    progress: &'a dyn Progress,
    index: usize,
    begun: Instant,
    time: Duration,
}

impl Watch for Watched<'_> {
    fn advanced(&self, bytes: u64) {
        self.progress.layer_advanced(self.index, bytes);
    }

    fn is_time_up(&self) -> bool {
        self.begun.elapsed() > self.time
    }
}

/// Ends when another layer has failed, and when the bytes do not end in twice the time that a layer has: what is past
/// the first is hashed only, which is quick unless the bytes come slowly on purpose.
struct Cancellable<'a> {
    stored: Box<dyn Read + Send>,
    cancelled: &'a AtomicBool,
    begun: Instant,
}

impl Read for Cancellable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(io::Error::other("another layer could not be read"));
        }
        if self.begun.elapsed() > 2 * LAYER_TIME {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the bytes come too slowly"));
        }
        self.stored.read(buffer)
    }
}
