//! Limits of what is read of dpkg's files, each far above what real systems have.

/// Largest status file, in bytes. A desktop with 3,000 packages has 5 MB; all of Debian's main would have some 120.
pub(super) const MOST_DATABASE_BYTES: u64 = 128 << 20;

/// Largest list of the files of one package, in bytes. The largest of Debian have some 5 MB.
pub(super) const MOST_LIST_BYTES: u64 = 32 << 20;

/// Most packages in one database. All of Debian's main together have under 70,000.
pub(super) const MOST_PACKAGES: usize = 200_000;

/// Most memory for the paths of one package's files, in bytes.
pub(super) const MOST_PATH_BYTES: usize = 64 << 20;
