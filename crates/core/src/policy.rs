//! Policy: what the reader of a report has decided, and the rules by which it was judged.
//!
//! Applied after matching, never before: what policy takes away stays in the report, marked.

use std::collections::BTreeSet;

use crate::{
    BlindSpot, Digest, Reason,
    digest::Hasher,
    report::{Finding, Suppression},
    revision,
};

/// The decisions that change a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Reasons of blind spots that are waived by name.
    pub accept: BTreeSet<Reason>,
    /// Suppress findings for which no fix is known.
    pub only_fixed: bool,
}

impl Policy {
    /// Identifies the decisions, and the code that judges: both decide what a report says.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::sha256();
        hasher.update_field("limpid policy");
        hasher.update_field(revision::of("judgement"));
        for reason in &self.accept {
            hasher.update_field(reason.as_str());
        }
        hasher.update_field(if self.only_fixed { "only fixed" } else { "all" });
        hasher.finish()
    }

    /// Identifies these decisions as taken on a report that was made under those that `before` stands for.
    ///
    /// On a report of the same code without decisions they are what they would have been from the start. On another one
    /// they are something else: two judges stand behind it.
    pub fn digest_after(&self, before: &Digest) -> Digest {
        let undecided = Self::default();
        if *self == undecided {
            return before.clone();
        }
        if *before == undecided.digest() {
            return self.digest();
        }
        let mut hasher = Hasher::sha256();
        for part in ["limpid policy after another", before.as_str(), self.digest().as_str()] {
            hasher.update_field(part);
        }
        hasher.finish()
    }

    /// Marks a blind spot that is waived. One that was waived before stays so.
    pub fn waive(&self, blind_spot: BlindSpot) -> BlindSpot {
        let waived = blind_spot.waived || self.accept.contains(&blind_spot.reason);
        BlindSpot { waived, counts: blind_spot.counts && !waived, ..blind_spot }
    }

    /// Why a finding is suppressed, where it is.
    pub fn suppression(&self, finding: &Finding) -> Option<Suppression> {
        (self.only_fixed && finding.fixed_in.is_none()).then(|| Suppression {
            by: "only-fixed".to_owned(),
            reason: "no fix is known, and only findings with a fix were asked for".to_owned(),
        })
    }
}
