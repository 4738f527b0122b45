//! Clair's index report.

use serde::Serialize;

use super::{Beside, Contents};
use crate::IndexReport;

/// The body of `GET /indexer/api/v1/index_report/{digest}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClairIndexReport {
    /// What is in the image.
    #[serde(flatten)]
    pub contents: Contents,
    /// `IndexFinished`.
    pub state: &'static str,
    /// `true`: a report that is here is finished.
    pub success: bool,
    /// Always empty.
    pub err: String,
    /// What Clair has no place for.
    pub limpid: Beside,
}

/// An index report in Clair's form.
pub fn index_report(index: &IndexReport) -> ClairIndexReport {
    ClairIndexReport {
        contents: Contents::of(index),
        state: "IndexFinished",
        success: true,
        err: String::new(),
        limpid: Beside { verdict: None, blind_spots: index.blind_spots.clone() },
    }
}
