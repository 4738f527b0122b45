//! Limits of what is read of a zip archive, each far above what real ones have.

/// Largest archive of which an extract is taken, in bytes. It lies on disk then.
pub const MOST_BYTES: u64 = 4 << 30;

/// Bytes at the end of an archive in which its last record is: the record, and the longest comment.
pub(super) const END_BYTES: u64 = 22 + 0xffff;

/// Entries of one archive. The largest real ones have some 200,000.
pub(super) const MOST_ENTRIES: u64 = 2_000_000;

/// Members that are read of one file and the archives in it: those that say something, and archives. The largest real ones have
/// some 3,000.
pub(super) const MOST_READ: usize = 20_000;

/// Bytes of the names of these members.
pub(super) const MOST_NAME_BYTES: usize = 4 << 20;

/// Largest member that is kept, in bytes. Manifests of signed archives name each file, and have some 3 MB.
pub(super) const MOST_MEMBER_BYTES: u64 = 8 << 20;

/// Bytes of a manifest that are kept: of its first section, which is about the archive itself. Lists of packages in it have up
/// to some 100 KB.
pub(super) const KEPT_MANIFEST_BYTES: usize = 256 << 10;

/// Bytes of all texts and names that are kept of one file and the archives in it, as they are written into the extract. Of 300
/// jars they are some 2 MB.
pub(super) const MOST_TEXT_BYTES: usize = 16 << 20;

/// Bytes that may be unpacked of one file and the archives in it. The largest real ones have some 500 MB.
pub(super) const MOST_UNPACKED_BYTES: u64 = 4 << 30;

/// How many times its compressed size an archive within an archive may have, where it has more than [`FREE_BYTES`]. Archives are
/// compressed already; what is not, such as code, becomes a tenth.
pub(super) const MOST_RATIO: u64 = 100;

/// Bytes of an archive within an archive before [`MOST_RATIO`] is asked.
pub(super) const FREE_BYTES: u64 = 16 << 20;

/// Archives within archives within an archive: an enterprise archive has web archives, those have libraries, and some of those
/// carry their own.
pub(super) const MOST_DEPTH: usize = 6;

/// Faults that are told of one archive.
pub(super) const MOST_FAULTS: usize = 20;
