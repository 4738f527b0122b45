//! Limits of what is read of apk's files, each far above what real systems have.

/// Largest installed database, in bytes. One with 73 packages has 125 KB; all of Alpine's main has some 6,000.
pub(super) const MOST_DATABASE_BYTES: u64 = 32 << 20;

/// Most packages in one database. All repositories of one Alpine release together have under 40,000.
pub(super) const MOST_PACKAGES: usize = 100_000;

/// Most memory for the paths of owned files, in bytes: short lines about files in a deep directory would otherwise
/// grow a small database many times over.
pub(super) const MOST_PATH_BYTES: usize = 64 << 20;
