//! Limits of what is read of CSAF documents, each far above what real ones have.

/// Largest document, in bytes. Red Hat's largest have some 60 MB.
pub(super) const MOST_DOCUMENT_BYTES: u64 = 512 << 20;

/// How deep relationships may be nested: component of a module of a product is two.
pub(super) const MOST_NESTED: usize = 8;
