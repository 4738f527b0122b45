//! Limits of what is read of a zip archive, each far above what real ones have.

/// Largest archive of which an extract is taken, in bytes. It lies on disk then.
pub const MOST_BYTES: u64 = 4 << 30;

/// Bytes at the end of an archive in which its last record is: the record, and the longest comment.
pub(super) const END_BYTES: u64 = 22 + 0xffff;

/// Entries of one archive. The largest real ones have some 200,000.
pub(super) const MOST_ENTRIES: u64 = 2_000_000;

/// Members that are read of one archive: those that say something, and archives in it.
pub(super) const MOST_READ: usize = 20_000;

/// Bytes of the names of these members.
pub(super) const MOST_NAME_BYTES: usize = 4 << 20;

/// Largest member that is kept, in bytes. Manifests of signed archives name each file, and have some 3 MB.
pub(super) const MOST_MEMBER_BYTES: u64 = 8 << 20;

/// Bytes of a manifest that are kept: the part about the archive itself is in front.
pub(super) const KEPT_MANIFEST_BYTES: usize = 64 << 10;

/// Bytes of all texts that are kept of one file and the archives in it.
pub(super) const MOST_TEXT_BYTES: usize = 32 << 20;

/// Bytes that may be unpacked of one file and the archives in it. The largest real ones have some 500 MB.
pub(super) const MOST_UNPACKED_BYTES: u64 = 4 << 30;

/// Archives within archives within an archive: an enterprise archive has web archives, those have libraries, and some of those
/// carry their own.
pub(super) const MOST_DEPTH: usize = 6;

/// Faults that are told of one archive.
pub(super) const MOST_FAULTS: usize = 20;
