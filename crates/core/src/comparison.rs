//! The comparison of two reports: which inputs differ, what that changed, and the sentence that explains it.
//!
//! A report is a function of the image, the index state, the catalog, the policy and one day, so two reports that
//! differ have an input that differs. A side that tells less of its inputs (another scanner) is compared as far as it
//! tells: what is not told is never taken to be the same, and nothing stands in for it.
//! Pure and sorted: the same two sides give the same comparison. What two runs may differ in by themselves (`observed`)
//! is not looked at.

pub mod advisories;
mod blind_spots;
mod cause;
pub mod clair;
mod explanation;
mod feeds;
mod findings;
mod inputs;
mod packages;
mod side;
mod since;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::{
    advisories::{AdvisoryChange, AdvisoryCounts, FeedAdvisories},
    blind_spots::BlindSpotChange,
    cause::Cause,
    feeds::{FeedChange, FeedFacts},
    findings::{FieldChange, FindingChange},
    inputs::{Input, Inputs},
    packages::{PackageChange, PackageFacts},
    side::{Side, SideInputs, Told},
    since::since,
};
use crate::{Digest, Verdict};

/// The name and version of this format.
pub const SCHEMA: &str = "limpid/comparison/1";

/// Why two reports differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What the first side is.
    pub a: SideFacts,
    /// What the second side is.
    pub b: SideFacts,
    /// The inputs of both, and which of them differ.
    pub inputs: Inputs,
    /// The packages that differ; `None` where one side does not tell its packages.
    pub packages: Option<Vec<PackageChange>>,
    /// The feeds that differ, by name; `None` where one side does not tell its feeds.
    pub feeds: Option<Vec<FeedChange>>,
    /// The advisories that differ in the feeds that both sides asked, by feed; `None` where a side was not judged here.
    pub advisories: Option<Vec<FeedAdvisories>>,
    /// The findings that differ: added, removed, changed; in each, worst first.
    pub findings: Vec<FindingChange>,
    /// The blind spots that differ, by reason.
    pub blind_spots: Vec<BlindSpotChange>,
    /// All of it in a few sentences for people.
    pub explanation: String,
}

/// What one side is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideFacts {
    /// How the image was named.
    pub reference: String,
    /// The image.
    pub digest: Digest,
    /// Its platform.
    pub platform: String,
    /// The report in one word.
    pub verdict: Verdict,
    /// How many packages the image has.
    pub packages: u64,
    /// How many findings stand: not suppressed.
    pub findings: u64,
    /// How many blind spots count.
    pub blind_spots: u64,
}

/// On which side something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only in B.
    Added,
    /// Only in A.
    Removed,
    /// In both, and not the same.
    Changed,
}

/// Compares two reports.
pub fn compare(a: &Side, b: &Side) -> Comparison {
    let inputs = Inputs::of(a, b);
    let mut comparison = Comparison {
        schema: SCHEMA.to_owned(),
        a: SideFacts::of(a),
        b: SideFacts::of(b),
        packages: a.packages.as_ref().zip(b.packages.as_ref()).map(|(a, b)| packages::changes(a, b)),
        feeds: feeds::changes(a, b),
        advisories: None,
        findings: findings::changes(a, b, &inputs),
        blind_spots: blind_spots::changes(a, b, &inputs),
        inputs,
        explanation: String::new(),
    };
    comparison.explanation = explanation::explain(&comparison);
    comparison
}

impl SideFacts {
    fn of(side: &Side) -> Self {
        Self {
            reference: side.image.reference.clone(),
            digest: side.image.digest.clone(),
            platform: side.image.platform.clone(),
            verdict: side.verdict,
            packages: side.package_count,
            findings: side.standing().count() as u64,
            blind_spots: side.blind_spots.iter().filter(|spot| spot.counts).count() as u64,
        }
    }
}

impl Comparison {
    /// The same, with the advisories that differ: the reports do not tell them, only the data itself does.
    #[must_use]
    pub fn with_advisories(self, mut feeds: Vec<FeedAdvisories>) -> Self {
        feeds.sort_by(|one, other| one.feed.cmp(&other.feed));
        Self { advisories: Some(feeds), ..self }
    }

    /// Whether findings, blind spots and verdict are the same on both sides.
    pub fn same_outcome(&self) -> bool {
        self.findings.is_empty() && self.blind_spots.is_empty() && self.a.verdict == self.b.verdict
    }
}
