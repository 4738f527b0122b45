//! Limits of what is read of Ruby's packages, each far above what real ones have.

/// Largest specification, in bytes. Those that name all files of a large gem have some 200 KB.
pub(super) const MOST_SPECIFICATION_BYTES: u64 = 8 << 20;
