//! Gates: what of a report makes a pipeline fail.
//!
//! A gate changes nothing in a report. What nothing trips is passed only where everything was judged: what is behind a blind
//! spot might have tripped it.

use std::collections::BTreeSet;

use crate::{BlindSpot, Reason, Report, Severity, report::Finding};

/// What makes a pipeline fail. All that it says of a finding must hold of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// Findings of this severity or a worse one.
    pub severity: Option<Severity>,
    /// Findings whose feed gives no severity, too.
    pub unknown: bool,
    /// Of these only the ones that have a fix; alone: every finding that has one.
    pub fixable: bool,
    /// Blind spots of these reasons, also of those that never count; not where they are waived.
    pub blind_spots: BTreeSet<Reason>,
}

/// What came of the gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing trips them, and nothing could.
    Passed,
    /// Something was not judged.
    Unproven,
    /// Something trips one.
    Tripped,
}

impl Gate {
    /// Whether something of a report trips it.
    pub fn trips(&self, report: &Report) -> bool {
        report.standing().any(|finding| self.is_tripped_by(finding))
            || report.blind_spots.iter().any(|spot| self.is_tripped_by_blindness(spot))
    }

    /// Whether a blind spot trips it.
    pub fn is_tripped_by_blindness(&self, spot: &BlindSpot) -> bool {
        !spot.waived && self.blind_spots.contains(&spot.reason)
    }

    /// Whether a finding of a report trips it; one that is suppressed does not count.
    pub fn is_tripped_by(&self, finding: &Finding) -> bool {
        let is_unknown = finding.severity == Severity::Unknown;
        let is_rated = match (self.severity, self.unknown) {
            (Some(least), unknown) => finding.severity >= least || (unknown && is_unknown),
            (None, true) => is_unknown,
            (None, false) => self.fixable,
        };
        is_rated && (!self.fixable || finding.fixed_in.is_some())
    }
}

/// What comes of gates. Without any, only a report without findings can be unproven.
pub fn outcome(gates: &[Gate], report: &Report) -> Outcome {
    let blind = report.blind_spots.iter().any(|spot| spot.counts);
    if gates.iter().any(|gate| gate.trips(report)) {
        Outcome::Tripped
    } else if blind && (!gates.is_empty() || report.standing().next().is_none()) {
        Outcome::Unproven
    } else {
        Outcome::Passed
    }
}
