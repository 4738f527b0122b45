//! Limits of what is read of Conan's packages, each far above what real ones have.

/// Largest list of the files of a package, in bytes. The largest have under 1 MB.
pub(super) const MOST_MANIFEST_BYTES: u64 = 16 << 20;

/// Largest database of a cache, in bytes: it is read once for each package. It has some 250 for each.
pub(super) const MOST_DATABASE_BYTES: u64 = 1 << 20;

/// Rows of it that are read.
pub(super) const MOST_ROWS: usize = 10_000;
