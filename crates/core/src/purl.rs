//! Package URLs, written by the `packageurl` crate.
