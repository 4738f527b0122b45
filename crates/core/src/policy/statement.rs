//! What somebody who knows a program says about a vulnerability in it.

use chrono::{DateTime, Utc};

use super::Product;
use crate::{
    ImageFacts,
    report::{Finding, Suppression},
};

/// A statement of a VEX document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Identifiers of the vulnerability.
    pub ids: Vec<String>,
    /// What it is about.
    pub products: Vec<Product>,
    /// What it says.
    pub status: StatementStatus,
    /// Why, in its words.
    pub why: String,
    /// The document, or its author.
    pub by: String,
    /// When it was made, where it says so.
    pub at: Option<DateTime<Utc>>,
}

/// What a statement says of its products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementStatus {
    /// They are not affected.
    NotAffected,
    /// They are affected.
    Affected,
    /// They have the fix.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

impl Statement {
    fn is_about(&self, image: &ImageFacts, finding: &Finding) -> bool {
        let is_named = |id: &str| self.ids.iter().any(|named| named.eq_ignore_ascii_case(id));
        let is_meant = match self.status {
            StatementStatus::NotAffected | StatementStatus::Fixed => finding.is_covered_by(is_named),
            // What is affected in part is affected.
            StatementStatus::Affected | StatementStatus::UnderInvestigation => {
                std::iter::once(&finding.id).chain(&finding.aliases).any(|id| is_named(id))
            }
        };
        is_meant && self.products.iter().any(|product| product.has(image, &finding.package))
    }

    /// What follows from it; `None` where the finding stands.
    pub(super) fn suppression(&self) -> Option<Suppression> {
        let word = match self.status {
            StatementStatus::NotAffected => "not affected",
            StatementStatus::Fixed => "fixed",
            StatementStatus::Affected | StatementStatus::UnderInvestigation => return None,
        };
        let why = if self.why.is_empty() { String::new() } else { format!(": {}", self.why) };
        Some(Suppression { by: format!("vex: {}", self.by), reason: format!("{word}{why}") })
    }
}

/// The statement that decides about a finding: of those about it the latest, and of equally old ones the last. One that does not
/// say when it was made is older than any that does.
pub(super) fn decisive<'a>(
    statements: &'a [Statement],
    image: &ImageFacts,
    finding: &Finding,
) -> Option<&'a Statement> {
    let about = statements.iter().filter(|statement| statement.is_about(image, finding));
    about.max_by_key(|statement| statement.at)
}
