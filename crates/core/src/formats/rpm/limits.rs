//! Limits of what is read of rpm's files, each far above what real systems have.

/// Largest database, in bytes. A server with 2,000 packages has some 150 MB, most of it lists of files and changes.
pub(super) const MOST_DATABASE_BYTES: u64 = 256 << 20;

/// Largest write-ahead log, in bytes. SQLite begins it anew after 4 MB, or behind the one transaction that is larger.
pub(super) const MOST_LOG_BYTES: u64 = 128 << 20;

/// Largest log of installations, in bytes. Ten years of a desktop make 30 MB.
pub(super) const MOST_HISTORY_BYTES: u64 = 128 << 20;

/// Largest list of packages that an image without rpm has, in bytes. 200 bytes a package.
pub(super) const MOST_MANIFEST_BYTES: u64 = 16 << 20;

/// Most packages in one database. All repositories of one Fedora release together have under 80,000.
pub(super) const MOST_PACKAGES: usize = 100_000;

/// Most rows that a log of installations names packages in, so that a small file cannot make many.
pub(super) const MOST_INSTALLATIONS: usize = 1_000_000;

/// Most memory for the paths of owned files, in bytes: an index of 4 bytes stands for a directory of any length. A
/// system with 2,000 packages has 200,000 paths in 25 MB.
pub(super) const MOST_PATH_BYTES: usize = 128 << 20;

/// Most entries in the index of a package's header, as rpm has it.
pub(super) const MOST_HEADER_ENTRIES: usize = 0xffff;

/// Longest text that is kept as a vendor's name, in bytes. The longest real ones have 80.
pub(super) const MOST_VENDOR_BYTES: usize = 256;
