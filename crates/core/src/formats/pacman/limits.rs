//! Limits of what is read of pacman's files, each far above what real systems have.

/// Largest description of one package, in bytes. The largest of Arch have under 100 KB (hundreds of optional dependencies).
pub(super) const MOST_DESCRIPTION_BYTES: u64 = 4 << 20;

/// Largest list of the files of one package, in bytes. The largest of Arch have some 10 MB.
pub(super) const MOST_LIST_BYTES: u64 = 64 << 20;

/// Most memory for the paths of one package's files, in bytes.
pub(super) const MOST_PATH_BYTES: usize = 128 << 20;
