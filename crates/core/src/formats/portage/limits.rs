//! Limits of what is read of Portage's files, each far above what real systems have.

/// Largest file that says one thing of a package, such as its slot, in bytes. Real ones have a word.
pub(super) const MOST_WORD_BYTES: u64 = 64 << 10;

/// Largest list of the files of one package, in bytes. The largest, sources of kernels, have some 10 MB.
pub(super) const MOST_LIST_BYTES: u64 = 64 << 20;

/// Most memory for the paths of one package's files, in bytes.
pub(super) const MOST_PATH_BYTES: usize = 128 << 20;
