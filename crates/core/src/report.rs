//! The vulnerability report, `limpid/report/1`: the contract with everybody who reads Limpid's JSON.
//!
//! Everything but [`Report::observed`] is a function of the image, the index state, the catalog, the policy and one
//! day, whose digests stand in [`Proof`]: equal inputs give equal bytes.

mod base;
mod build;
mod decide;
mod enrichment;
mod sentence;
mod targets;
mod upgrades;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::{
    base::{Base, Origin},
    build::build,
    targets::AffectedTarget,
    upgrades::{PlannedUpgrade, Upgrade, upgrade_commands},
};
use crate::{
    BlindSpot, Digest, Distribution, ImageFacts, Severity, Verdict,
    advisory::is_cve,
    cvss::Cvss,
    enrichment::{Epss, Kev},
    fix::FixKnown,
    matching::Counts,
};

/// The name and version of this format.
pub const SCHEMA: &str = "limpid/report/1";

/// A vulnerability report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The image.
    pub image: ImageFacts,
    /// The report in one word.
    pub verdict: Verdict,
    /// The inputs that the report is a function of.
    pub proof: Proof,
    /// When things were looked at: the one part that two runs may differ in.
    pub observed: Observed,
    /// The distributions of the image.
    pub distributions: Vec<Distribution>,
    /// The feeds that were asked, by name.
    pub feeds: Vec<ReportFeed>,
    /// What was not judged.
    pub blind_spots: Vec<BlindSpot>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What became of decisions to ignore findings; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// What became of the image since an earlier report; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What the image was built on; left out where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// What to upgrade: the worst first, then what fixes most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upgrades: Vec<PlannedUpgrade>,
    /// Counts.
    pub summary: Summary,
}

/// Digests of the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// All that detects.
    pub index_state: Digest,
    /// The advisory data as a whole.
    pub catalog: Digest,
    /// Decisions, and the code that judges.
    pub policy: Digest,
    /// The day as of which feeds were classed as fresh or stale, and releases as alive or ended.
    pub as_of: NaiveDate,
    /// The feeds that were classed as stale.
    pub stale: Vec<String>,
}

/// When things were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// When the report was made.
    pub generated_at: DateTime<Utc>,
    /// Each asked feed's instants.
    pub feeds: BTreeMap<String, ObservedFeed>,
}

/// When a feed was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedFeed {
    /// When its data changed last.
    pub changed_at: DateTime<Utc>,
    /// When upstream was last seen to have just this data.
    pub checked_at: DateTime<Utc>,
}

/// A feed that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFeed {
    /// Its name.
    pub name: String,
    /// The segment that was in force.
    pub segment: Digest,
    /// The date that upstream gives the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_date: Option<String>,
    /// How many records it has about the releases in question.
    pub records: u64,
    /// Of data that enriches: why it may not be all that there is; left out where it is not doubted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
}

/// A package that is affected by an advisory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The advisory's identifier.
    pub id: String,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// How bad it is; `Unknown` where the feed does not say.
    pub severity: Severity,
    /// What it scores, by whom: the vendor's first, of each the newest version first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cvss: Vec<Cvss>,
    /// Whether it is known to be exploited, by CISA's catalog; left out where that does not say so, or is not loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<Kev>,
    /// How likely it is to be exploited, by FIRST; left out where that has no score, or is not loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<Epss>,
    /// A sentence about it; left out where the feed has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// The package.
    pub package: FindingPackage,
    /// The first version that is not affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// Since when that is known; left out where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_known: Option<FixKnown>,
    /// Whether a fix is there.
    pub status: Status,
    /// What the vendor says about it in its own words, such as `postponed`; left out where it says nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vendor_status: String,
    /// Who decided on another severity than the feed's; left out where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated: Option<Rated>,
    /// Who brought the package, where the base of the image is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The feed that says so.
    pub feed: String,
    /// The comparison that decided.
    pub why: String,
    /// Who took it out of the verdict, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppression>,
}

impl Finding {
    /// Whether what is said of the vulnerabilities with these names is said of all that the finding is about: of itself, or of
    /// the same under another name. One CVE never stands for another, and of an advisory that is about several all must be named.
    pub fn is_covered_by(&self, is_named: impl Fn(&str) -> bool) -> bool {
        let (cves, others): (Vec<&String>, Vec<&String>) = self.aliases.iter().partition(|id| is_cve(id));
        let are_all = !is_cve(&self.id) && !cves.is_empty() && cves.into_iter().all(|id| is_named(id));
        is_named(&self.id) || others.into_iter().any(|id| is_named(id)) || are_all
    }
}

/// The package of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FindingPackage {
    /// Name of the installed package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its type, as in its package URL.
    #[serde(rename = "type")]
    pub kind: String,
    /// Package URL.
    pub purl: String,
    /// Name of its source package, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The database or file that it was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The layer that introduced it.
    pub layer: Option<Digest>,
}

/// Whether there is a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A fixed version is there: upgrade.
    Fixed,
    /// Affected, and no fix is known.
    Affected,
    /// No fix is known, and the vendor has not found out yet whether the package is affected.
    UnderInvestigation,
    /// The vendor puts a fix off.
    FixDeferred,
    /// The vendor will not fix it.
    WillNotFix,
    /// The release, or the package in it, gets no fixes any more.
    EndOfLife,
}

impl Status {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Affected => "affected",
            Self::UnderInvestigation => "under-investigation",
            Self::FixDeferred => "fix-deferred",
            Self::WillNotFix => "will-not-fix",
            Self::EndOfLife => "end-of-life",
        }
    }
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The decision.
    pub by: String,
    /// Its reason.
    pub reason: String,
}

/// Why a finding has another severity than its feed says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// The feed's.
    pub from: Severity,
    /// The decision.
    pub by: String,
    /// Its reason.
    pub reason: String,
}

/// A decision about findings, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What it is about, as in [`Suppression::by`].
    pub by: String,
    /// Why it was made.
    pub reason: String,
    /// Who made it; left out where nobody is named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// What became of it.
    pub state: DecisionState,
    /// How many findings it is about.
    pub findings: u64,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionState {
    /// It suppresses findings.
    Applied,
    /// It would, and does not hold any more: they stand.
    Expired,
    /// There is nothing that it is about.
    Unused,
}

impl DecisionState {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Expired => "expired",
            Self::Unused => "unused",
        }
    }
}

/// What became of an image since an earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// How the image of the earlier report was named.
    pub reference: String,
    /// Its digest.
    pub digest: Digest,
    /// The day of the earlier report.
    pub as_of: NaiveDate,
    /// Whether the image is the same.
    pub image: SinceInput,
    /// Whether all that detects packages is the same.
    pub index_state: SinceInput,
    /// Whether the advisory data is the same.
    pub advisory_data: SinceInput,
    /// The findings that are new, by the input that brought them.
    pub new: BTreeMap<String, u64>,
    /// How many findings stood then too.
    pub known: u64,
    /// How many findings stood then and are none any more.
    pub gone: u64,
    /// In a sentence.
    pub explanation: String,
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinceInput {
    /// It is the same.
    Same,
    /// It is another.
    Differs,
    /// What is known leaves it open.
    Unknown,
}

impl SinceInput {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Unknown => "unknown",
        }
    }
}

/// Counts of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Packages in the image.
    pub packages: u64,
    /// Packages that were compared with all that the loaded feeds say.
    pub judged: u64,
    /// Both by what the packages are judged under, such as `Alpine:v3.16` or `PyPI`; `unknown` for those of which nobody
    /// knows it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ecosystems: BTreeMap<String, Counts>,
    /// Findings that stand, by severity. All six are there.
    pub findings: BTreeMap<Severity, u64>,
    /// Findings that stand and have a fix.
    pub fixable: u64,
}

impl Report {
    /// The findings that stand: not suppressed.
    pub fn standing(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }
}
