//! Evidence of layers: which pack was made of a layer, by which revision of reading.

use limpid_core::Digest;

use crate::{StoreError, Transaction};

/// The evidence of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Digest of the layer's stored bytes, which were verified.
    pub layer: Digest,
    /// Revision of what was read of it.
    pub revision: String,
    /// Digest of the uncompressed layer. `None` where it could not be read to its end: then reading it anew may help.
    pub diff_id: Option<Digest>,
    /// The blob with the pack.
    pub pack: Digest,
    /// Length of the pack in bytes.
    pub bytes: u64,
}

/// Notes the evidence of a layer in place of what was known under that revision. The pack must have been put as a blob
/// in this or an earlier transaction ([`crate::blobs`]).
pub fn put(_tx: &mut Transaction<'_>, _evidence: &Evidence) -> Result<(), StoreError> {
    todo!()
}

/// The evidence of a layer, as this revision read it.
pub fn find(
    _tx: &mut Transaction<'_>,
    _layer: &Digest,
    _revision: &str,
) -> Result<Option<Evidence>, StoreError> {
    todo!()
}

/// The evidence of a layer that was noted last, whatever revision read it.
pub fn find_any(_tx: &mut Transaction<'_>, _layer: &Digest) -> Result<Option<Evidence>, StoreError> {
    todo!()
}

/// Forgets the evidence of a layer: its pack turned out to be damaged or gone.
pub fn forget(_tx: &mut Transaction<'_>, _layer: &Digest, _revision: &str) -> Result<(), StoreError> {
    todo!()
}
