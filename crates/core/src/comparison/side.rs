//! One side of a comparison: a report, and its inputs as far as whoever made it tells them.

use chrono::NaiveDate;

use crate::{
    BlindSpot, Distribution, ImageFacts, IndexReport, IndexedPackage, Report, Verdict,
    policy::Policy,
    report::{Finding, ReportFeed},
};

/// One of the two sides of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The image.
    pub image: ImageFacts,
    /// The report in one word.
    pub verdict: Verdict,
    /// What the report was made from.
    pub inputs: SideInputs,
    /// The distributions of the image.
    pub distributions: Vec<Distribution>,
    /// The feeds that were asked, by name. `None`: it is not told.
    pub feeds: Option<Vec<ReportFeed>>,
    /// What was not judged.
    pub blind_spots: Vec<BlindSpot>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How many packages the image has.
    pub package_count: u64,
    /// The packages. `None`: it is not told which.
    pub packages: Option<Vec<IndexedPackage>>,
}

/// What a report was made from, beside the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideInputs {
    /// All that detects packages.
    pub index_state: Told,
    /// The advisory data as a whole.
    pub catalog: Told,
    /// The decisions, and the code that judges.
    pub policy: Told,
    /// The day as of which was judged.
    pub as_of: Told,
    /// The feeds that were classed as stale. `None`: it is not told.
    pub stale: Option<Vec<String>>,
}

/// What a side tells of one of its inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is this. Where both sides say the same, it is the same.
    Proven(String),
    /// It goes by this name, and so may another: where both sides say the same, it may still differ.
    Claimed(String),
    /// Nothing.
    Nothing,
}

impl Told {
    /// The text, where there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Proven(text) | Self::Claimed(text) => Some(text),
            Self::Nothing => None,
        }
    }

    /// Whether two sides have the same. `None`: what they tell leaves it open.
    pub(super) fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => None,
            (Self::Proven(a), Self::Proven(b)) => Some(a == b),
            (Self::Claimed(_), _) | (_, Self::Claimed(_)) if self.text() == other.text() => None,
            (Self::Claimed(_), _) | (_, Self::Claimed(_)) => Some(false),
        }
    }
}

impl Side {
    /// A report of Limpid, which tells all of its inputs; with the index report that it was made from, where there is
    /// one. Without it packages cannot be compared.
    pub fn of(report: Report, index: Option<IndexReport>) -> Self {
        let proof = report.proof;
        Self {
            image: report.image,
            verdict: report.verdict,
            inputs: SideInputs {
                index_state: Told::Proven(proof.index_state.to_string()),
                catalog: Told::Proven(proof.catalog.to_string()),
                policy: Told::Proven(proof.policy.to_string()),
                as_of: Told::Proven(proof.as_of.to_string()),
                stale: Some(proof.stale),
            },
            distributions: report.distributions,
            feeds: Some(report.feeds),
            blind_spots: report.blind_spots,
            findings: report.findings,
            package_count: report.summary.packages,
            packages: index.map(|index| index.packages),
        }
    }

    /// The same under decisions as of a day, for a side that knows none. They are no input that it tells.
    #[must_use]
    pub fn under(mut self, policy: &Policy, as_of: NaiveDate) -> Self {
        self.blind_spots = self.blind_spots.into_iter().map(|spot| policy.waive(spot)).collect();
        for finding in self.findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
            finding.suppressed = policy.suppression(&self.image, as_of, finding);
        }
        self.verdict = Verdict::of(self.standing().count(), &self.blind_spots);
        self
    }

    /// The findings that stand: not suppressed.
    pub fn standing(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::Told::{Claimed, Nothing, Proven};

    #[test]
    fn only_what_is_proven_is_the_same() {
        let text = |text: &str| text.to_owned();
        for (a, b, same) in [
            (Proven(text("x")), Proven(text("x")), Some(true)),
            (Proven(text("x")), Proven(text("y")), Some(false)),
            (Claimed(text("x")), Claimed(text("x")), None),
            (Claimed(text("x")), Claimed(text("y")), Some(false)),
            (Claimed(text("x")), Proven(text("x")), None),
            (Claimed(text("x")), Proven(text("y")), Some(false)),
            (Nothing, Proven(text("x")), None),
            (Nothing, Nothing, None),
        ] {
            assert_eq!((a.same(&b), b.same(&a)), (same, same), "{a:?} {b:?}");
        }
    }
}
