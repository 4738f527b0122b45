//! A package as its database describes it.

use serde::{Deserialize, Serialize};

/// The type of the image itself, where it is an entry of its own beside its packages.
pub const IMAGE: &str = "oci";

/// The version of a package that was built from source and has no released version, in Go's words.
pub const UNRELEASED: &str = "(devel)";

/// One installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// Name of the installed (binary) package.
    pub name: String,
    /// Version, as written in the database.
    pub version: String,
    /// Type in the sense of the package URL specification: `apk`, `deb`, `pypi`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Architecture, in the words of the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// The source package that it was built from, where the database tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePackage>,
    /// The module stream that it belongs to, such as `nodejs:18`; of Gentoo's packages the slot, such as `3.12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Who built or maintains it, in the words of the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The identifier of the key that signed it: 16 hexadecimal digits, small letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The repository that it was installed from, where something tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// For packages of languages: the package of the distribution that brought it, and by whose data it is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<String>,
    /// Where nobody listed it, and it only says itself what it is: by what it is listed, in words, such as `assembly A 1.0.0.0, file
    /// version 1.2.3.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// For which system and processor it was built, where it tells, in Go's words: `linux/amd64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_for: Option<String>,
}

/// The source package of an installed one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourcePackage {
    /// Name of the source package.
    pub name: String,
    /// Version of the source package; where the database gives none, the version of the installed one.
    pub version: String,
}

impl Package {
    /// Whether it was built from source, and nothing tells which version that was: see [`UNRELEASED`].
    pub fn is_unreleased(&self) -> bool {
        self.version == UNRELEASED
    }

    /// The source package's name, or the package's own where it has no source.
    pub fn source_name(&self) -> &str {
        self.source.as_ref().map_or(&self.name, |source| &source.name)
    }
}
