//! Policy: what the reader of a report has decided, and the rules by which it was judged.
//!
//! Applied after matching, never before: what policy takes away stays in the report, marked. One part adds to what is matched: what
//! archives are that nothing in them identifies.

mod baseline;
mod file;
mod gate;
mod ignore;
mod justification;
mod product;
mod rating;
mod statement;
pub mod vex;

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use chrono::NaiveDate;

pub use self::{
    baseline::{Baseline, Meeting},
    file::{InvalidPolicyFile, PolicyFile},
    gate::{Gate, Outcome, outcome},
    ignore::{Ignore, InvalidIgnore},
    justification::Justification,
    product::Product,
    rating::Rating,
    statement::{Statement, StatementStatus},
};
use crate::{
    BlindSpot, Digest, ImageFacts, IndexReport, Reason,
    archives::ArtifactTable,
    digest::Hasher,
    ecosystem::Ecosystems,
    enrichment,
    report::{Decision, DecisionState, Finding, Suppression},
    revision,
};

/// The decisions that change a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Reasons of blind spots that are waived by name.
    pub accept: BTreeSet<Reason>,
    /// Suppress findings for which no fix is known.
    pub only_fixed: bool,
    /// Findings that somebody decided to ignore.
    pub ignores: Vec<Ignore>,
    /// Severities that somebody decided on; of several the first holds.
    pub ratings: Vec<Rating>,
    /// What those say who know the program, in the order in which they were read (VEX).
    pub statements: Vec<Statement>,
    /// What is known already; it decides nothing.
    pub baseline: Option<Baseline>,
    /// What gates ask to be known of vulnerabilities ([`Gate::asked`]): where the data does not tell it, a report says so.
    pub asked: BTreeSet<enrichment::Kind>,
    /// What archives are that nothing in them identifies. It enters before matching ([`Policy::identify`]).
    pub artifacts: Arc<ArtifactTable>,
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
        // Beside them nothing is written, so that their absence is what it was before there were any.
        for ignore in &self.ignores {
            hasher.update_field(&format!("{ignore:?}"));
        }
        for rating in &self.ratings {
            hasher.update_field(&format!("{rating:?}"));
        }
        for statement in &self.statements {
            hasher.update_field(&format!("{statement:?}"));
        }
        for kind in &self.asked {
            hasher.update_field(&format!("asked {kind:?}"));
        }
        if let Some(baseline) = &self.baseline {
            hasher.update_field(&baseline.words());
        }
        if !self.artifacts.is_empty() {
            hasher.update_field(&format!("artifacts {}", self.artifacts.digest()));
        }
        hasher.finish()
    }

    /// What is installed in an image, with what the reader's table knows of it. Nothing is left to do on its own result.
    pub fn identify<'a>(&self, index: &'a IndexReport, ecosystems: &Ecosystems) -> Cow<'a, IndexReport> {
        if self.artifacts.is_empty() || index.archives.is_empty() {
            return Cow::Borrowed(index);
        }
        Cow::Owned(self.artifacts.identify(index.clone(), ecosystems))
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

    /// Marks a blind spot that the baseline of its image has too: it decides nothing new.
    pub(crate) fn waive_known(&self, image: &ImageFacts, blind_spot: BlindSpot) -> BlindSpot {
        let knows = |baseline: &Baseline| baseline.has_blind_spot(image, &blind_spot);
        let known = !blind_spot.waived && self.baseline.as_ref().is_some_and(knows);
        BlindSpot {
            waived: blind_spot.waived || known,
            known,
            counts: blind_spot.counts && !known,
            ..blind_spot
        }
    }

    /// Why a finding is suppressed, where it is. Of several decisions the one that says most is told: a statement about the
    /// program, then a decision by name, then that there is no fix, then
    /// that it is known.
    pub(crate) fn suppression(
        &self,
        image: &ImageFacts,
        as_of: NaiveDate,
        finding: &Finding,
    ) -> Option<Suppression> {
        let stated = statement::decisive(&self.statements, image, finding).and_then(Statement::suppression);
        let ignored = || {
            let ignore = self.ignores.iter().find(|ignore| ignore.holds(image, as_of, finding))?;
            Some(ignore.suppression())
        };
        let no_fix = || {
            (self.only_fixed && finding.fixed_in.is_none()).then(|| Suppression {
                by: "only-fixed".to_owned(),
                reason: "no fix is known, and only findings with a fix were asked for".to_owned(),
            })
        };
        let known = || self.baseline.as_ref()?.suppression(image, finding);
        stated.or_else(ignored).or_else(no_fix).or_else(known)
    }

    /// Gives a finding the severity that was decided on.
    pub(crate) fn rate(&self, image: &ImageFacts, as_of: NaiveDate, finding: &mut Finding) {
        let rating = self.ratings.iter().find(|rating| rating.about.holds(image, as_of, finding));
        if let Some(rating) = rating.filter(|_| finding.rated.is_none()) {
            finding.rated = Some(rating.rated(finding.severity));
            finding.severity = rating.severity;
        }
    }

    /// What became of each decision about findings.
    pub(crate) fn decisions(
        &self,
        image: &ImageFacts,
        as_of: NaiveDate,
        findings: &[Finding],
    ) -> Vec<Decision> {
        let told = |(by, ignore): (String, &Ignore)| {
            let matching = findings.iter().filter(|finding| ignore.matches(image, finding)).count() as u64;
            let state = match matching {
                0 => DecisionState::Unused,
                _ if ignore.is_expired(as_of) => DecisionState::Expired,
                _ => DecisionState::Applied,
            };
            Decision {
                by,
                reason: ignore.reason.clone(),
                owner: ignore.owner.clone(),
                expires: ignore.expires,
                state,
                findings: matching,
            }
        };
        let ignored = self.ignores.iter().map(|ignore| (ignore.name(), ignore));
        let rated = self.ratings.iter().map(|rating| (rating.name(), &rating.about));
        ignored.chain(rated).filter(|(_, ignore)| ignore.is_about(image)).map(told).collect()
    }
}
