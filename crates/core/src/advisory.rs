//! Advisories: what upstream says, and about which versions of which packages.
//!
//! An advisory's text is kept apart from its ranges, because one text is about many packages. Nothing is dropped on
//! the way in: a range that could not be read is kept as [`AffectedRange::Unreadable`] and becomes a blind spot for
//! the images that have the package.

use serde::{Deserialize, Serialize};

use crate::Severity;

/// One upstream statement about one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Advisory {
    /// The identifier under which it is reported, such as `CVE-2022-2097`.
    pub id: String,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// The severity that upstream gives; `Unknown` where it gives none.
    pub severity: Severity,
    /// The word that upstream uses for the severity; empty where it gives none.
    pub severity_word: String,
    /// One or a few sentences.
    pub summary: String,
    /// Where to read more.
    pub links: Vec<String>,
    /// When it was published, RFC 3339, where upstream tells.
    pub published: Option<String>,
}

/// A package that an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Affected {
    /// Ecosystem and release, such as `Alpine:v3.16`.
    pub namespace: String,
    /// Name of the package.
    pub package: String,
    /// Whether it names a source package or an installed one.
    pub names: Names,
    /// What is said about its versions.
    pub range: AffectedRange,
}

/// Which packages a name in an advisory stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Names {
    /// A source package: everything that was built from it. Versions are those of the source.
    Source,
    /// An installed package.
    Binary,
}

/// Which versions are affected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AffectedRange {
    /// All versions from `introduced` (or the first) up to, not including, `fixed`.
    Fixed {
        /// The first affected version; `None` is “from the beginning”.
        introduced: Option<String>,
        /// The first version that is not affected any more.
        fixed: String,
    },
    /// All versions from `introduced` (or the first) on; no fix is known.
    Unfixed {
        /// The first affected version; `None` is “from the beginning”.
        introduced: Option<String>,
    },
    /// No version was ever affected: upstream looked and says so.
    NeverAffected,
    /// Upstream says something about the package that could not be read.
    Unreadable {
        /// What it says, as written.
        text: String,
    },
}

/// One advisory with all packages that it is about: what a feed's parser yields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// The text.
    pub advisory: Advisory,
    /// The packages. Never empty.
    pub affected: Vec<Affected>,
}
