//! Limits of what is read of Erlang's and Elixir's packages, each far above what real ones have.

/// Largest description of an application, in bytes. The largest have some 30 KB.
pub(super) const MOST_DESCRIPTION_BYTES: u64 = 4 << 20;

/// How deep lists and tuples may be within each other: reading them takes the stack. Real ones are some five deep.
pub(super) const MOST_DEPTH: usize = 64;
