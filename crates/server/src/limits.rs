//! Every limit of the service, with its reason.

use std::time::Duration;

// --- http ---

/// Bytes of a request's headers. A token and some proxies' additions are a few kilobytes; HTTP/1 servers refuse from 8 KiB on.
pub const HEADER_BYTES: usize = 32 << 10;

/// How long a client may take for a request's headers, for the TLS handshake, and on a new connection for its first byte.
pub const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a connection stays open without a request. Longer than the minute of most balancers, so that they close first
/// and no request meets a connection that is just being closed.
pub const IDLE_TIME: Duration = Duration::from_secs(75);

/// How long a client may take nothing of an answer that is ready.
pub const STALL_TIME: Duration = Duration::from_secs(60);

/// How long requests may go on after the end was asked for. Orchestrators kill 30 seconds after they ask.
pub const DRAIN_TIME: Duration = Duration::from_secs(20);

/// Open connections of one listener: half of the open files that a process usually may have.
pub const CONNECTIONS: usize = 512;

/// Requests side by side on one HTTP/2 connection: what browsers and balancers expect at least.
pub const STREAMS: u32 = 100;

/// How often an HTTP/2 client is asked whether it is still there, and how long it has to answer.
pub const PING_TIME: Duration = Duration::from_secs(20);

/// Pause after a connection could not be accepted because the process or system has no room for it.
pub const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// How often the files of a certificate are looked at again. They are renewed days before they end.
pub const CERTIFICATE_TIME: Duration = Duration::from_secs(60);

/// Bytes of a request's body where the route does not say otherwise.
pub const BODY_BYTES: u64 = 1 << 20;

/// How long a request's body may take where the route does not say otherwise: a megabyte on the slowest of lines.
pub const BODY_TIME: Duration = Duration::from_secs(60);

/// Bytes from which an answer is compressed. Below, it goes in one packet anyway.
pub const COMPRESSED_BYTES: u16 = 1024;

/// How far clocks may differ, in seconds, when a token's times are looked at. As Clair.
pub const TOKEN_LEEWAY_SECONDS: i64 = 15;

/// How long before and after now a token of ours is valid, in seconds. As Clair's.
pub const TOKEN_SECONDS: i64 = 60;

// --- egress ---

/// Redirections that are followed. Registries send to their storage, and that to a mirror.
pub const REDIRECTIONS: usize = 3;

/// How long a connection may take to come up.
pub const CONNECT_TIME: Duration = Duration::from_secs(10);

/// How long a server may be silent, before its answer and in it.
pub const SILENCE_TIME: Duration = Duration::from_secs(30);

/// Idle connections that are kept for each host: as many as layers that one image fetches at once.
pub const IDLE_CONNECTIONS: usize = 8;

/// Characters of an address that an error shows.
pub const SHOWN_ADDRESS: usize = 200;

// --- faces ---

/// A submitted manifest: 512 layers, each with a signed address and a token of some KiB, are half of this.
pub const MANIFEST_BYTES: u64 = 8 << 20;

/// Layers of a manifest. Engines stop at 127; the same empty layer may stand there many times.
pub const MANIFEST_LAYERS: usize = 512;

/// A list of digests to delete: about a hundred thousand.
pub const DIGESTS_BYTES: u64 = 8 << 20;

/// Statements that are asked about. Clair's notifier sends a thousand at a time, with their texts.
pub const STATEMENTS_BYTES: u64 = 32 << 20;

/// An exported catalog: all feeds are some hundred MB today.
pub const CATALOG_BYTES: u64 = 8 << 30;

/// How long an exported catalog may take to arrive: some hundred MB on a slow line.
pub const CATALOG_TIME: Duration = Duration::from_secs(60 * 60);

/// Entries in a page of a notification where the client does not say: as Clair.
pub const PAGE: u64 = 500;

/// Most entries in a page of a notification, whatever the client says: some ten MB.
pub const MOST_PAGE: u64 = 10_000;

/// Jobs or notifications in a list where the client does not say.
pub const LIST: u64 = 100;

/// Most jobs or notifications in a list.
pub const MOST_LIST: u64 = 1_000;

/// A body that is written while it is made goes out in pieces of about this size: large enough for few wake-ups.
pub const PIECE_BYTES: usize = 64 << 10;

/// Pieces that wait for a slow client. The writer waits then.
pub const PIECES_WAITING: usize = 4;

/// Seconds after which a client that was sent away may ask again: a queue or a database is not back sooner.
pub const RETRY_SECONDS: u32 = 10;
