//! A manifest that somebody else has fetched: which layers it names.
//!
//! Read as strictly as those of every other source, so that nobody sees another image in it than the rest of Limpid does.

use limpid_core::Digest;

use super::{
    SourceError,
    document::{self, Document},
};

/// The types of manifests and indexes, for who asks a registry (`Accept`).
pub const TYPES: [&str; 4] = document::MANIFEST_TYPES;

/// Those of indexes.
pub const INDEX_TYPES: [&str; 2] = [document::OCI_INDEX, document::DOCKER_LIST];

/// What a manifest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestContent {
    /// An image: its layers as stored, lowest first.
    Image(Vec<Digest>),
    /// An index of images.
    Index,
}

/// Reads a manifest. `place` is where it is, for messages.
///
/// # Errors
/// [`SourceError`] where it is none of an image or an index.
pub fn read(bytes: &[u8], place: &str) -> Result<ManifestContent, SourceError> {
    Ok(match document::parse(bytes, None, "the manifest", place)? {
        Document::Index(_) => ManifestContent::Index,
        Document::Manifest(manifest) => {
            ManifestContent::Image(manifest.layers.into_iter().map(|layer| layer.digest).collect())
        }
    })
}
