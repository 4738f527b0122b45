//! Limits of what is read of WordPress, each far above what real ones have.

/// Largest file with the version of WordPress itself, in bytes. It has about 1 KB.
pub(super) const MOST_VERSION_BYTES: u64 = 1 << 20;

/// Largest style sheet, in bytes, of which the header may be that of a theme. The largest have some 5 MB.
pub(super) const MOST_STYLE_BYTES: u64 = 16 << 20;
