//! Every limit of this crate, with its reason.

use std::time::Duration;

// --- blobs ---

/// How long a blob that nothing refers to is kept. Whoever puts one refers to it within minutes; a day forgives a process
/// that was stopped in between, and a backup of the database that is some hours older than the storage.
pub const BLOB_GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// Blobs that one round of garbage collection removes at most: some seconds of requests to a slow storage.
pub const BLOB_GARBAGE: u64 = 100;

/// How long after the end of a walk through the whole storage the next one begins. What it looks for is rare.
pub const BLOB_WALK_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the removal of one blob may take, from its claim to the answer of the storage.
pub const BLOB_REMOVAL_TIME: Duration = Duration::from_secs(60);

/// How old a claim to remove a blob must be before somebody else takes it over. Several times [`BLOB_REMOVAL_TIME`]:
/// whoever made it has then answered or given up.
pub const BLOB_CLAIM_AGE: Duration = Duration::from_secs(5 * 60);

/// How long who takes a claim over must have seen it unchanged, by the own clock: the database's clock may have jumped,
/// and a machine that slept wakes up all its processes at once.
pub const BLOB_CLAIM_OBSERVATION: Duration = Duration::from_secs(15);

/// How often a claim that is in the way is looked at. A removal takes milliseconds.
pub const BLOB_CLAIM_POLL: Duration = Duration::from_millis(20);

/// How long a put waits for others that remove the same blob: until it may take the claim over, and then some.
pub const BLOB_PUT_PATIENCE: Duration = Duration::from_secs(6 * 60);

/// How often a put begins anew because its blob was collected while it was being stored. Once is rare already: it means
/// that the storing took half of [`BLOB_GRACE`].
pub const BLOB_PUT_ATTEMPTS: usize = 3;

/// How long one blob may take to or from a storage that is far away: the largest, at some MiB a second.
pub const BLOB_TRANSFER_TIME: Duration = Duration::from_secs(60 * 60);

/// How long a connection to S3 may take to be made.
pub const S3_CONNECT_TIME: Duration = Duration::from_secs(5);

/// How long S3 may be silent. A part of [`S3_PART_BYTES`] must be sent within it, at 2 Mbit/s.
pub const S3_SILENCE_TIME: Duration = Duration::from_secs(30);

/// How often a request to S3 is tried again.
pub const S3_RETRIES: usize = 3;

/// How long after its first try a request to S3 is not tried again.
pub const S3_RETRY_TIME: Duration = Duration::from_secs(60);

/// Bytes that are sent to S3 in one request, and so held in memory. S3 wants at least 5 MiB of a part.
pub const S3_PART_BYTES: u64 = 8 << 20;

/// Bytes of the largest blob in S3: what it copies in one request. Packs and segments stay far below.
pub const S3_BLOB_BYTES: u64 = 5 << 30;

/// Digests that a process remembers as checked. Forgetting them costs reading the bytes once more; remembering, 200 bytes.
pub const CHECKED_BLOBS: usize = 1 << 16;

/// Bytes that are read of a file at a time.
pub const READ_BYTES: usize = 128 << 10;

/// Characters of another system's error that are passed on: an S3 server may answer with a page.
pub const ERROR_TEXT: usize = 600;
