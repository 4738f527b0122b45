//! wolfi
