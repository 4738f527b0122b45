//! Reads one layer, once, as a stream: decompress, hash, walk the tar, keep what is wanted.
//!
//! The digests of the stored bytes and of the uncompressed bytes are verified to the end of the stream before
//! [`read_layer`] returns; where one does not hold, the caller throws away what the sink has. What was there and could
//! not be read is a blind spot in the sink. Memory stays at some buffers, whatever the layer says of itself.

use std::io::{self, Read};

use limpid_core::{Digest, wants::WantList};

use crate::{entry::EntrySink, limits::Limits, source::LayerDescriptor};

mod compression;
mod entries;
pub(crate) mod executable;
mod faults;
mod gzip;
mod stored;
pub(crate) mod tar;
mod unpacked;
mod window;
mod zstd;

pub use compression::Compression;

use faults::{Fault, Faults, Stop};
use unpacked::Unpacked;

/// Bytes of the buffers that a layer is read through. Much smaller costs speed, much larger leaves the processor's
/// cache.
const BUFFER_BYTES: usize = 256 << 10;

/// What a layer must turn out to be. What is `None` is not verified, only computed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedLayer {
    /// Digest of the layer as stored.
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar.
    pub diff_id: Option<Digest>,
    /// Size as stored, in bytes.
    pub size: Option<u64>,
}

impl From<&LayerDescriptor> for ExpectedLayer {
    fn from(descriptor: &LayerDescriptor) -> Self {
        Self {
            digest: Some(descriptor.digest.clone()),
            diff_id: Some(descriptor.diff_id.clone()),
            size: descriptor.size,
        }
    }
}

/// What a layer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFacts {
    /// Digest of the stored bytes; verified where it was expected.
    pub digest: Digest,
    /// Size as stored, in bytes.
    pub size: u64,
    /// How it was compressed.
    pub compression: Compression,
    /// Digest of the uncompressed tar; verified where it was expected. `None` where the layer could not be
    /// uncompressed to its end: then the sink has a blind spot that says so.
    pub diff_id: Option<Digest>,
    /// Bytes that were uncompressed.
    pub uncompressed_size: u64,
}

/// Looks on while a layer is read, and may end it. A closure `|bytes: u64|` is one that only counts.
pub trait Watch {
    /// So many more bytes of the layer, as stored, were read.
    fn advanced(&self, _bytes: u64) {}

    /// Whether the layer has taken longer than it may. What is left of it is then hashed and not read, and that is a
    /// blind spot.
    fn is_time_up(&self) -> bool {
        false
    }
}

impl<F: Fn(u64)> Watch for F {
    fn advanced(&self, bytes: u64) {
        self(bytes);
    }
}

/// Why a layer must not be used.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The bytes of the layer do not come. Opening it again may help.
    #[error("the bytes of layer {layer} cannot be read after byte {offset}")]
    Unreadable {
        /// The layer.
        layer: String,
        /// Stored bytes that were read.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// The layer is not what the image says it is. Nothing of it may be kept.
    #[error("{what} of layer {layer} is {got}, and the image says {expected}")]
    DigestMismatch {
        /// The layer.
        layer: String,
        /// Which digest: `the digest` or `the diff id`.
        what: &'static str,
        /// What the image says.
        expected: Digest,
        /// What the bytes hash to.
        got: Digest,
    },
    /// The layer is not as long as the image says. Nothing of it may be kept.
    #[error("layer {layer} has {got} bytes{}, and the image says {expected}", if *.got > *.expected { " or more" } else { "" })]
    SizeMismatch {
        /// The layer.
        layer: String,
        /// What the image says, in bytes.
        expected: u64,
        /// Bytes that came, or that came before reading was ended.
        got: u64,
    },
    /// The layer is larger than any that is read, and nobody told its size.
    #[error("layer {layer} has more than {limit} bytes, which is the most that is read")]
    TooLarge {
        /// The layer.
        layer: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// What was found cannot be kept: trouble on our side.
    #[error("what was read of layer {layer} cannot be kept")]
    Sink {
        /// The layer.
        layer: String,
        /// Why.
        source: io::Error,
    },
}

/// Reads a layer to its end into `sink`, and verifies it.
///
/// # Errors
/// Any error means that what the sink has must be thrown away. Damage inside a layer whose digest is right is no error
/// but a blind spot, and what was readable before it stays.
pub fn read_layer(
    input: &mut dyn Read,
    expected: &ExpectedLayer,
    wants: &WantList,
    limits: &Limits,
    sink: &mut dyn EntrySink,
    watch: &dyn Watch,
) -> Result<LayerFacts, LayerError> {
    let layer = name(expected);
    let mut faults = Faults::new(layer.clone(), limits.layer_blind_spots);
    let mut unpacked = Unpacked::new(input, expected, limits, watch);
    let read = read_to_end(&mut unpacked, wants, limits, sink, &mut faults);
    let read = read.and_then(|()| unpacked.drain_stored());
    faults.finish(sink);
    if let Err(stop) = read {
        return Err(unpacked.error(layer, stop));
    }
    unpacked.finish(layer)
}

/// Walks the tar, then reads on to the end of what is uncompressed. Only what ends the whole reading is an error.
fn read_to_end(
    unpacked: &mut Unpacked<'_>,
    wants: &WantList,
    limits: &Limits,
    sink: &mut dyn EntrySink,
    faults: &mut Faults,
) -> Result<(), Stop> {
    let walked = unpacked.open().and_then(|()| entries::walk(unpacked, wants, limits, sink, faults));
    let whole = tell(walked, sink, faults)?.is_some();
    let drained = unpacked.drain();
    if let Some(Some(offset)) = tell(drained, sink, faults)?
        && whole
    {
        let detail = format!(
            "there is data after the end of the archive, at byte {offset}; another archive may hide there"
        );
        faults.tell(sink, Fault::layer(detail));
    }
    if let Some(offset) = unpacked.data_after_compressed() {
        let detail = format!("there is data after the end of the compressed stream, at stored byte {offset}");
        faults.tell(sink, Fault::layer(detail));
    }
    Ok(())
}

/// Tells a fault, if there is one; then the answer is `None`. Any other stop goes on to the caller.
fn tell<T>(
    result: Result<T, Stop>,
    sink: &mut dyn EntrySink,
    faults: &mut Faults,
) -> Result<Option<T>, Stop> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Fault(fault)) => {
            faults.tell(sink, fault);
            Ok(None)
        }
        Err(stop) => Err(stop),
    }
}

/// What the layer is called in errors and blind spots.
fn name(expected: &ExpectedLayer) -> String {
    expected
        .digest
        .as_ref()
        .or(expected.diff_id.as_ref())
        .map_or_else(|| "layer".to_owned(), Digest::to_string)
}
