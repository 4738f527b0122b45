//! Limits of what is read of Perl's packages, each far above what real ones have.

/// Largest metadata of a distribution, in bytes. The largest have some 100 KB.
pub(super) const MOST_METADATA_BYTES: u64 = 16 << 20;
