//! The names of kinds and states, in rows and for people.

use super::{JobKind, JobState};
use crate::StoreError;

impl JobKind {
    /// All there are.
    pub const ALL: [Self; 9] = [
        Self::Index,
        Self::Reindex,
        Self::Update,
        Self::MatchChanges,
        Self::Deliver,
        Self::Summarize,
        Self::Tell,
        Self::CollectGarbage,
        Self::HarborScan,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Reindex => "reindex",
            Self::Update => "update",
            Self::MatchChanges => "match-changes",
            Self::Deliver => "deliver",
            Self::Summarize => "summarize",
            Self::Tell => "tell",
            Self::CollectGarbage => "collect-garbage",
            Self::HarborScan => "harbor-scan",
        }
    }

    pub(super) fn of(name: &str) -> Result<Self, StoreError> {
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| StoreError::Damaged(format!("the kind {name:?} of a job")))
    }
}

impl JobState {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(super) fn of(name: &str) -> Result<Self, StoreError> {
        let state = Self::ALL.into_iter().find(|state| state.name() == name);
        state.ok_or_else(|| StoreError::Damaged(format!("the state {name:?} of a job")))
    }
}
