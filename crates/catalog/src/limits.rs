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
