//! Limits of what is read of .NET's packages, each far above what real ones have.

/// Largest list of an application's libraries, in bytes. Those of the SDK have under 1 MB.
pub(super) const MOST_LIST_BYTES: u64 = 16 << 20;

/// Most bytes of the paths of one application's files: a list may name a million files in a folder with a long name.
pub(super) const MOST_PATH_BYTES: usize = 64 << 20;

/// Largest number in a version: NuGet reads 32 bits with a sign.
pub(super) const LARGEST_NUMBER: &str = "2147483647";
