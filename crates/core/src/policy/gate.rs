//! Gates: what of a report makes a pipeline fail.
//!
//! A gate changes nothing in a report. What nothing trips is passed only where everything was judged: what is behind a blind
//! spot might have tripped it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    BlindSpot, Reason, Report, Severity,
    enrichment::{Kind, Share},
    report::{Finding, Origin},
};

/// What makes a pipeline fail. All that it says of a finding must hold of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// Findings of this severity or a worse one.
    pub severity: Option<Severity>,
    /// Findings whose feed gives no severity, too.
    pub unknown: bool,
    /// Of these only the ones that have a fix; alone: every finding that has one.
    pub fixable: bool,
    /// Of these only the ones whose fix is known for so many days or longer; alone: every such one. A fix of which nobody says since
    /// when it is known is taken for an old one, and what has no fix is none of them.
    pub fix_age: Option<u32>,
    /// Of these only the ones that do not come with the base; alone: every finding above it. What is not known to come with
    /// it does not.
    pub above_base: bool,
    /// Of these only the ones that are known to be exploited; alone: every one that is.
    pub kev: bool,
    /// Of these only the ones that are this likely to be exploited, or more; alone: every one that is.
    pub epss: Option<Share>,
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
    /// What has to be known of vulnerabilities so that it can be passed ([`super::Policy::asked`]).
    pub fn asked(&self) -> impl Iterator<Item = Kind> {
        let kinds = [(Kind::Kev, self.kev), (Kind::Epss, self.epss.is_some())];
        kinds.into_iter().filter(|(_, is_asked)| *is_asked).map(|(kind, _)| kind)
    }

    /// Whether something of a report trips it.
    pub fn trips(&self, report: &Report) -> bool {
        report.standing().any(|finding| self.is_tripped_by(finding, report.proof.as_of))
            || report.blind_spots.iter().any(|spot| self.is_tripped_by_blindness(spot))
    }

    /// Whether a blind spot trips it.
    pub fn is_tripped_by_blindness(&self, spot: &BlindSpot) -> bool {
        !spot.waived && self.blind_spots.contains(&spot.reason)
    }

    /// Whether a finding of a report of that day trips it; one that is suppressed does not count.
    pub fn is_tripped_by(&self, finding: &Finding, as_of: NaiveDate) -> bool {
        let is_unknown = finding.severity == Severity::Unknown;
        let is_rated = match (self.severity, self.unknown) {
            (Some(least), unknown) => finding.severity >= least || (unknown && is_unknown),
            (None, true) => is_unknown,
            (None, false) => {
                self.fixable || self.fix_age.is_some() || self.above_base || self.asked().next().is_some()
            }
        };
        let is_below = self.above_base && finding.origin == Some(Origin::Base);
        let is_likely = |least| finding.epss.as_ref().is_some_and(|epss| epss.score >= least);
        is_rated
            && !is_below
            && (!self.fixable || finding.fixed_in.is_some())
            && self.fix_age.is_none_or(|days| has_old_fix(finding, days, as_of))
            && (!self.kev || finding.kev.is_some())
            && self.epss.is_none_or(is_likely)
    }
}

fn has_old_fix(finding: &Finding, days: u32, as_of: NaiveDate) -> bool {
    let age = finding.fix_known.as_ref().and_then(|known| known.age(as_of));
    finding.fixed_in.is_some() && age.is_none_or(|age| age >= u64::from(days))
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

#[cfg(test)]
mod tests;
