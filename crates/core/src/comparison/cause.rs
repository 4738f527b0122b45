//! Which input made a difference.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Inputs;

/// The input that explains a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The image has other packages.
    Image,
    /// The same image was read by another version of the detectors.
    IndexState,
    /// A feed that speaks about the package is new, gone or changed.
    AdvisoryData,
    /// Other decisions, or another version of the code that judges.
    Policy,
    /// Another day, or data that has become stale since.
    Day,
    /// Several inputs differ, and what is known does not tell which of them it was.
    Unclear,
}

impl Cause {
    /// The first of these inputs that differs. Nothing else explains the difference, so if only one of them can differ
    /// it is that one; but an input of which it is open is never blamed before others that can.
    pub(super) fn first_that_differs(candidates: &[Self], inputs: &Inputs) -> Self {
        let mut possible = candidates.iter().copied().filter(|&cause| inputs.may_differ(cause));
        match (possible.next(), possible.next()) {
            (None, _) => Self::Unclear,
            (Some(only), None) => only,
            (Some(first), Some(_)) if inputs.same(first) == Some(false) => first,
            (Some(_), Some(_)) => Self::Unclear,
        }
    }

    /// The only one of these inputs that can differ; unclear where several can.
    pub(super) fn only_that_differs(candidates: &[Self], inputs: &Inputs) -> Self {
        let mut possible = candidates.iter().copied().filter(|&cause| inputs.may_differ(cause));
        match (possible.next(), possible.next()) {
            (Some(only), None) => only,
            (None, _) | (_, Some(_)) => Self::Unclear,
        }
    }

    /// The word for programs, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::IndexState => "index-state",
            Self::AdvisoryData => "advisory-data",
            Self::Policy => "policy",
            Self::Day => "day",
            Self::Unclear => "unclear",
        }
    }

    /// The words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "the image",
            Self::IndexState => "the index state",
            Self::AdvisoryData => "the advisory data",
            Self::Policy => "the policy",
            Self::Day => "the day",
            Self::Unclear => "several inputs",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
