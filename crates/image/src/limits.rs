//! Every limit on what strangers may make us read, with its reason.
//!
//! What goes past a limit becomes a blind spot with its path, or an error; never a silence.

/// Uncompressed bytes of one layer. Larger than any layer that registries accept by default.
pub const LAYER_BYTES: u64 = 16 << 30;
