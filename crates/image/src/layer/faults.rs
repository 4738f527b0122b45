//! What stops the reading of a layer, and how it is told: every fault becomes a blind spot, or is counted in one.

use std::{collections::BTreeMap, io, mem};

use limpid_core::{BlindSpot, FilePath, Reason};

use crate::entry::EntrySink;

/// Bytes of a path that a blind spot shows.
const SHOWN_PATH_BYTES: usize = 512;

/// Something of a layer that was not read as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Damaged or of an unknown kind, or past a limit.
    pub(super) reason: Reason,
    /// The entry that it is about; `None` for the layer as a whole.
    pub(super) path: Option<Vec<u8>>,
    /// A sentence.
    pub(super) detail: String,
}

impl Fault {
    /// A layer, or the rest of it, that cannot be read.
    pub(super) fn layer(detail: impl Into<String>) -> Self {
        Self { reason: Reason::LayerUnsupported, path: None, detail: detail.into() }
    }

    /// A layer, or the rest of it, that is past a limit.
    pub(super) fn over_budget(detail: impl Into<String>) -> Self {
        Self { reason: Reason::OverBudget, path: None, detail: detail.into() }
    }

    /// The same, met at the entry of this name, where more is lost than the content of a file there: it stays about the
    /// layer, because it holds also where a higher layer has another file at the path.
    pub(super) fn beyond(self, path: &[u8]) -> Self {
        let path = FilePath::new(path.get(..SHOWN_PATH_BYTES).unwrap_or(path));
        Self { reason: self.reason, path: None, detail: format!("{path}: {}", self.detail) }
    }

    /// The same, about the entry of this name.
    pub(super) fn at(self, path: &[u8]) -> Self {
        Self { path: Some(path.get(..SHOWN_PATH_BYTES).unwrap_or(path).to_vec()), ..self }
    }
}

/// Why reading stops before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The stored bytes do not come.
    Unreadable(io::Error),
    /// More stored bytes came than there may be.
    TooLong,
    /// The sink cannot keep what it is given.
    Sink(io::Error),
    /// The layer is at fault: a blind spot.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Tells the faults of one layer, the first ones in full and the rest as a number for each reason, because reasons are
/// waived one by one.
#[derive(Debug)]
pub(super) struct Faults {
    layer: String,
    most: u64,
    told: u64,
    left_out: BTreeMap<Reason, u64>,
}

impl Faults {
    /// For the layer of this name, so many faults at most.
    pub(super) fn new(layer: String, most: u64) -> Self {
        Self { layer, most, told: 0, left_out: BTreeMap::new() }
    }

    /// Tells one fault.
    pub(super) fn tell(&mut self, sink: &mut dyn EntrySink, fault: Fault) {
        if self.told >= self.most {
            *self.left_out.entry(fault.reason).or_default() += 1;
            return;
        }
        self.told += 1;
        let subject = match fault.path {
            Some(path) if FilePath::new(&path).is_root() => "/".to_owned(),
            Some(path) => FilePath::new(&path).to_string(),
            None => self.layer.clone(),
        };
        sink.blind_spot(BlindSpot::new(fault.reason, subject, fault.detail));
    }

    /// Tells how many were left out.
    pub(super) fn finish(&mut self, sink: &mut dyn EntrySink) {
        for (reason, count) in mem::take(&mut self.left_out) {
            let detail = format!("{count} more parts of this layer could not be read as they stand there");
            sink.blind_spot(BlindSpot::new(reason, self.layer.clone(), detail));
        }
    }
}
