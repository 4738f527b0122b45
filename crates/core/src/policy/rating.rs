//! Severities that somebody decided on, each with a reason, perhaps with an owner and a last day.

use super::Ignore;
use crate::{Severity, report::Rated};

/// A decision about the severity of findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The severity.
    pub severity: Severity,
    /// Which findings, why, by whom and until when: as of a decision to ignore them.
    pub about: Ignore,
}

impl Rating {
    /// What it names, in words.
    pub(super) fn name(&self) -> String {
        let severity = self.severity.as_str().to_lowercase();
        self.about.named(&format!("severity {severity}"))
    }

    pub(super) fn rated(&self, from: Severity) -> Rated {
        Rated { from, by: self.name(), reason: self.about.told() }
    }
}
