//! The verdict: what a report says in one word.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::BlindSpot;

/// `Clean` is only ever said when everything that was there was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// There are findings.
    Vulnerable,
    /// There are no findings, and no blind spot that counts.
    Clean,
    /// There are no findings, but something that counts was not judged.
    Unproven,
}

impl Verdict {
    /// The verdict for a number of findings that stand (suppressed ones left out) and the blind spots.
    pub fn of(findings: usize, blind_spots: &[BlindSpot]) -> Self {
        if findings > 0 {
            Self::Vulnerable
        } else if blind_spots.iter().any(|spot| spot.counts) {
            Self::Unproven
        } else {
            Self::Clean
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerable => "vulnerable",
            Self::Clean => "clean",
            Self::Unproven => "unproven",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
