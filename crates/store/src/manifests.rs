//! Manifests: which layers an image has, and where they were last to be had.

use limpid_core::Digest;

use crate::{StoreError, Transaction};

/// A manifest, as it was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its digest.
    pub digest: Digest,
    /// Its layers, lowest first. The same layer may be there several times.
    pub layers: Vec<ManifestLayer>,
}

/// A layer of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestLayer {
    /// Digest of the stored bytes.
    pub digest: Digest,
    /// Where it was last to be had. Headers, which carry secrets, are never stored here.
    pub uri: String,
}

/// Stores a manifest. Where it is known, the addresses of its layers are replaced. Layers of a digest never change.
pub fn put(_tx: &mut Transaction<'_>, _manifest: &Manifest) -> Result<(), StoreError> {
    todo!()
}

/// A manifest, with its layers.
pub fn find(_tx: &mut Transaction<'_>, _digest: &Digest) -> Result<Option<Manifest>, StoreError> {
    todo!()
}

/// Deletes manifests with all that is known of them (reports, places in the inverted index, jobs of kind index and
/// re-index). Returns those that were there.
pub fn delete(_tx: &mut Transaction<'_>, _digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    todo!()
}

/// Up to `most` manifests after this one, sorted by digest.
pub fn list(
    _tx: &mut Transaction<'_>,
    _after: Option<&Digest>,
    _most: u64,
) -> Result<Vec<Digest>, StoreError> {
    todo!()
}

/// How many manifests there are.
pub fn count(_tx: &mut Transaction<'_>) -> Result<u64, StoreError> {
    todo!()
}
