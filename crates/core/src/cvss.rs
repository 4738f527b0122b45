//! CVSS: vectors as upstream gives them with whose they are, and what they score.
//!
//! A vector is kept as it was written, and scored when a report is made. What cannot be scored is no vector, and is not kept: a
//! score that lacks a metric would say less than it seems to.
//!
//! Source: FIRST's specifications of the versions 2.0, 3.0, 3.1 and 4.0.

use std::{cmp::Reverse, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Severity;

/// Vectors that are kept of one advisory: one for each version, and a few more where products differ.
const MOST_VECTORS: usize = 8;

/// A vector, and who gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Vector {
    /// Who: the vendor (`Red Hat`), or the database (`GHSA`).
    pub source: String,
    /// As written, such as `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`.
    pub vector: String,
}

/// A vector with its score.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cvss {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// As upstream writes it.
    pub vector: String,
    /// From 0 to 10: of version 4 the score of all metrics that the vector has, of the others the base score.
    pub score: Score,
    /// Who gives it.
    pub source: String,
}

/// From 0 to 10, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    fn new(number: f64) -> Option<Self> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
        let tenths = || Self((number * 10.0).round() as u8);
        (0.0..=10.0).contains(&number).then(tenths)
    }

    /// The number.
    pub fn number(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{:.1}", self.number()))
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.number())
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| de::Error::custom(format!("{number} is not from 0 to 10")))
    }
}

impl Vector {
    /// The vector with its score; `None` where it is none.
    pub fn scored(&self) -> Option<Cvss> {
        let read = read(&self.vector)?;
        Some(Cvss {
            version: version(&read)?.to_owned(),
            vector: self.vector.clone(),
            score: Score::new(read.score())?,
            source: self.source.clone(),
        })
    }
}

impl Cvss {
    /// The word for the score, by the specification of the vector's version; of version 2, which has none, by NVD's.
    pub fn severity(&self) -> Option<Severity> {
        read(&self.vector).map(|read| word(&read))
    }

    /// Whether it is of version 3, which is all that many readers know.
    pub fn is_of_version_3(&self) -> bool {
        self.version.starts_with("3.")
    }
}

/// The vectors among some texts, the newest version first, each once.
pub(crate) fn vectors<'a>(source: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<Vector> {
    let texts = texts.into_iter().map(|text| text.trim().trim_matches(['(', ')']));
    let mut found: Vec<(&'static str, &str)> =
        texts.filter_map(|text| Some((version(&read(text)?)?, text))).collect();
    found.sort_by_key(|(version, text)| (Reverse(*version), *text));
    found.dedup();
    let vector = |(_, text): (_, &str)| Vector { source: source.to_owned(), vector: text.to_owned() };
    found.into_iter().take(MOST_VECTORS).map(vector).collect()
}

/// The word for a vector's score; `None` where it is no vector, or lacks a part that a score needs: that would be scored as if
/// nothing were lost.
pub(crate) fn base_severity(vector: &str) -> Option<Severity> {
    read(vector.trim()).map(|read| word(&read))
}

/// The word in capitals, as NVD's records have it: `NONE` for what is 0.
pub(crate) fn upper_case(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown | Severity::Negligible => "NONE",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn read(vector: &str) -> Option<::cvss::Cvss> {
    if is_complete(vector) { vector.parse().ok() } else { None }
}

/// `None`: one that is newer than this.
fn version(read: &::cvss::Cvss) -> Option<&'static str> {
    Some(match read {
        ::cvss::Cvss::CvssV20(_) => "2.0",
        ::cvss::Cvss::CvssV30(_) => "3.0",
        ::cvss::Cvss::CvssV31(_) => "3.1",
        ::cvss::Cvss::CvssV40(_) => "4.0",
        _ => return None,
    })
}

fn word(read: &::cvss::Cvss) -> Severity {
    match read.severity() {
        ::cvss::Severity::None => Severity::Negligible,
        ::cvss::Severity::Low => Severity::Low,
        ::cvss::Severity::Medium => Severity::Medium,
        ::cvss::Severity::High => Severity::High,
        ::cvss::Severity::Critical => Severity::Critical,
    }
}

/// Whether a vector has every metric of its version's base group.
fn is_complete(vector: &str) -> bool {
    let needed: &[&str] = match vector.split('/').next() {
        Some("CVSS:4.0") => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
        Some(version) if version.starts_with("CVSS:") => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
        Some(_) | None => &["AV", "AC", "Au", "C", "I", "A"],
    };
    let has = |metric: &str| {
        vector.split('/').any(|part| part.split_once(':').is_some_and(|(name, _)| name == metric))
    };
    needed.iter().all(|metric| has(metric))
}

#[cfg(test)]
mod tests;
