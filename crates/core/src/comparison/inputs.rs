//! The inputs of two reports, side by side.

use serde::{Deserialize, Serialize};

use super::Cause;
use crate::Report;

/// Everything that a report is a function of, on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Digest of the image.
    pub image: Input,
    /// Digest of all that detects packages.
    pub index_state: Input,
    /// Digest of the advisory data as a whole.
    pub catalog: Input,
    /// Digest of the decisions, and of the code that judges.
    pub policy: Input,
    /// The day as of which was judged.
    pub as_of: Input,
    /// The feeds that were classed as stale, separated by commas.
    pub stale: Input,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Whether both sides have the same.
    pub same: bool,
    /// That of the first side.
    pub a: String,
    /// That of the second.
    pub b: String,
}

impl Inputs {
    pub(super) fn of(a: &Report, b: &Report) -> Self {
        let input = |of: fn(&Report) -> String| Input::of(of(a), of(b));
        Self {
            image: input(|report| report.image.digest.to_string()),
            index_state: input(|report| report.proof.index_state.to_string()),
            catalog: input(|report| report.proof.catalog.to_string()),
            policy: input(|report| report.proof.policy.to_string()),
            as_of: input(|report| report.proof.as_of.to_string()),
            stale: input(|report| report.proof.stale.join(", ")),
        }
    }

    /// Each input under the name that people read.
    pub fn named(&self) -> [(&'static str, &Input); 6] {
        [
            ("image", &self.image),
            ("index state", &self.index_state),
            ("advisory data", &self.catalog),
            ("policy", &self.policy),
            ("day", &self.as_of),
            ("stale feeds", &self.stale),
        ]
    }

    /// Whether the input that a cause stands for differs.
    pub(super) fn differ(&self, cause: Cause) -> bool {
        match cause {
            Cause::Image => !self.image.same,
            Cause::IndexState => !self.index_state.same,
            Cause::AdvisoryData => !self.catalog.same,
            Cause::Policy => !self.policy.same,
            Cause::Day => !self.as_of.same || !self.stale.same,
            Cause::Unclear => false,
        }
    }

    /// Whether no input differs.
    pub fn all_same(&self) -> bool {
        self.named().iter().all(|(_, input)| input.same)
    }
}

impl Input {
    fn of(a: String, b: String) -> Self {
        Self { same: a == b, a, b }
    }
}
