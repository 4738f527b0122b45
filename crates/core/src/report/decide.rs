//! Puts a report under decisions: what they waive and suppress, and what follows from it.
//!
//! The only place where decisions are applied, whoever judged: so a report that a service made without any, and that is
//! put under them afterwards, is the one that would have been made under them.

use std::collections::BTreeMap;

use super::{Finding, Report, Summary};
use crate::{Severity, Verdict, enrichment::by_risk, policy::Policy};

impl Report {
    /// The same report under these decisions too. Those that it was made under stay.
    #[must_use]
    pub fn under(mut self, policy: &Policy) -> Self {
        let spots = self.blind_spots.into_iter();
        self.blind_spots = spots.map(|spot| policy.waive_known(&self.image, policy.waive(spot))).collect();
        let as_of = self.proof.as_of;
        self.decisions.extend(policy.decisions(&self.image, as_of, &self.findings));
        for finding in &mut self.findings {
            policy.rate(&self.image, as_of, finding);
            if finding.suppressed.is_none() {
                finding.suppressed = policy.suppression(&self.image, as_of, finding);
            }
        }
        self.findings.sort_by(by_risk);
        let missing: Vec<_> = policy.asked.iter().filter_map(|&kind| self.lacks(kind)).collect();
        self.blind_spots.extend(missing.into_iter().map(|spot| policy.waive(spot)));
        self.blind_spots.sort();
        self.blind_spots.dedup();
        self.proof.policy = policy.digest_after(&self.proof.policy);
        self.summary = recounted(&self);
        self.upgrades = self.plan();
        self.verdict = Verdict::of(self.standing().count(), &self.blind_spots);
        self
    }
}

fn recounted(report: &Report) -> Summary {
    let mut findings: BTreeMap<Severity, u64> =
        Severity::WORST_FIRST.iter().map(|&severity| (severity, 0)).collect();
    for finding in report.standing() {
        *findings.entry(finding.severity).or_default() += 1;
    }
    let has_fix = |finding: &&Finding| finding.fixed_in.is_some();
    Summary { findings, fixable: report.standing().filter(has_fix).count() as u64, ..report.summary.clone() }
}

#[cfg(test)]
mod tests;
