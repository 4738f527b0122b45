//! Clair's notifications: what changed for one manifest, in one entry.

use serde::Serialize;

use super::{ClairDistribution, ClairPackage, ClairRepository, distribution, links, named};
use crate::{Digest, Distribution, Severity, matching::Match};

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeReason {
    /// It is there now and was not before.
    Added,
    /// It was there before and is not now.
    Removed,
}

/// One entry of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClairNotification {
    /// Its identifier.
    pub id: String,
    /// The manifest.
    pub manifest: String,
    /// What became of the finding.
    pub reason: ChangeReason,
    /// The finding.
    pub vulnerability: ClairVulnerabilitySummary,
}

/// What a notification says of a vulnerability.
///
/// Clair writes `severity` and `repo`, its schema and Quay say `normalized_severity` and `repository`; who reads only one
/// of them would take every severity for unknown. So both are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClairVulnerabilitySummary {
    /// The advisory's identifier.
    pub name: String,
    /// A sentence about it.
    pub description: String,
    /// The package as the advisory names it.
    pub package: ClairPackage,
    /// The distribution of the package, where it has one. Left out otherwise: `null` breaks Quay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<ClairDistribution>,
    /// The empty repository, in Clair's spelling.
    pub repo: ClairRepository,
    /// The empty repository, in the schema's spelling.
    pub repository: ClairRepository,
    /// The severity in Clair's word, in Clair's spelling.
    pub severity: Severity,
    /// The severity in Clair's word, in the schema's spelling.
    pub normalized_severity: Severity,
    /// The first version that is not affected; empty where none is known.
    pub fixed_in_version: String,
    /// Addresses, separated by spaces.
    pub links: String,
}

/// An entry of a notification. `distribution` is that of the package.
pub fn notification(
    id: &str,
    manifest: &Digest,
    reason: ChangeReason,
    found: &Match,
    distribution: Option<&Distribution>,
) -> ClairNotification {
    let advisory = &found.advisory;
    ClairNotification {
        id: id.to_owned(),
        manifest: manifest.to_string(),
        reason,
        vulnerability: ClairVulnerabilitySummary {
            name: advisory.id.clone(),
            description: advisory.summary.clone(),
            package: named(&found.package.package),
            distribution: distribution.map(|one| self::distribution(String::new(), one)),
            repo: ClairRepository::default(),
            repository: ClairRepository::default(),
            severity: advisory.severity,
            normalized_severity: advisory.severity,
            fixed_in_version: found.fixed_in.clone().unwrap_or_default(),
            links: links(&advisory.id, &advisory.aliases, &advisory.links),
        },
    }
}
