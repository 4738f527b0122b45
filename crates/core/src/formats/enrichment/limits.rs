//! When a document is not believed, with the reason.

/// Fewest vulnerabilities in CISA's catalog: it had 1,662 in August 2026, and takes out next to none.
pub(super) const KEV_FLOOR: u64 = 1_000;

/// Largest catalog in bytes: it had 1.6 MB then.
pub(super) const KEV_BYTES: u64 = 64 << 20;

/// Fewest scores: there were 270,000 early in 2025, and each published vulnerability has one.
pub(super) const EPSS_FLOOR: u64 = 100_000;

/// Largest table of scores in bytes, decompressed: a row has some thirty.
pub(super) const EPSS_BYTES: u64 = 256 << 20;

/// Longest line of the table in bytes: none has more than a hundred.
pub(super) const LINE_BYTES: u64 = 4 << 10;

/// Largest document of a year in bytes, decompressed: that of 2024 has some 300 MB.
pub(super) const NVD_BYTES: u64 = 2 << 30;

/// Scores of one vulnerability: real ones have under eight.
pub(super) const NVD_SCORES: usize = 32;
