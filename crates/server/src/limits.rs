//! Every limit of the service, with its reason.

// --- configuration ---

/// Largest configuration file that is read. One with a thousand targets is a tenth of it.
pub const CONFIGURATION_BYTES: u64 = 1 << 20;

/// Largest file of a secret that is read: a key, a password, a token. A wrong path should not become a key.
pub const SECRET_BYTES: u64 = 64 << 10;

/// Largest PEM file that is looked at. The certificates of all public authorities together are a quarter of a megabyte.
pub const PEM_BYTES: u64 = 4 << 20;

/// Longest name of a target. It is part of metrics, jobs and environment variables.
pub const NAME_BYTES: usize = 63;

/// Shorter keys than this are guessable beside the signature that they make (RFC 7518, section 3.2, for HS256).
pub const STRONG_KEY_BYTES: usize = 32;

/// The shortest time from one update to the next. Upstreams publish a few times a day.
pub const SHORTEST_PERIOD: std::time::Duration = std::time::Duration::from_secs(60);

/// Most connections to the database. PostgreSQL allows 100 to all clients unless told otherwise.
pub const MOST_CONNECTIONS: i64 = 1000;

/// Most manifests that are indexed side by side; each may use its share of memory and temporary files.
pub const MOST_WORKERS: i64 = 1024;

/// Most manifests that are re-indexed in a second: more than any machine does.
pub const MOST_REINDEXED: i64 = 1_000_000;

/// Most notifications in one message of a broker; it is held in memory as a whole.
pub const MOST_DIRECT: i64 = 10_000;
