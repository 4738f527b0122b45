//! Enrichment: what is known of a vulnerability, whatever it is in. It orders findings and trips gates that ask for it, and
//! judges nothing: where it is missing, no report is the less proven.
//!
//! It travels as facts ([`Record::fact`]) under a subject, with the CVE as key, so it is guarded, dated, exported and part of
//! the catalog's digest like advisories.

mod share;

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::share::{InvalidShare, Share};
use crate::{
    advisory::Record,
    cvss::{Cvss, Vector},
    report::Finding,
};

/// The first part of the names of the feeds.
pub const FEEDS: &str = "enrichment";

/// The first part of the names of NVD's feeds, which are loaded on request: `nvd/2024`.
pub const NVD: &str = "nvd";

/// The first year of NVD's feeds; it has the CVEs of earlier years too.
pub const FIRST_YEAR: u16 = 2002;

/// A kind of enrichment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// CISA's catalog of vulnerabilities that are known to be exploited.
    Kev,
    /// FIRST's Exploit Prediction Scoring System.
    Epss,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Kev, Self::Epss];

    /// The subject of its facts: stands where advisories have a namespace.
    pub fn subject(self) -> &'static str {
        match self {
            Self::Kev => "known exploited",
            Self::Epss => "exploit prediction",
        }
    }

    /// Its feed.
    pub fn feed(self) -> &'static str {
        match self {
            Self::Kev => "enrichment/kev",
            Self::Epss => "enrichment/epss",
        }
    }

    /// How people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kev => "KEV",
            Self::Epss => "EPSS",
        }
    }
}

/// Whether a feed, given by name, enriches and has no advisories.
pub fn is_feed(name: &str) -> bool {
    name.split('/').next().is_some_and(|first| [FEEDS, NVD].contains(&first))
}

/// A vulnerability that is known to be exploited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kev {
    /// Since when it is in the catalog.
    pub added: NaiveDate,
    /// Until when agencies of the United States have to act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Whether campaigns of ransomware are known to use it; left out where none is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ransomware: bool,
}

/// How likely a vulnerability is to be exploited within thirty days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epss {
    /// The probability.
    pub score: Share,
    /// The share of all vulnerabilities whose probability is no higher.
    pub percentile: Share,
    /// The day for which it was computed.
    pub date: NaiveDate,
}

/// The subject of NVD's scores of a year of CVEs.
pub fn nvd_subject(year: u16) -> String {
    format!("scores of {year}")
}

/// Where in NVD's feeds a CVE is: the year of its feed.
pub(crate) fn nvd_year(cve: &str) -> Option<u16> {
    let year: u16 = cve.get(4..)?.split('-').next()?.parse().ok()?;
    Some(year.max(FIRST_YEAR))
}

/// Which of several scores NVD itself goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// This one.
    Primary,
    /// Another's, beside it.
    Secondary,
}

/// A score of a vulnerability, as NVD has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NvdScore {
    /// Whether NVD goes by it.
    pub rank: Rank,
    /// Who gives it: `nvd@nist.gov` is NVD itself.
    pub source: String,
    /// A vector of CVSS.
    pub vector: String,
}

/// NVD itself, among sources of its scores, and as the source of a vector.
const NVD_ITSELF: &str = "nvd@nist.gov";
const NVD_NAME: &str = "NVD";

impl NvdScore {
    /// The fact that a CVE has this score.
    pub fn fact(&self, subject: &str, cve: &str) -> Record {
        let rank = match self.rank {
            Rank::Primary => "Primary",
            Rank::Secondary => "Secondary",
        };
        Record::fact(subject, cve, format!("{rank} {} {}", self.source, self.vector))
    }

    /// What a fact says.
    pub(crate) fn of_fact(value: &str) -> Option<Self> {
        let mut parts = value.splitn(3, ' ');
        let rank = match parts.next()? {
            "Primary" => Rank::Primary,
            "Secondary" => Rank::Secondary,
            _ => return None,
        };
        let score = Self { rank, source: parts.next()?.to_owned(), vector: parts.next()?.to_owned() };
        score.scored().is_some().then_some(score)
    }

    /// The vector with its score; `None` where it is none.
    pub fn scored(&self) -> Option<Cvss> {
        self.named().scored()
    }

    /// The vector, with NVD as its source, and who gave it to NVD where that is another.
    pub(crate) fn named(&self) -> Vector {
        let source = match (self.rank, self.source.as_str()) {
            (Rank::Primary, NVD_ITSELF) => NVD_NAME.to_owned(),
            (Rank::Primary, other) => format!("{NVD_NAME} (primary, {other})"),
            (Rank::Secondary, other) => format!("{NVD_NAME} (secondary, {other})"),
        };
        Vector { source, vector: self.vector.clone() }
    }
}

/// Whether the source of a vector is NVD, and it is the one that NVD goes by.
pub(crate) fn is_primary_of_nvd(source: &str) -> bool {
    source == NVD_NAME || source.strip_prefix(NVD_NAME).is_some_and(|rest| rest.starts_with(" (primary, "))
}

/// What is known of one finding's vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Enrichment {
    /// Whether it is known to be exploited.
    pub kev: Option<Kev>,
    /// How likely it is to be.
    pub epss: Option<Epss>,
}

/// What is known of one vulnerability, with the feeds that were asked: what a feed does not know is another thing than what no
/// feed was asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploitation {
    /// Whether it is known to be exploited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<Kev>,
    /// How likely it is to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<Epss>,
    /// The feeds that are loaded.
    pub feeds: BTreeSet<String>,
    /// Why what a feed knows may not be all that there is, by its name; left out where nothing is doubted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub doubts: BTreeMap<String, String>,
}

impl Exploitation {
    /// Whether data of this kind is loaded.
    pub fn has(&self, kind: Kind) -> bool {
        self.feeds.contains(kind.feed())
    }

    /// What is known, in a few phrases; none where no data is loaded.
    pub fn in_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(kev) = &self.kev {
            let ransomware = if kev.ransomware { ", also for ransomware" } else { "" };
            words.push(format!("known to be exploited since {} (KEV){ransomware}", kev.added));
        } else if self.has(Kind::Kev) {
            words.push("not known to be exploited (KEV)".to_owned());
        }
        if let Some(epss) = &self.epss {
            words.push(format!("{} likely within thirty days (EPSS of {})", percent(epss.score), epss.date));
        } else if self.has(Kind::Epss) {
            words.push("not scored by EPSS".to_owned());
        }
        words.extend(self.doubts.iter().map(|(feed, why)| format!("{feed} is in doubt: {why}")));
        words
    }
}

/// Such as `97.6 %`.
pub fn percent(share: Share) -> String {
    let percent = share.number() * 100.0;
    if percent < 0.1 { "<0.1 %".to_owned() } else { format!("{percent:.1} %") }
}

impl Kev {
    /// The fact that a CVE is known to be exploited.
    ///
    /// # Errors
    /// None that can happen: days are text.
    pub fn fact(&self, cve: &str) -> Result<Record, serde_json::Error> {
        Ok(Record::fact(Kind::Kev.subject(), cve, serde_json::to_string(self)?))
    }

    /// What a fact says.
    pub(crate) fn of_fact(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }
}

impl Epss {
    /// The fact that a CVE has been scored. The day is that of the whole feed, so that equal scores are kept once.
    pub fn fact(cve: &str, score: Share, percentile: Share) -> Record {
        Record::fact(Kind::Epss.subject(), cve, format!("{score} {percentile}"))
    }

    /// What a fact says, of a feed of that day.
    pub(crate) fn of_fact(value: &str, date: NaiveDate) -> Option<Self> {
        let (score, percentile) = value.split_once(' ')?;
        Some(Self { score: score.parse().ok()?, percentile: percentile.parse().ok()?, date })
    }
}

/// The order of risk: known to be exploited, then the worse severity, then the higher probability of exploitation, then what has
/// a fix, then by package, identifier and feed. Total: equal are only findings that are one and the same.
pub fn by_risk(a: &Finding, b: &Finding) -> Ordering {
    let score = |one: &Finding| one.epss.as_ref().map(|epss| epss.score);
    b.kev
        .is_some()
        .cmp(&a.kev.is_some())
        .then_with(|| b.severity.cmp(&a.severity))
        .then_with(|| score(b).cmp(&score(a)))
        .then_with(|| b.fixed_in.is_some().cmp(&a.fixed_in.is_some()))
        .then_with(|| a.package.cmp(&b.package))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.feed.cmp(&b.feed))
}

#[cfg(test)]
mod tests;
