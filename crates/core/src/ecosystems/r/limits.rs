//! Limits of what is read of R's packages, each far above what real ones have.

/// Largest description of a package, in bytes. The largest have some 20 KB.
pub(super) const MOST_DESCRIPTION_BYTES: u64 = 4 << 20;

/// Largest number in a version: R has integers of 32 bits with a sign.
pub(super) const LARGEST_NUMBER: &str = "2147483647";
