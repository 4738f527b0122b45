//! Limits of what is read of Conan's packages, each far above what real ones have.

/// Largest list of the files of a package, in bytes. The largest have under 1 MB.
pub(super) const MOST_MANIFEST_BYTES: u64 = 16 << 20;
