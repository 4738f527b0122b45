//! Limits of what is read of WordPress' plugins.

/// Bytes from the beginning in which a header is looked for: as many as WordPress reads.
pub const HEADER_BYTES: usize = 8 << 10;

/// Largest file of PHP of which the header is read, in bytes. The largest real ones, which hold tables, have some 10 MB.
pub const MOST_BYTES: u64 = 64 << 20;
