//! Every limit of the service, with its reason.

// --- targets of notifications ---

/// How long a broker may take until it lets us in: name, connection, TLS and login. Longer than a lost packet or a broker
/// under load takes; a machine that swallows everything must not keep the next broker waiting for long.
pub const BROKER_CONNECT_TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// How long telling one broker may take in all, as Clair has it. A delivery takes at most this for each broker of its
/// target.
pub const BROKER_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// How long a broker may take to say goodbye. By then it has confirmed everything.
pub const BROKER_FAREWELL_TIME: std::time::Duration = std::time::Duration::from_secs(2);

/// Characters of a broker's own words that an error repeats: a sentence.
pub const BROKER_WORDS: usize = 200;

/// Bytes of command and headers of a STOMP frame. Brokers send some hundred.
pub const STOMP_HEAD_BYTES: usize = 8 << 10;

/// Bytes of the body of a STOMP frame. Only errors have one, and it is a sentence or a short trace.
pub const STOMP_BODY_BYTES: usize = 16 << 10;

/// Headers of a STOMP frame. Brokers send five or so.
pub const STOMP_HEADERS: usize = 64;
