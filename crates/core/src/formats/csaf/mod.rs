//! CSAF 2.0: what a vendor says about one vulnerability and all of its products.
//!
//! A document is read as a whole or refused. It borrows its text from the bytes: there are hundreds of thousands of them, each
//! with thousands of rows, and most rows are dropped or merged.
//!
//! Source of the format: OASIS, Common Security Advisory Framework Version 2.0, sections 3.2.1 (document), 3.2.2 (product
//! tree) and 3.2.3 (vulnerabilities).

mod document;
mod limits;
mod products;
mod text;

use std::io::Read as _;

pub use self::{
    document::{Document, Remediation, Score, Status, Threat, Vulnerability},
    products::{Component, Products},
    text::Text,
};
use crate::feed::{FeedDocument, FeedError};

/// All bytes of a document, for [`Document::parse`] to borrow from.
///
/// # Errors
/// [`FeedError::Unreadable`] where the reader fails, [`FeedError::Malformed`] where there is more than any document has.
pub fn read(document: &mut FeedDocument<'_>) -> Result<Vec<u8>, FeedError> {
    let mut bytes = Vec::new();
    let mut limited = (&mut document.reader).take(limits::MOST_DOCUMENT_BYTES + 1);
    limited.read_to_end(&mut bytes).map_err(|error| FeedError::Unreadable(error.to_string()))?;
    if bytes.len() as u64 > limits::MOST_DOCUMENT_BYTES {
        return Err(FeedError::Malformed(format!("it has more than {} bytes", limits::MOST_DOCUMENT_BYTES)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
