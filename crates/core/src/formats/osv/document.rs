//! The form of an OSV record, as far as anything is read of it.
//!
//! Whatever has another type than the schema gives it makes the document malformed: a list that is no list must not pass
//! for an empty one. `null` stands for what is absent, as many writers have it.

use std::io::BufRead;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::feed::FeedError;

/// One record: all that its author says of one vulnerability or advisory.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Document {
    /// Its identifier, such as `GHSA-…`, `ALSA-2024:1234`, `UBUNTU-CVE-2024-1234`.
    pub id: String,
    /// When it was changed last, RFC 3339. Required, so that another document is not taken for one.
    pub modified: String,
    /// When it was published, RFC 3339.
    #[serde(default)]
    pub published: Option<String>,
    /// When it was taken back; then it says nothing.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// Other identifiers of the same vulnerability.
    #[serde(default, deserialize_with = "absent")]
    pub aliases: Vec<String>,
    /// What this record of a distribution answers, such as a CVE.
    #[serde(default, deserialize_with = "absent")]
    pub upstream: Vec<String>,
    /// Anything that has to do with it. Distributions list CVEs here that later belong into `upstream`.
    #[serde(default, deserialize_with = "absent")]
    pub related: Vec<String>,
    /// One line.
    #[serde(default, deserialize_with = "absent")]
    pub summary: String,
    /// All of the text.
    #[serde(default, deserialize_with = "absent")]
    pub details: String,
    /// Ratings of the vulnerability.
    #[serde(default, deserialize_with = "absent")]
    pub severity: Vec<Score>,
    /// The packages.
    #[serde(default, deserialize_with = "absent")]
    pub affected: Vec<AffectedPackage>,
    /// Where to read more.
    #[serde(default, deserialize_with = "absent")]
    pub references: Vec<Reference>,
    /// What only this database says.
    #[serde(default)]
    pub database_specific: Value,
}

/// One rating.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Score {
    /// `CVSS_V3` and its like; or the name of a distribution, whose word follows.
    #[serde(rename = "type")]
    pub kind: String,
    /// A CVSS vector, or a word.
    pub score: String,
}

/// A link.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Reference {
    /// Where it leads.
    pub url: String,
    /// `ADVISORY`, `REPORT`, `WEB` and so on.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// What is said of one package.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AffectedPackage {
    /// The package; `None` where only commits of a repository are meant.
    #[serde(default)]
    pub package: Option<PackageName>,
    /// Ratings for this package alone.
    #[serde(default, deserialize_with = "absent")]
    pub severity: Vec<Score>,
    /// Ranges of versions or commits.
    #[serde(default, deserialize_with = "absent")]
    pub ranges: Vec<Range>,
    /// Single versions, beside the ranges.
    #[serde(default, deserialize_with = "absent")]
    pub versions: Vec<String>,
    /// What only packages of this ecosystem have.
    #[serde(default)]
    pub ecosystem_specific: Value,
    /// What only this database says.
    #[serde(default)]
    pub database_specific: Value,
}

/// The name of a package.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PackageName {
    /// The ecosystem, mostly with a release: `AlmaLinux:9`, `PyPI`.
    pub ecosystem: String,
    /// The name there.
    pub name: String,
}

/// A range of versions or commits.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Range {
    /// `SEMVER`, `ECOSYSTEM` or `GIT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happens at which version.
    #[serde(default, deserialize_with = "absent")]
    pub events: Vec<Event>,
}

/// What happens at a version. Schema: exactly one of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// From here on affected; `0` is from the beginning.
    #[serde(default)]
    pub introduced: Option<String>,
    /// From here on no more.
    #[serde(default)]
    pub fixed: Option<String>,
    /// After this one no more.
    #[serde(default)]
    pub last_affected: Option<String>,
    /// Nothing is said of this version and those after it; `*` is none.
    #[serde(default)]
    pub limit: Option<String>,
}

impl Document {
    /// Reads one record, to its very end.
    pub(super) fn read(reader: &mut dyn BufRead) -> Result<Self, FeedError> {
        let document: Self = serde_json::from_reader(reader).map_err(|error| {
            if error.is_io() {
                FeedError::Unreadable(error.to_string())
            } else {
                FeedError::Malformed(error.to_string())
            }
        })?;
        document.checked().map_err(FeedError::Malformed)
    }

    /// The same, where it can be one; the error says why it cannot.
    pub(super) fn checked(self) -> Result<Self, String> {
        let document = self;
        if document.id.trim().is_empty() || document.id.chars().any(char::is_control) {
            return Err("a record without an identifier".to_owned());
        }
        let nameless = |package: &PackageName| package.name.trim().is_empty();
        if document.affected.iter().filter_map(|one| one.package.as_ref()).any(nameless) {
            return Err(format!("{} names a package without a name", document.id));
        }
        Ok(document)
    }
}

/// `null` for what is absent.
fn absent<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
