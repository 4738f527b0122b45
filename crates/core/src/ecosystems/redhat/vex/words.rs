//! What a document says of single products beside their versions: severity, plan and advisory.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::{
    Severity,
    advisory::Plan,
    fix,
    formats::csaf::{Remediation, Vulnerability},
};

/// The words for each product.
#[derive(Debug, Default)]
pub(super) struct Words<'t> {
    /// Product → severity, where products differ.
    severities: HashMap<&'t str, &'t str>,
    fixes: HashMap<&'t str, &'t Remediation<'t>>,
    plans: HashMap<&'t str, &'t Remediation<'t>>,
}

impl<'t> Words<'t> {
    pub(super) fn new(vulnerability: &'t Vulnerability<'t>) -> Self {
        let mut words = Self::default();
        for remediation in &vulnerability.remediations {
            let list = match &*remediation.category {
                "vendor_fix" => &mut words.fixes,
                "none_available" | "no_fix_planned" => &mut words.plans,
                _ => continue,
            };
            list.extend(remediation.product_ids.iter().map(|id| (&**id, remediation)));
        }
        if severity_of_all(vulnerability).is_none() {
            for threat in vulnerability.threats.iter().filter(|threat| &*threat.category == "impact") {
                words.severities.extend(threat.product_ids.iter().map(|id| (&**id, &*threat.details)));
            }
        }
        words
    }

    /// The severity of a product where it is not that of all.
    pub(super) fn severity(&self, id: &str) -> &'t str {
        self.severities.get(id).copied().unwrap_or_default()
    }

    /// The advisory that fixed a product: `RHSA-2023:5763`.
    pub(super) fn fix(&self, id: &str) -> &'t str {
        let url = self.fixes.get(id).and_then(|remediation| remediation.url.as_deref());
        url.and_then(|url| url.trim_end_matches('/').rsplit('/').next()).unwrap_or_default()
    }

    /// The day on which that was published.
    pub(super) fn fixed_on(&self, id: &str) -> Option<NaiveDate> {
        self.fixes.get(id).and_then(|remediation| fix::day(remediation.date.as_deref()?))
    }

    /// What Red Hat is going to do about an affected product, and its words for it.
    pub(super) fn plan(&self, id: &str) -> (Plan, &'t str) {
        let Some(remediation) = self.plans.get(id) else { return (Plan::Unsaid, "") };
        let details = remediation.details.as_deref().unwrap_or_default().trim();
        let plan = match (details.to_ascii_lowercase().as_str(), &*remediation.category) {
            ("will not fix", _) => Plan::WillNotFix,
            ("out of support scope", _) => Plan::EndOfLife,
            ("fix deferred" | "deferred", _) => Plan::Deferred,
            ("affected", _) => Plan::Unsaid,
            (_, "no_fix_planned") => Plan::WillNotFix,
            _ => Plan::Unsaid,
        };
        (plan, details)
    }
}

/// The one severity of all products; `None` where they differ or none is given.
pub(super) fn severity_of_all<'t>(vulnerability: &'t Vulnerability<'t>) -> Option<&'t str> {
    let mut words = vulnerability
        .threats
        .iter()
        .filter(|threat| &*threat.category == "impact")
        .map(|threat| &*threat.details);
    let first = words.next()?;
    words.all(|word| word == first).then_some(first)
}

/// Red Hat's four words: `https://access.redhat.com/security/updates/classification/`.
pub(super) fn severity(word: &str) -> Severity {
    match word.trim().to_ascii_lowercase().as_str() {
        "low" => Severity::Low,
        "moderate" => Severity::Medium,
        "important" => Severity::High,
        "critical" => Severity::Critical,
        _ => Severity::Unknown,
    }
}
