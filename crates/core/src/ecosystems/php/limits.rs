//! Limits of what is read of PHP's packages, each far above what real ones have.

/// Largest list of installed packages, in bytes. Applications with hundreds of packages have under 1 MB.
pub(super) const MOST_INSTALLED_BYTES: u64 = 64 << 20;
