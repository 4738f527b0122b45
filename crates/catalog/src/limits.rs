//! Every limit of this crate, with its reason.

use std::time::Duration;

/// Bytes of a segment's block before compression. Finding one package costs one block: at this size that is some ten
/// microseconds, and a larger block would compress only a few percent better.
pub const BLOCK_BYTES: usize = 8 << 10;

/// Largest block before compression that a reader accepts. A block is larger than [`BLOCK_BYTES`] only where one
/// advisory's text is, and no upstream writes texts of this size.
pub const BLOCK_BYTES_MOST: u32 = 64 << 20;

/// Bytes of decompressed entries, and of texts, that an open segment keeps. Those of one distribution's release fit; those
/// of the largest feeds do not, and must not grow a server without bound.
pub const BLOCK_CACHE_BYTES: usize = 8 << 20;

/// How strongly blocks are compressed. Higher levels make segments a tenth smaller and take ten times as long.
pub const COMPRESSION_LEVEL: i32 = 6;

/// Feeds that are fetched side by side. Most feeds of one run share a host; more connections than this are impolite.
pub const CONCURRENT_FEEDS: usize = 4;

/// How often a document is asked for before its feed counts as failed.
pub const ATTEMPTS: u32 = 3;

/// The pause before the second attempt; it doubles with each further one.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause that upstream may ask for (`Retry-After`). Who asks for more is asked again at the next update.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Time to connect. Beyond it a host is not there.
pub const CONNECT_TIME: Duration = Duration::from_secs(10);

/// The longest silence within an answer.
pub const SILENCE_TIME: Duration = Duration::from_secs(30);

/// The longest time that one document may take: a gigabyte at ten megabits a second, twice over.
pub const TRANSFER_TIME: Duration = Duration::from_secs(30 * 60);

/// Redirections that are followed.
pub const REDIRECTIONS: usize = 5;

/// Largest page that is read as a directory listing.
pub const LISTING_BYTES: u64 = 8 << 20;

/// Largest catalog file that is read. A thousand feeds with ten operations each need three megabytes.
pub const CATALOG_BYTES: u64 = 256 << 20;

/// Update operations that are kept of each feed, so that older data can be asked (`--as-of`).
pub const OPERATIONS: usize = 10;

/// How long a segment stays after the last operation that refers to it is gone, so that readers that opened the
/// catalog before can still map it. Also the age at which a leftover temporary file is removed.
pub const GRACE: Duration = Duration::from_secs(60 * 60);

/// The longest wait for another process that changes the catalog. A commit takes milliseconds.
pub const COMMIT_WAIT: Duration = Duration::from_secs(30);

/// The longest wait for another process that updates the same feed.
pub const FEED_WAIT: Duration = Duration::from_secs(5 * 60);

/// How often a reader starts again when a segment disappears between reading the catalog and opening it.
pub const READER_ATTEMPTS: u32 = 3;

/// How often a document may be compressed: an archive that was compressed, compressed once more for the transfer.
pub const COMPRESSION_LAYERS: usize = 3;

/// The largest dictionary (xz) or window (zstd) that a compressed document may ask for, in bytes, a power of two. The
/// strongest common settings ask for 64 MiB (`xz -9`) and 128 MiB (`zstd --ultra -22`).
pub const DICTIONARY_BYTES: u32 = 128 << 20;

/// Files in one archive. The largest that is published has some three hundred thousand.
pub const MEMBERS: u64 = 2_000_000;

/// Longest name of a file in an archive, and longest description of one, in bytes.
pub const MEMBER_NAME_BYTES: u64 = 16 << 10;

/// Statements of one file in an archive that are held back until it is known to be read to its end. The largest VEX
/// documents make some tens of thousands.
pub const HELD_STATEMENTS: usize = 200_000;

/// How much of an archive may be unread, in percent of its files, before the rest is not believed: a writer's slip hits a
/// few documents among thousands, a format that changed hits most.
pub const UNREAD_SHARE_PERCENT: u64 = 1;

/// Parts of a document that are named as unread. They stand in every report; the rest is counted.
pub const UNREAD_LISTED: usize = 50;

/// Longest reason why a part is unread, in characters. A parser may quote what it did not understand.
pub const UNREAD_REASON: usize = 300;

/// Declarations and comments before the first element of an XML document that are looked past.
pub const XML_PROLOG: usize = 16;

/// Largest small document of upstream (a list of mirrors, an index) once decompressed.
pub const SMALL_BYTES: u64 = 64 << 20;

/// Bytes of entries that are sorted in memory while a segment is written. Four feeds are written side by side; more than
/// this goes to the disk as sorted runs.
pub const SORT_BYTES: usize = 32 << 20;

/// Sorted runs that are merged at once. A reader of one takes a megabyte.
pub const SORT_RUNS: usize = 32;

/// Bytes of texts that are kept in memory while a segment is written, before they go to a file.
pub const TEXT_BYTES: usize = 16 << 20;

/// Largest list of changed documents, in bytes: three million rows.
pub const CHANGE_LIST_BYTES: u64 = 256 << 20;

/// Rows of such a list. Beyond it memory would be at stake, and no upstream has as many documents.
pub const CHANGE_LIST_ROWS: usize = 3_000_000;

/// Changed documents that are fetched one by one in an update. Beyond it the archive is fetched: it takes less time.
pub const SINGLE_DOCUMENTS: usize = 5_000;

/// Documents that are fetched one by one because they changed since the archive was made. Beyond it the update fails, and
/// is tried again: an archive alone would go back to what was so before, and upstream makes a new one soon.
pub const SINGLE_DOCUMENTS_SINCE_ARCHIVE: usize = 50_000;

/// Single documents that are fetched side by side.
pub const CONCURRENT_DOCUMENTS: usize = 4;

/// After how long all documents are read anew, in hours. A list that lets a change go by unseen is made good by that.
pub const FULL_AFTER_HOURS: i64 = 7 * 24;

/// Documents of the newest instant of a list that are remembered by name. Lists are made document by document; only a
/// batch gives many the same instant, and reading those twice costs less than keeping their names in the catalog's file.
pub const CURSOR_KEYS: usize = 1000;
