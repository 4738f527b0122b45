//! Clair's update operations: a feed went from one state to another.

use serde::Serialize;

use super::NO_INSTANT;

/// The kind of operations of feeds that have advisories.
pub const VULNERABILITY: &str = "vulnerability";

/// The kind of those that enrich.
pub const ENRICHMENT: &str = "enrichment";

/// An update operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClairUpdateOperation {
    /// Its identifier, a UUID.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The feed.
    pub updater: String,
    /// Digest of the segment.
    pub fingerprint: String,
    /// When, RFC 3339.
    pub date: String,
    /// [`VULNERABILITY`] or [`ENRICHMENT`]. Clair forgets to fill it.
    pub kind: &'static str,
}

impl ClairUpdateOperation {
    /// What stands before the first operation: all of Go's zeros.
    pub fn none() -> Self {
        Self {
            reference: "00000000-0000-0000-0000-000000000000".to_owned(),
            updater: String::new(),
            fingerprint: String::new(),
            date: NO_INSTANT.to_owned(),
            kind: "",
        }
    }
}
