//! The JSON of Clair v4's API: index report and vulnerability report, as its clients read them.
//!
//! Source: Clair's OpenAPI document and what Quay's client demands of it: maps are never `null`, every package has an
//! environment, `links` names the CVE. Clair has no place for a verdict, so it comes along under a key of its own,
//! `limpid`, which Clair's clients pass over.

mod index_report;
mod vulnerability_report;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::{
    index_report::{ClairIndexReport, index_report},
    vulnerability_report::{ClairVulnerability, ClairVulnerabilityReport, vulnerability_report},
};
use crate::{BlindSpot, Distribution, IndexReport, IndexedPackage, Verdict};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
