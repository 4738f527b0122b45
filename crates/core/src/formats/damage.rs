//! What could not be read of a file, counted by kind, so that a file full of faults says so in a few lines.

use std::fmt::Display;

use crate::{BlindSpot, FilePath, Reason};

/// Faults of one file. Each kind becomes one blind spot.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    reason: Reason,
    what: &'static str,
    count: usize,
    first: String,
}

impl Damage {
    /// Notes a fault: what it is, in the plural, and where.
    pub(crate) fn note(&mut self, what: &'static str, place: impl Display) {
        self.add(Reason::DatabaseUnreadable, what, place);
    }

    /// Notes that a limit was reached.
    pub(crate) fn over_budget(&mut self, what: &'static str, place: impl Display) {
        self.add(Reason::OverBudget, what, place);
    }

    fn add(&mut self, reason: Reason, what: &'static str, place: impl Display) {
        match self.kinds.iter_mut().find(|kind| kind.what == what) {
            Some(kind) => kind.count += 1,
            None => self.kinds.push(Kind { reason, what, count: 1, first: place.to_string() }),
        }
    }

    /// Adds what was noted elsewhere.
    pub(crate) fn append(&mut self, other: Self) {
        for kind in other.kinds {
            match self.kinds.iter_mut().find(|known| known.what == kind.what) {
                Some(known) => known.count += kind.count,
                None => self.kinds.push(kind),
            }
        }
    }

    /// The blind spots about the file at this path.
    pub(crate) fn into_blind_spots(self, path: &FilePath) -> Vec<BlindSpot> {
        let spot = |kind: Kind| {
            let Kind { reason, what, count, first } = kind;
            let detail = match (count, first.is_empty()) {
                (_, true) => what.to_owned(),
                (1, false) => format!("{what}: {first}"),
                (_, false) => format!("{what}: {count}; the first: {first}"),
            };
            BlindSpot::new(reason, path.to_string(), detail)
        };
        self.kinds.into_iter().map(spot).collect()
    }
}
