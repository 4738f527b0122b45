//! Limits of what is read of Python's packages, each far above what real ones have.

/// Largest metadata, in bytes. They have the package's whole description in them; the largest have under 1 MB.
pub(super) const MOST_METADATA_BYTES: u64 = 16 << 20;

/// Largest list of the files of a package, in bytes. The largest have some 5 MB.
pub(super) const MOST_RECORD_BYTES: u64 = 64 << 20;

/// Largest note of where a package came from, in bytes. They have under 1 KB.
pub(super) const MOST_DIRECT_URL_BYTES: u64 = 1 << 20;

/// Most memory for the paths of one package's files, in bytes.
pub(super) const MOST_PATH_BYTES: usize = 64 << 20;
