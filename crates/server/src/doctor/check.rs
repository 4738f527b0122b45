//! One thing that was looked at.

use serde::Serialize;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Fine,
    /// Works, and is probably not what is wanted.
    Note,
    /// Does not work.
    Wrong,
    /// Could not be judged.
    Unknown,
    /// Was not looked at, because nobody should be asked.
    Skipped,
}

impl State {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Note => "note",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about: `database`, `feeds`, `registry credentials`.
    pub subject: String,
    /// What came of it.
    pub state: State,
    /// What was found.
    pub says: String,
    /// What can be done; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

impl Check {
    fn new(subject: impl Into<String>, state: State, says: impl Into<String>) -> Self {
        Self { subject: subject.into(), state, says: says.into(), remedy: String::new() }
    }

    /// As it should be.
    pub fn fine(subject: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(subject, State::Fine, says)
    }

    /// Works, and wants a look.
    pub fn note(subject: impl Into<String>, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..Self::new(subject, State::Note, says) }
    }

    /// Does not work.
    pub fn wrong(subject: impl Into<String>, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..Self::new(subject, State::Wrong, says) }
    }

    /// Could not be judged.
    pub fn unknown(subject: impl Into<String>, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..Self::new(subject, State::Unknown, says) }
    }

    /// Was not looked at.
    pub fn skipped(subject: impl Into<String>) -> Self {
        Self::new(subject, State::Skipped, "not asked, because of --offline")
    }
}
