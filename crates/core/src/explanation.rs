//! Why a vulnerability is, or is not, reported for an image: `limpid/explanation/1`.
//!
//! For a finding the chain from the layer to the feed; for an absence which of a few things it is. It says nothing that the
//! report does not: what is a finding, and what was not judged, is taken from there. An absence that nothing proves is
//! never told as one that is proven.

mod build;
mod known;
mod sentence;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::known::Known;
use crate::{
    BlindSpot, Digest, Distribution, ImageFacts, Severity,
    enrichment::Exploitation,
    fix::{FixKnown, UNDATED},
    report::{Observed, Proof, Status, Suppression},
};

/// The name and version of this format.
pub const SCHEMA: &str = "limpid/explanation/1";

/// Why a vulnerability is, or is not, reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The identifier that was asked for.
    pub asked: String,
    /// It, and the others under which the same vulnerability is known.
    pub identifiers: BTreeSet<String>,
    /// The image.
    pub image: ImageFacts,
    /// The distributions of the image.
    pub distributions: Vec<Distribution>,
    /// In a word.
    pub answer: Answer,
    /// In a few sentences.
    pub explanation: String,
    /// What the report rests on.
    pub proof: Proof,
    /// When it was looked at.
    pub observed: Observed,
    /// The packages of the image that the vulnerability is, or could be, in.
    pub packages: Vec<Concerned>,
    /// What the loaded feeds say of it, whatever they say it of.
    pub advisories: Vec<KnownAdvisory>,
    /// What is known of its being exploited, whatever it is in.
    #[serde(default)]
    pub exploitation: Exploitation,
    /// What was not judged and could hide it.
    pub blind_spots: Vec<BlindSpot>,
}

/// What is true of a vulnerability and an image, or a package of it. In the order in which one outweighs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A finding stands.
    Affected,
    /// There is a finding that a decision took out of the verdict.
    Suppressed,
    /// Nothing was found, and something was not judged in which it could be.
    NotJudged,
    /// The package has the fix.
    Fixed,
    /// The package is there, and somebody says that it, or its version, is not affected.
    NotAffected,
    /// The package is there, and the data that it is judged by says nothing of the vulnerability.
    NotListed,
    /// No package that the vulnerability is known to be in is there.
    PackageAbsent,
    /// Nobody whose data is loaded knows the vulnerability.
    UnknownAdvisory,
}

/// A package of the image that the vulnerability is, or could be, in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// What is true of it.
    pub answer: Answer,
    /// Why: the comparison that decided, or the decision's reason.
    pub why: String,
    /// Who says so: a feed, or a decision; left out where nobody does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// The package.
    pub package: ExplainedPackage,
    /// How bad it is; left out where it is no finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The first version that is not affected, where it is a finding and one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// Since when that is known; left out where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_known: Option<FixKnown>,
    /// Whether a fix is there; left out where it is no finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Who took the finding out of the verdict, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppression>,
    /// What the feeds say to it.
    pub statements: Vec<ExplainedStatement>,
}

/// A package, from the layer up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExplainedPackage {
    /// The layer that introduced it; `None` where that is not known.
    pub layer: Option<Digest>,
    /// Which one of the image's it is, counted from 1, the lowest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_number: Option<usize>,
    /// The file or database that it was found in.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its type, as in its package URL.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its package URL.
    pub purl: String,
    /// The source package that it was built from, and its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<(String, String)>,
    /// What it is judged under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// What one feed says of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedStatement {
    /// The advisory.
    pub advisory: String,
    /// When it was published, where upstream tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Since when a fix that it names is known; left out where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_known: Option<FixKnown>,
    /// The namespace that it is said under.
    pub namespace: String,
    /// The package that it names.
    pub package: String,
    /// Whether that is a `source` or a `binary`.
    pub names: String,
    /// Which versions are affected, in words.
    pub range: String,
    /// What comes of it.
    pub answer: Answer,
    /// The comparison.
    pub why: String,
    /// The feed.
    pub feed: String,
    /// The feed's data; left out where the report did not ask that feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<Digest>,
    /// The date that upstream gives that data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_date: Option<String>,
}

/// An advisory of a feed about the vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAdvisory {
    /// The feed.
    pub feed: String,
    /// Its identifier.
    pub id: String,
    /// Other identifiers.
    pub aliases: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// A sentence about it; left out where the feed has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// When it was published, where upstream tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// What it speaks about.
    pub namespaces: BTreeSet<String>,
    /// The packages that it names.
    pub packages: BTreeSet<String>,
}

impl Concerned {
    /// Since when its fix is known, in words; `None` where it is no finding with a fix.
    pub fn fix_in_words(&self) -> Option<String> {
        self.fixed_in.as_ref()?;
        Some(self.fix_known.as_ref().map_or(UNDATED.to_owned(), FixKnown::in_words))
    }
}

impl Answer {
    /// The word in explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Suppressed => "suppressed",
            Self::NotJudged => "not-judged",
            Self::Fixed => "fixed",
            Self::NotAffected => "not-affected",
            Self::NotListed => "not-listed",
            Self::PackageAbsent => "package-absent",
            Self::UnknownAdvisory => "unknown-advisory",
        }
    }

    /// Whether it says something that is proven. What nobody knows of, nobody has looked for.
    pub fn is_proven(self) -> bool {
        !matches!(self, Self::NotJudged | Self::UnknownAdvisory)
    }
}

impl Concerned {
    /// What is to be told of what the feeds say. Of a finding the statements that affect it: beside them the others say nothing.
    pub fn decisive(&self) -> Vec<&ExplainedStatement> {
        let affecting: Vec<&ExplainedStatement> =
            self.statements.iter().filter(|one| one.answer == Answer::Affected).collect();
        if affecting.is_empty() { self.statements.iter().collect() } else { affecting }
    }

    /// What comes of the statements, where they do not say it themselves: why, and who says so, if anybody does.
    pub fn conclusion(&self) -> Option<(&str, Option<&str>)> {
        let is_said = self.statements.len() == 1 && self.suppressed.is_none();
        let is_told = !is_said && self.answer != Answer::Affected;
        is_told.then(|| (&*self.why, Some(&*self.by).filter(|by| !by.is_empty())))
    }

    /// The source package and its version, where it is not what the package is called itself.
    pub fn foreign_source(&self) -> Option<&(String, String)> {
        let package = &self.package;
        let source = package.source.as_ref();
        source.filter(|(name, version)| *name != package.name || *version != package.version)
    }
}

impl Explanation {
    /// The other identifiers under which the same vulnerability is known.
    pub fn aliases(&self) -> Vec<&String> {
        self.identifiers.iter().filter(|id| !id.eq_ignore_ascii_case(&self.asked)).collect()
    }

    /// A sentence about the vulnerability; of the first feed that has one.
    pub fn summary(&self) -> Option<&str> {
        self.advisories.iter().map(|one| &*one.summary).find(|summary| !summary.is_empty())
    }

    /// The day as of which it holds.
    pub fn as_of(&self) -> NaiveDate {
        self.proof.as_of
    }
}
