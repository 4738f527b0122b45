//! Limits of what is read of Conda's packages, each far above what real ones have.

/// Largest record of one package, in bytes. It has every file with two digests: the largest have some 10 MB.
pub(super) const MOST_RECORD_BYTES: u64 = 64 << 20;

/// Most memory for the paths of one package's files, in bytes.
pub(super) const MOST_PATH_BYTES: usize = 64 << 20;
