//! The form of a CVE record, as far as anything is read of it.
//!
//! Only what its numbering authority says (`cna`) is read: what others add (`adp`) is about the same vulnerability, and not by those
//! who make the product. What has another type than the schema gives it makes the record malformed.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::status::Status;
use crate::feed::FeedError;

/// One record.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CveRecord {
    data_type: String,
    data_version: String,
    pub(super) cve_metadata: Metadata,
    pub(super) containers: Containers,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) cve_id: String,
    pub(super) state: String,
    #[serde(default)]
    pub(super) date_published: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Containers {
    pub(super) cna: Cna,
}

/// What the numbering authority says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Cna {
    pub(super) provider_metadata: Provider,
    pub(super) title: String,
    pub(super) date_public: Option<String>,
    pub(super) descriptions: Vec<Description>,
    pub(super) affected: Vec<Product>,
    pub(super) references: Vec<Reference>,
    pub(super) metrics: Vec<Metric>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Provider {
    pub(super) short_name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Description {
    pub(super) lang: String,
    pub(super) value: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reference {
    pub(super) url: String,
    #[serde(default)]
    pub(super) tags: Vec<String>,
}

/// A rating: vectors of CVSS under the names of their versions, or one in words of its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metric {
    #[serde(rename = "cvssV4_0")]
    pub(super) v40: Value,
    #[serde(rename = "cvssV3_1")]
    pub(super) v31: Value,
    #[serde(rename = "cvssV3_0")]
    pub(super) v30: Value,
    #[serde(rename = "cvssV2_0")]
    pub(super) v20: Value,
    pub(super) other: Value,
}

/// What is said of one product.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Product {
    /// Who makes it.
    pub vendor: String,
    /// Its name; empty where only a package is named.
    pub product: String,
    /// Its name in a collection of packages.
    pub package_name: String,
    /// What holds for versions that nothing is said of; without it that is not known.
    pub(super) default_status: Status,
    pub(super) versions: Vec<VersionEntry>,
}

/// What is said of one version, or of all from one on to another.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VersionEntry {
    pub(super) version: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) version_type: Option<String>,
    #[serde(default)]
    pub(super) less_than: Option<String>,
    #[serde(default)]
    pub(super) less_than_or_equal: Option<String>,
    #[serde(default)]
    pub(super) changes: Vec<Change>,
}

/// From a version on it is otherwise, up to the next change or the end.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Change {
    pub(super) at: String,
    pub(super) status: Status,
}

impl CveRecord {
    /// Reads one record, to its very end.
    pub(super) fn read(reader: &mut dyn BufRead) -> Result<Self, FeedError> {
        let record: Self = serde_json::from_reader(reader).map_err(|error| {
            if error.is_io() {
                FeedError::Unreadable(error.to_string())
            } else {
                FeedError::Malformed(error.to_string())
            }
        })?;
        let Self { data_type, data_version, cve_metadata, .. } = &record;
        if data_type != "CVE_RECORD" || !data_version.starts_with("5.") {
            let what = format!("its form is “{data_type}” {data_version} and not “CVE_RECORD” 5");
            return Err(FeedError::Malformed(what));
        }
        let id = &cve_metadata.cve_id;
        if crate::formats::osv::cve(id).as_ref() != Some(id) {
            return Err(FeedError::Malformed(format!("“{id}” is no identifier of CVE")));
        }
        Ok(record)
    }

    /// Whether it was taken back, so that it says nothing.
    pub(super) fn is_rejected(&self) -> bool {
        self.cve_metadata.state == "REJECTED"
    }
}
