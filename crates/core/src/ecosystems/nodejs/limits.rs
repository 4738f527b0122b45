//! Limits of what is read of Node's packages.

/// Largest `package.json`, in bytes. Old ones have the whole description in them; the largest have under 1 MB.
pub(super) const MOST_MANIFEST_BYTES: u64 = 8 << 20;
