//! One request for a document, and what upstream can answer: said in one place for HTTP and for folders.

use std::{fs::File, path::Path};

use super::{document::Document, mirror::Address};
use crate::state::Validators;

/// Upstream gave no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No answer, or one that says nothing about the document. To be tried again later.
    #[error("{address}: {reason}")]
    Unreachable {
        /// What was asked.
        address: String,
        /// What happened.
        reason: String,
    },
    /// The document ended before its end, each time.
    #[error("cut off: the transfer ended after {received} bytes{}", expected.map(|bytes| format!(" of {bytes}")).unwrap_or_default())]
    CutOff {
        /// Bytes that came.
        received: u64,
        /// Bytes that were announced.
        expected: Option<u64>,
    },
    /// The document is larger than any real one.
    #[error("larger than {limit} bytes, which no real document of this feed is")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The document cannot be kept on this machine.
    #[error("cannot be written: {0}")]
    Disk(String),
}

/// An answer to a conditional request.
#[derive(Debug)]
pub(super) enum Fetched {
    NotModified,
    Absent,
    Document(Document),
}

/// One request for a document.
pub(super) struct Request<'a> {
    pub(super) address: &'a Address,
    /// How the document that is known already is told.
    pub(super) known: Validators,
    /// Largest document.
    pub(super) most: u64,
    /// Where to spool it.
    pub(super) directory: &'a Path,
    /// Told the size, once an answer begins.
    pub(super) started: &'a dyn Fn(Option<u64>),
    /// Told of bytes.
    pub(super) advanced: &'a dyn Fn(u64),
}

/// A file to copy a document to. It has no name, so a killed process leaves nothing.
pub(super) fn spool(directory: &Path) -> Result<File, TransportError> {
    tempfile::tempfile_in(directory).map_err(|error| TransportError::Disk(error.to_string()))
}

pub(super) fn unreachable(address: &str, reason: &(impl ToString + ?Sized)) -> TransportError {
    TransportError::Unreachable { address: address.to_owned(), reason: reason.to_string() }
}
