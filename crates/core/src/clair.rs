//! The JSON of Clair v4's API: reports, notifications and updates, as its clients read them.
//!
//! Source: Clair's OpenAPI document and what Quay's client demands of it: maps are never `null`, every package has an
//! environment, `links` names the CVE. Clair has no place for a verdict, so it comes along under a key of its own,
//! `limpid`, which Clair's clients pass over.

mod asked;
mod blind_spots;
mod enrichments;
mod index_report;
mod notification;
mod update;
mod vulnerability;
mod vulnerability_report;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::{
    asked::{AskedVulnerability, ClairAffectedManifests, NotJudged, Scope, affected_manifests, asked},
    blind_spots::show_blind_spots,
    index_report::{ClairIndexReport, Unfinished, index_report, unfinished_index_report},
    notification::{ChangeReason, ClairNotification, ClairVulnerabilitySummary, notification},
    update::{ClairUpdateOperation, ENRICHMENT, VULNERABILITY},
    vulnerability::{ClairVulnerability, vulnerability},
    vulnerability_report::{ClairVulnerabilityReport, vulnerability_report},
};
use crate::{BlindSpot, Distribution, IndexReport, IndexedPackage, Package, Verdict, revision};

/// Identifies the code that writes these forms: equal reports in another form are another document.
pub const REVISION: &str = revision::of("clair");

/// The instant that stands where none is known: Go's zero.
const NO_INSTANT: &str = "0001-01-01T00:00:00Z";

/// An identifier within one document: a decimal number as text, as Clair writes its row numbers.
pub type Id = String;

/// A package, as Clair writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClairPackage {
    /// Number within the document; empty inside a vulnerability.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `binary` or `source`.
    pub kind: &'static str,
    /// The source package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Box<Self>>,
    /// The module stream.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub module: String,
    /// Always empty: versions are compared as written.
    pub normalized_version: String,
    /// Architecture.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub arch: String,
    /// Always empty.
    pub cpe: String,
    /// Where it was found. Clair does not show it; its clients pass over it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filepath: String,
}

/// A distribution, as Clair writes it. All nine fields are always there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClairDistribution {
    /// Number within the document.
    pub id: Id,
    /// `ID` of os-release.
    pub did: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Always empty.
    pub version_code_name: String,
    /// `VERSION_ID` of os-release.
    pub version_id: String,
    /// Always empty.
    pub arch: String,
    /// Always empty.
    pub cpe: String,
    /// Name with version.
    pub pretty_name: String,
}

/// A repository. Distributions' packages have none; the empty one stands where clients demand an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClairRepository {
    /// Always empty.
    pub cpe: String,
}

/// Where a package is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClairEnvironment {
    /// Path of the database.
    pub package_db: String,
    /// Digest of the layer; empty where none is known.
    pub introduced_in: String,
    /// Number of the distribution; empty where it has none.
    pub distribution_id: Id,
    /// Always empty.
    pub repository_ids: Vec<Id>,
}

/// What Clair has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// The verdict; an index report has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What was not judged.
    pub blind_spots: Vec<BlindSpot>,
}

/// The parts that both reports share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// Digest of the manifest.
    pub manifest_hash: String,
    /// Packages by number.
    pub packages: BTreeMap<Id, ClairPackage>,
    /// Distributions by number.
    pub distributions: BTreeMap<Id, ClairDistribution>,
    /// Repositories by number: none. The key is singular in Clair.
    pub repository: BTreeMap<Id, ClairRepository>,
    /// Environments by the package's number. Each package has one.
    pub environments: BTreeMap<Id, Vec<ClairEnvironment>>,
}

impl Contents {
    /// Numbers packages and distributions by their place in the report, which is sorted.
    pub(crate) fn of(index: &IndexReport) -> Self {
        let distribution_id = |namespace: &Option<String>| {
            let place = index.distributions.iter().position(|one| Some(&one.ecosystem) == namespace.as_ref());
            place.map_or(String::new(), id)
        };
        let environment = |package: &IndexedPackage| ClairEnvironment {
            package_db: package.path.clone(),
            introduced_in: package.layer.as_ref().map_or(String::new(), ToString::to_string),
            distribution_id: distribution_id(&package.namespace),
            repository_ids: Vec::new(),
        };
        Self {
            manifest_hash: index.image.digest.to_string(),
            packages: numbered(index.packages.iter().enumerate().map(|(place, one)| package(id(place), one))),
            distributions: numbered(
                index.distributions.iter().enumerate().map(|(place, one)| distribution(id(place), one)),
            ),
            repository: BTreeMap::new(),
            environments: numbered(index.packages.iter().map(|package| vec![environment(package)])),
        }
    }
}

/// The package as advisories name it: a database that tells sources is one whose advisories name them.
fn named(package: &Package) -> ClairPackage {
    let kind = if package.source.is_some() { "source" } else { "binary" };
    ClairPackage { name: package.source_name().to_owned(), kind, ..ClairPackage::default() }
}

/// The links as one text, and one link for each CVE that none of them names: Quay reads CVE numbers out of them.
fn links(id: &str, aliases: &[String], links: &[String]) -> String {
    let mut links = links.to_vec();
    let names = std::iter::once(id).chain(aliases.iter().map(String::as_str));
    for name in names.filter(|name| name.starts_with("CVE-")) {
        if !links.iter().any(|link| link.contains(name)) {
            links.push(format!("https://nvd.nist.gov/vuln/detail/{name}"));
        }
    }
    links.join(" ")
}

impl Contents {
    /// The distribution of a package, given by its number; the empty one where it has none.
    fn distribution_of(&self, package: &str) -> ClairDistribution {
        let environment = self.environments.get(package).and_then(|environments| environments.first());
        environment.and_then(|one| self.distributions.get(&one.distribution_id)).cloned().unwrap_or_default()
    }
}

fn id(place: usize) -> Id {
    (place + 1).to_string()
}

fn numbered<T>(items: impl Iterator<Item = T>) -> BTreeMap<Id, T> {
    items.enumerate().map(|(place, item)| (id(place), item)).collect()
}

fn package(id: Id, indexed: &IndexedPackage) -> ClairPackage {
    let package = &indexed.package;
    let source = package.source.as_ref().map(|source| ClairPackage {
        name: source.name.clone(),
        version: source.version.clone(),
        kind: "source",
        ..ClairPackage::default()
    });
    ClairPackage {
        id,
        name: package.name.clone(),
        version: package.version.clone(),
        kind: "binary",
        source: source.map(Box::new),
        arch: package.architecture.clone().unwrap_or_default(),
        filepath: indexed.path.clone(),
        ..ClairPackage::default()
    }
}

fn distribution(id: Id, distribution: &Distribution) -> ClairDistribution {
    ClairDistribution {
        id,
        did: distribution.id.clone(),
        name: distribution.name.clone(),
        version: distribution.version.clone(),
        version_id: distribution.version.clone(),
        pretty_name: distribution.name.clone(),
        ..ClairDistribution::default()
    }
}

#[cfg(test)]
mod tests;
