//! Limits of what is read of a CVE record.

/// Most links of one record.
pub(super) const LINKS: usize = 24;

/// Most entries of versions of one product. The kernel's records, the longest, have some hundred; each is compared with each.
pub(super) const MOST_VERSIONS: usize = 1000;
