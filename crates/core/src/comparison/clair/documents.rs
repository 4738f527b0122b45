//! The JSON of Clair, as far as it is read. A map that is `null` is empty; one that is missing is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// The body of `GET /indexer/api/v1/index_state`.
#[derive(Debug, Clone, Deserialize)]
pub struct StateDocument {
    /// A digest of what detects, as Clair names it.
    pub state: String,
}

/// The body of `GET /indexer/api/v1/index_report/{digest}`.
#[derive(Debug, Clone, Deserialize)]
pub struct IndexDocument {
    pub(super) manifest_hash: String,
    pub(super) state: String,
    pub(super) success: bool,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) err: String,
    #[serde(deserialize_with = "or_null")]
    pub(super) packages: BTreeMap<String, Package>,
    #[serde(deserialize_with = "or_null")]
    pub(super) distributions: BTreeMap<String, Distribution>,
    #[serde(deserialize_with = "or_null")]
    pub(super) repository: BTreeMap<String, Repository>,
    #[serde(deserialize_with = "or_null")]
    pub(super) environments: BTreeMap<String, Vec<Environment>>,
}

/// The body of `GET /matcher/api/v1/vulnerability_report/{digest}`.
#[derive(Debug, Clone, Deserialize)]
pub struct VulnerabilityDocument {
    pub(super) manifest_hash: String,
    #[serde(deserialize_with = "or_null")]
    pub(super) vulnerabilities: BTreeMap<String, Vulnerability>,
    #[serde(deserialize_with = "or_null")]
    pub(super) package_vulnerabilities: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) arch: String,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) module: String,
    #[serde(default)]
    pub(super) source: Option<Box<Self>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Distribution {
    pub(super) did: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) version_id: String,
    pub(super) pretty_name: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Repository {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) uri: String,
    pub(super) cpe: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Environment {
    pub(super) package_db: String,
    pub(super) introduced_in: String,
    pub(super) distribution_id: String,
    #[serde(deserialize_with = "or_null")]
    pub(super) repository_ids: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Vulnerability {
    pub(super) name: String,
    #[serde(default)]
    pub(super) updater: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) links: String,
    #[serde(default)]
    pub(super) normalized_severity: String,
    #[serde(default)]
    pub(super) fixed_in_version: String,
    #[serde(default, rename = "Aliases", deserialize_with = "or_null")]
    pub(super) aliases: Vec<Alias>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Alias {
    #[serde(default)]
    pub(super) space: String,
    pub(super) name: String,
}

fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
