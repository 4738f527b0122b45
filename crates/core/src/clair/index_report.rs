//! Clair's index report.

use serde::Serialize;

use super::{Beside, Contents};
use crate::{Digest, IndexReport};

/// The body of `GET /indexer/api/v1/index_report/{digest}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClairIndexReport {
    /// What is in the image.
    #[serde(flatten)]
    pub contents: Contents,
    /// `IndexFinished`, `IndexError`, or how far it is.
    pub state: &'static str,
    /// Whether it is finished.
    pub success: bool,
    /// Why it failed; empty where it did not.
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

/// Why there is no index report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished<'a> {
    /// The manifest waits, or is being worked on.
    Waiting,
    /// It could not be indexed: why.
    Failed(&'a str),
}

/// What stands in the place of an index report that is not there. Its state says so: nobody takes it for an empty image.
pub fn unfinished_index_report(manifest: &Digest, unfinished: Unfinished<'_>) -> ClairIndexReport {
    let (state, err) = match unfinished {
        Unfinished::Waiting => ("CheckManifest", ""),
        Unfinished::Failed(why) => ("IndexError", why),
    };
    ClairIndexReport {
        contents: Contents { manifest_hash: manifest.to_string(), ..Contents::default() },
        state,
        success: false,
        err: err.to_owned(),
        limpid: Beside { verdict: None, blind_spots: Vec::new() },
    }
}
