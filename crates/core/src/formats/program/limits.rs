//! Limits of what is read of a program, each far above what real ones have.

/// Largest program or library of which an extract is taken, in bytes. It lies on disk then. The largest libraries for graphics
/// processors have some 2 GB.
pub const MOST_BYTES: u64 = 4 << 30;

/// Sections of one program. Object files of large C++ programs have some 100,000, programs have under 100.
pub(super) const MOST_SECTIONS: u64 = 500_000;

/// Segments of one program, and commands of a Mach-O file.
pub(super) const MOST_SEGMENTS: u64 = 10_000;

/// Programs in one Mach-O file, each for another architecture.
pub(super) const MOST_ARCHITECTURES: u64 = 16;

/// Bytes of the names of sections.
pub(super) const MOST_NAME_BYTES: u64 = 64 << 20;

/// Bytes in which Go's build information is looked for, and those of them that are in memory at a time: a multiple of its
/// alignment. It stands in front of Go's own data, but data of C may be in front of that.
pub(super) const SEARCHED_BYTES: u64 = 256 << 20;
pub(super) const SEARCHED_AT_ONCE: u64 = 256 << 10;

/// Bytes of the version of Go, and of the list of modules. The largest lists have some 100 KB.
pub(super) const MOST_VERSION_BYTES: u64 = 4 << 10;
pub(super) const MOST_MODULES_BYTES: u64 = 8 << 20;

/// Bytes of a list of crates, as it stands in the program and unpacked. The largest have some 100 KB.
pub(super) const MOST_CRATES_BYTES: u64 = 8 << 20;

/// Bytes of a package note, with other notes of its section. Real ones have some 200.
pub(super) const MOST_NOTE_BYTES: u64 = 64 << 10;

/// Largest program in which a version is searched. The largest that are known have some 150 MB.
pub(super) const MOST_SEARCHED: u64 = 1 << 30;

/// Bytes on either side of a part of a program in which what belongs to a sign may stand: more than a sign and a version have.
pub(super) const AROUND_SIGN: u64 = 256;

/// Bytes of a version that is searched, and of what is written of a build.
pub(super) const MOST_VERSION_LENGTH: usize = 128;

/// Texts that stand alone and could be versions. Programs have under a thousand.
pub(super) const MOST_ALONE: usize = 10_000;

/// Versions that a program proves. Real ones have under ten.
pub(super) const MOST_PROVEN: usize = 100;

/// Bytes at the end of what is written of a build: ten of the second, one that tells whether something was changed, eight of the
/// commit.
pub(super) const BUILD_BYTES: usize = 19;

/// Bytes of the root of .NET's metadata with the list of its streams, and of the name of one. Real ones have some 100; the name has
/// 32 at most.
pub(super) const MOST_ROOT_BYTES: u64 = 4 << 10;
pub(super) const MOST_STREAM_NAME: usize = 32;

/// Bytes of a name of .NET's metadata, with its end: ECMA-335 has 1023 at most.
pub(super) const MOST_NAME_LENGTH: u64 = 1 << 10;

/// Bytes of the value of an attribute of an assembly. Those that are read have under 200.
pub(super) const MOST_BLOB_BYTES: u64 = 4 << 10;

/// Attributes of an assembly. Those that name their friends have some hundred.
pub(super) const MOST_ATTRIBUTES: usize = 10_000;
