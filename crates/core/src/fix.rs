//! Since when a fix is known, and by whose word. The day of a vulnerability is never taken for that of its fix.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Advisory, advisory::Dated, matching::Statement, report::Finding, words::counted};

/// The subject of facts about when a fixed version was published, where other documents tell it than those with the ranges: the
/// key is [`key`], the value a day.
pub(crate) const FIXED_ON: &str = "fixed on";

/// The key of a fact of [`FIXED_ON`].
pub(crate) fn key(namespace: &str, package: &str, version: &str) -> String {
    format!("{namespace} {package} {version}")
}

/// Since when the fix of a finding is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FixKnown {
    /// The day.
    pub since: NaiveDate,
    /// What was published on that day.
    pub by: FixWord,
    /// The feed that says so.
    pub feed: String,
}

/// What was published on the day since which a fix is known. The better word first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixWord {
    /// The fix itself.
    Fix,
    /// The advisory that names it.
    Advisory,
}

/// What is said of a fix of which nobody says the day.
pub const UNDATED: &str = "nobody says since when the fix is known";

/// How long the fix of a finding is known on a day, for people; `None` where it has no fix.
pub fn age_in_words(finding: &Finding, as_of: NaiveDate) -> Option<String> {
    finding.fixed_in.as_ref()?;
    let Some(known) = &finding.fix_known else {
        return Some(UNDATED.to_owned());
    };
    let told = known.in_words();
    Some(match known.age(as_of) {
        Some(age) => format!("fix {told}, {} before", counted(age, "day")),
        None => format!("fix {told}, which is after the day of the report"),
    })
}

impl FixWord {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Advisory => "advisory",
        }
    }
}

impl FixKnown {
    /// What a statement with a fix says of its day; `None` where it says nothing.
    pub fn of(statement: &Statement) -> Option<Self> {
        let told = |since, by| Self { since, by, feed: statement.feed.clone() };
        let own = statement.affected.stance.fixed_on.map(|day| told(day, FixWord::Fix));
        own.or_else(|| {
            let by = match statement.advisory.dated {
                Dated::Vulnerability => return None,
                Dated::Advisory => FixWord::Advisory,
                Dated::Fix => FixWord::Fix,
            };
            Some(told(statement.advisory.day()?, by))
        })
    }

    /// For how many days it was known on a day; `None` where its own day lies behind that one, so that nobody can rely on it.
    pub fn age(&self, as_of: NaiveDate) -> Option<u64> {
        u64::try_from((as_of - self.since).num_days()).ok()
    }

    /// Such as `published on 2024-01-02`.
    pub fn in_words(&self) -> String {
        match self.by {
            FixWord::Fix => format!("published on {}", self.since),
            FixWord::Advisory => format!("told by an advisory of {}", self.since),
        }
    }
}

impl Advisory {
    /// The day on which it was published, where upstream tells.
    pub fn day(&self) -> Option<NaiveDate> {
        self.published.as_deref().and_then(day)
    }
}

/// The day of an instant of RFC 3339, where it is one.
pub(crate) fn day(instant: &str) -> Option<NaiveDate> {
    instant.trim().get(..10)?.parse().ok()
}
