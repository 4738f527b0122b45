//! Image sources: where an image's manifest, configuration and layers come from.
//!
//! Whatever the source, an opened image has verified its manifest and configuration against their digests, and knows
//! for each layer what its bytes must hash to. Layers are opened one by one, from several threads, as plain streams;
//! whoever reads one verifies it ([`crate::layer`]).

use std::io::Read;

use limpid_core::{Digest, ImageFacts};

/// Placeholder until source/error.rs is written.
pub type SourceError = std::io::Error;

/// An image whose layers can be read.
pub trait LayeredImage: Send + Sync {
    /// What the image is.
    fn facts(&self) -> &ImageFacts;

    /// Its layers, lowest first.
    fn layers(&self) -> &[LayerDescriptor];

    /// Opens the layer at this place for reading, as stored (compressed or not).
    fn open_layer(&self, index: usize) -> Result<Box<dyn Read + Send>, SourceError>;
}

/// A layer as the manifest and the configuration describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerDescriptor {
    /// Digest of the layer as stored.
    pub digest: Digest,
    /// Digest of the uncompressed tar, from the configuration.
    pub diff_id: Digest,
    /// Media type, as the manifest writes it. Compression is told by magic all the same.
    pub media_type: String,
    /// Size as stored, in bytes, where the manifest tells.
    pub size: Option<u64>,
}
