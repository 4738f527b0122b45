//! What is said of a report beside it: so little that nobody needs the report for it.

use limpid_core::{BlindSpot, Report, Verdict};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The verdict.
    pub verdict: Verdict,
    /// The blind spots that count.
    pub blind_spots: CountedBlindSpots,
}

/// How many blind spots count, and for what reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedBlindSpots {
    /// How many.
    pub number: usize,
    /// The words of their reasons, each once, sorted.
    pub reasons: Vec<&'static str>,
}

impl Outline {
    /// The outline of a report.
    pub(super) fn of(report: &Report) -> Self {
        Self { verdict: report.verdict, blind_spots: CountedBlindSpots::of(&report.blind_spots) }
    }
}

impl CountedBlindSpots {
    /// Those of these that count.
    pub fn of(blind_spots: &[BlindSpot]) -> Self {
        let counting = || blind_spots.iter().filter(|spot| spot.counts);
        let mut reasons: Vec<&'static str> = counting().map(|spot| spot.reason.as_str()).collect();
        reasons.sort_unstable();
        reasons.dedup();
        Self { number: counting().count(), reasons }
    }
}
