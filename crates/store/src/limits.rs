//! Every limit of this crate, with its reason.

use std::time::Duration;

// --- the database ---

/// How long to wait for a connection where all are busy. Somebody waits for an answer meanwhile.
pub const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// How long a connection may take, from the first packet to the end of authentication. A database is near; who asks while
/// it is down shall hear of it within seconds.
pub const CONNECT_TIME: Duration = Duration::from_secs(2);

/// How long PostgreSQL may work on a statement. The slowest, which count and collect, take a second or two at a hundred
/// thousand manifests.
pub const STATEMENT_TIME: Duration = Duration::from_secs(30);

/// How long to wait for the answer to a statement: PostgreSQL itself gives up before.
pub const ANSWER_TIME: Duration = Duration::from_secs(35);

/// How long a transaction may do nothing. Whoever was stopped in the middle of one must not hold up the others.
pub const IDLE_TRANSACTION_TIME: Duration = Duration::from_secs(60);

/// How long sent bytes may stay without acknowledgement before the connection counts as broken.
pub const SILENT_NETWORK_TIME: Duration = Duration::from_secs(10);

/// How often a connection that waits is probed, and after what time first; it breaks when three are not answered.
pub const KEEPALIVE_TIME: Duration = Duration::from_secs(5);

/// How long SQLite waits for another process to end its writing.
pub const BUSY_TIME: Duration = Duration::from_secs(10);

/// Bytes of the SQLite log that are kept after a checkpoint; without it one large transaction would grow it for ever.
pub const SQLITE_LOG_BYTES: u64 = 64 << 20;

/// Most pages that the SQLite connection that writes holds in memory, in KiB. The packages of a report lie all over the inverted
/// index; with SQLite's own 2 MiB each of them is read and written again for every report.
pub const SQLITE_CACHE_KIB: i64 = 32 << 10;

/// Prepared statements of an SQLite connection: more than this crate has.
pub const SQLITE_STATEMENTS: usize = 256;

/// How often work is run before its failure is told. Deadlocks are rare, and a database that comes back takes new
/// connections at once.
pub const WORK_ATTEMPTS: u32 = 8;

/// The longest pause before work is run again after its first failure; it doubles with each. Each pause is drawn anew, or
/// those who were in each other's way would meet again.
pub const WORK_PAUSE: Duration = Duration::from_millis(10);

/// How long one process may wait for another to migrate. Large tables take minutes.
pub const MIGRATION_WAIT: Duration = Duration::from_secs(10 * 60);

/// How long a migration may wait for a lock on a table: all who come after it wait as well.
pub const MIGRATION_LOCK_TIME: Duration = Duration::from_secs(5);

/// The longest time that may be asked for in a lease or a delay. Sums of it and the clock stay within a number.
pub const LONGEST_TIME: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

// --- rows ---

/// Bytes of an uncompressed report or catalog state. The largest real reports have some megabytes.
pub const UNCOMPRESSED_BYTES: u64 = 1 << 30;

/// How strongly reports and catalog states are compressed: zstd's own default.
pub const COMPRESSION_LEVEL: i32 = 3;

/// Bytes of an error that is kept: what a person reads of it.
pub const ERROR_BYTES: usize = 4096;

/// Names, entries or rows that go into one statement: parsed at once, and each a row of an answer at least.
pub const ROWS_A_STATEMENT: usize = 1000;

/// How often rows are looked for or written anew that somebody else removes in the same moment.
pub const ROW_ATTEMPTS: u32 = 5;

// --- garbage ---

/// Rows of each table that are removed at once: a second of work, during which SQLite takes no other writes.
pub const GARBAGE_ROWS: i64 = 1000;

/// How long evidence is kept that nothing needs: a client may be sending layers before it submits their manifest, and a
/// program of the version before may be put back.
pub const EVIDENCE_GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a scan is kept that Harbor asked for. Harbor gives up after half an hour.
pub const SCAN_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a job that ended is kept for people to see.
pub const ENDED_JOB_TIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a notification is kept that nobody has read and deleted.
pub const NOTIFICATION_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a lease that nobody holds is kept. Its fencing numbers go on from the clock after that, so only a clock that
/// is set back by more than this could repeat one.
pub const FREE_LEASE_TIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long it is remembered what a process was for that is gone. Longer than a weekend: a target is told of what happened
/// while the only process that tells it was down.
pub const PRESENCE_TIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long the changes of an update wait for somebody who works them out: as long as nobody reads a notification.
pub const CHANGES_TIME: Duration = NOTIFICATION_TIME;

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

/// Bytes that S3 copies in one request.
pub const S3_COPY_BYTES: u64 = 5 << 30;

/// Digests that a process remembers as checked. Forgetting them costs reading the bytes once more; remembering, 200 bytes.
pub const CHECKED_BLOBS: usize = 1 << 16;

/// Bytes that are read of a file at a time.
pub const READ_BYTES: usize = 128 << 10;

/// Characters of another system's error that are passed on: an S3 server may answer with a page.
pub const ERROR_TEXT: usize = 600;

// --- accounts ---

/// How long a session lasts without being used: a working day and then some.
pub const SESSION_IDLE_TIME: Duration = Duration::from_secs(12 * 60 * 60);

/// How long a token that has ended is still shown, so that whoever wonders sees why nothing works.
pub const ENDED_TOKEN_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a failed attempt to sign in counts.
pub const FAILURE_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the audit is kept.
pub const AUDIT_TIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Rows of the audit that are kept at most, however short ago they were noted: some GB.
pub const AUDIT_ROWS: i64 = 10_000_000;

/// How long a signing key is kept beside a newer one: nodes read within a minute that there is one, and tokens live five.
pub const SIGNING_KEY_OVERLAP: Duration = Duration::from_secs(60 * 60);
