//! Blind spots: what was there and was not judged, and why.
//!
//! This is the value that makes a green report honest. Nothing in Limpid is skipped without one, and every output
//! shows it. The reasons are part of the report contract (`limpid/report/1`).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why something was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There are packages, or an operating system, that belong to no distribution that is known.
    NoDistribution,
    /// The advisory data that is loaded says nothing about this release.
    ReleaseNotCovered,
    /// A feed that would be asked was never loaded.
    FeedNotLoaded,
    /// Nobody has looked for long whether the feed has changed.
    FeedStale,
    /// The feed's newest data looks wrong and waits for a person; older data is in force, or none.
    FeedQuarantined,
    /// The release is past its end of life: its data has stood still since.
    EndOfLife,
    /// A package database is missing, unreadable, cut off, or of a kind that nobody reads yet.
    DatabaseUnreadable,
    /// A version follows no rule of its ecosystem, so it cannot be compared.
    VersionUnparsable,
    /// Something was larger, deeper or slower to read than the limits allow.
    OverBudget,
    /// A layer, or a part of one, is of a kind that cannot be read.
    LayerUnsupported,
    /// A detector failed by a fault of its own.
    DetectorFailed,
    /// The package comes from somewhere that the distribution's data does not speak about.
    ThirdParty,
    /// Executables that no package owns and nothing identifies, or whose version nobody knows and no advisory names.
    UnidentifiedExecutables,
    /// Nothing in the image was recognised at all.
    NothingRecognised,
}

impl Reason {
    /// Every reason, in the order of the contract.
    pub const ALL: [Self; 14] = [
        Self::NoDistribution,
        Self::ReleaseNotCovered,
        Self::FeedNotLoaded,
        Self::FeedStale,
        Self::FeedQuarantined,
        Self::EndOfLife,
        Self::DatabaseUnreadable,
        Self::VersionUnparsable,
        Self::OverBudget,
        Self::LayerUnsupported,
        Self::DetectorFailed,
        Self::ThirdParty,
        Self::UnidentifiedExecutables,
        Self::NothingRecognised,
    ];

    /// The word in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoDistribution => "no-distribution",
            Self::ReleaseNotCovered => "release-not-covered",
            Self::FeedNotLoaded => "feed-not-loaded",
            Self::FeedStale => "feed-stale",
            Self::FeedQuarantined => "feed-quarantined",
            Self::EndOfLife => "end-of-life",
            Self::DatabaseUnreadable => "database-unreadable",
            Self::VersionUnparsable => "version-unparsable",
            Self::OverBudget => "over-budget",
            Self::LayerUnsupported => "layer-unsupported",
            Self::DetectorFailed => "detector-failed",
            Self::ThirdParty => "third-party",
            Self::UnidentifiedExecutables => "unidentified-executables",
            Self::NothingRecognised => "nothing-recognised",
        }
    }

    /// Whether it makes a report without findings unproven, unless it is waived.
    pub fn counts(self) -> bool {
        self != Self::UnidentifiedExecutables
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A word that is no reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a reason of a blind spot; the reasons are: {list}", list = Reason::ALL.map(Reason::as_str).join(", "))]
pub struct InvalidReason(String);

impl FromStr for Reason {
    type Err = InvalidReason;

    fn from_str(text: &str) -> Result<Self, InvalidReason> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or_else(|| InvalidReason(text.to_owned()))
    }
}

/// Something that was present and was not judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlindSpot {
    /// Why it was not judged.
    pub reason: Reason,
    /// What it is: a path, a feed, a package, a layer digest or a release.
    pub subject: String,
    /// A sentence for people: what happened and, where there is one, the way out.
    pub detail: String,
    /// How many packages are not judged, or not wholly judged, because of it. 0 where none is known.
    pub packages: u64,
    /// Whether it makes a report without findings unproven.
    pub counts: bool,
    /// Whether it was waived, by name (`--accept`) or because a baseline has it; then it no longer counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
    /// Whether the baseline has it, and waived it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
}

impl BlindSpot {
    /// A blind spot about no particular number of packages.
    pub fn new(reason: Reason, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            reason,
            subject: subject.into(),
            detail: detail.into(),
            packages: 0,
            counts: reason.counts(),
            waived: false,
            known: false,
        }
    }

    /// The same, about so many packages.
    pub fn with_packages(self, packages: usize) -> Self {
        Self { packages: packages as u64, ..self }
    }
}
