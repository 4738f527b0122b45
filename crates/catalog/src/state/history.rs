//! Histories: what was so, since when, and until when that was known.
//!
//! The newest operation says what is so now. Operations are sorted by time, and the oldest are forgotten.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::limits;

/// What something was, over the last few changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History<T> {
    /// How many operations are no longer kept.
    forgotten: u64,
    operations: Vec<Operation<T>>,
}

/// A change: from then on it was this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation<T> {
    /// When it changed.
    pub at: DateTime<Utc>,
    /// When it was last seen to be still so.
    pub known_until: DateTime<Utc>,
    /// What it became.
    pub value: T,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { forgotten: 0, operations: Vec::new() }
    }
}

impl<T: Clone + PartialEq> History<T> {
    /// The operations that are kept, oldest first. What one changed from is the value of the one before.
    pub fn operations(&self) -> &[Operation<T>] {
        &self.operations
    }

    /// What is so now.
    pub fn latest(&self) -> Option<&Operation<T>> {
        self.operations.last()
    }

    /// What was so at an instant. `None`: nothing yet, or it is forgotten.
    pub fn as_of(&self, instant: DateTime<Utc>) -> Option<&Operation<T>> {
        self.operations.iter().rev().find(|operation| operation.at <= instant)
    }

    /// How many operations there ever were. Times do not tell two of them apart: a clock may be set back.
    pub fn count(&self) -> u64 {
        self.forgotten + self.operations.len() as u64
    }

    /// Whether older operations are no longer kept.
    pub fn has_forgotten(&self) -> bool {
        self.forgotten > 0
    }

    /// Notes what was seen at an instant. Whether that is a change.
    pub fn record(&mut self, now: DateTime<Utc>, value: T) -> bool {
        match self.operations.last_mut() {
            Some(latest) if latest.value == value => {
                latest.known_until = latest.known_until.max(now);
                false
            }
            latest => {
                // A clock that was set back must not make the past unreadable.
                let at = latest.map_or(now, |latest| latest.at.max(now));
                self.operations.push(Operation { at, known_until: at, value });
                self.forget();
                true
            }
        }
    }

    /// Takes an operation over from elsewhere. It must not be older than the latest one.
    pub(crate) fn adopt(&mut self, operation: &Operation<T>) {
        self.record(operation.at, operation.value.clone());
        if let Some(latest) = self.operations.last_mut() {
            latest.known_until = latest.known_until.max(operation.known_until);
        }
    }

    /// The same without what came before the latest operation.
    pub(crate) fn latest_only(&self) -> Self {
        Self { forgotten: 0, operations: self.latest().cloned().into_iter().collect() }
    }

    fn forget(&mut self) {
        let surplus = self.operations.len().saturating_sub(limits::OPERATIONS);
        self.operations.drain(..surplus);
        self.forgotten += surplus as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(number * 86_400, 0).unwrap()
    }

    #[test]
    fn an_earlier_instant_gives_what_was_so_then() {
        let mut history = History::default();
        assert!(history.record(day(1), "a"));
        assert!(!history.record(day(2), "a"));
        assert!(history.record(day(5), "b"));
        let at =
            |number| history.as_of(day(number)).map(|operation| (operation.value, operation.known_until));
        assert_eq!(at(0), None);
        assert_eq!(at(1), Some(("a", day(2))));
        assert_eq!(at(4), Some(("a", day(2))));
        assert_eq!(at(9), Some(("b", day(5))));
    }

    #[test]
    fn ten_operations_are_kept_and_it_is_known_that_there_were_more() {
        let mut history = History::default();
        for number in 0..12 {
            history.record(day(number), number);
        }
        assert_eq!(history.operations().len(), 10);
        assert!(history.has_forgotten());
        assert!(history.as_of(day(1)).is_none());
        assert_eq!(history.as_of(day(2)).map(|operation| operation.value), Some(2));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_operations_in_order() {
        let mut history = History::default();
        history.record(day(5), "a");
        history.record(day(3), "b");
        assert_eq!(history.as_of(day(5)).map(|operation| operation.value), Some("b"));
        assert!(history.as_of(day(4)).is_none());
    }
}
