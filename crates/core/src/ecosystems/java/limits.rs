//! Limits of what is read of Java's archives beyond those of archives themselves, each far above what real ones have.

/// Largest description of a package (`pom.properties`) that lies in no archive, in bytes. They have about 100.
pub(super) const MOST_DESCRIPTION_BYTES: u64 = 1 << 20;

/// Longest name, group or version, in bytes. Paths of repositories have all three in them, and end at 4096.
pub(super) const MOST_COORDINATE_BYTES: usize = 1024;
