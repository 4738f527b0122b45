//! Entries: which text says what about which package. The sorted half of a segment.

use limpid_core::{
    AffectedRange,
    advisory::{Names, Only, Stance},
};
use serde::{Deserialize, Serialize};

/// What is kept of an entry beside its key: the number of its text, and what that says about the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) names: Names,
    pub(super) range: AffectedRange,
    pub(super) only: Only,
    pub(super) stance: Stance,
}

/// An entry within a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// Namespace and package, by which entries are sorted.
    pub(super) key: (&'a [u8], &'a [u8]),
    pub(super) text: u32,
    body: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Takes the next entry from a block. `None`: it is not as it was written.
    pub(super) fn take(block: &mut &'a [u8]) -> Option<Self> {
        let key = (take_bytes(block)?, take_bytes(block)?);
        let text = super::layout::take_u32(block)?;
        let body = take_bytes(block)?;
        Some(Self { key, text, body })
    }

    /// Namespace and package.
    pub(super) fn names(&self) -> Option<(&'a str, &'a str)> {
        let (namespace, package) = self.key;
        std::str::from_utf8(namespace).ok().zip(std::str::from_utf8(package).ok())
    }

    pub(super) fn body(&self) -> Option<Body> {
        postcard::from_bytes(self.body).ok()
    }
}

/// Adds an entry to a block.
pub(super) fn push(block: &mut Vec<u8>, namespace: &[u8], package: &[u8], text: u32, body: &[u8]) {
    push_bytes(block, namespace);
    push_bytes(block, package);
    block.extend(text.to_le_bytes());
    push_bytes(block, body);
}

// The writer refuses what is longer than 32 bits can tell before it comes here.
#[allow(clippy::cast_possible_truncation, reason = "bounded by the writer")]
fn push_bytes(block: &mut Vec<u8>, bytes: &[u8]) {
    block.extend((bytes.len() as u32).to_le_bytes());
    block.extend_from_slice(bytes);
}

fn take_bytes<'a>(block: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(super::layout::take_u32(block)?).ok()?;
    let (taken, rest) = block.split_at_checked(length)?;
    *block = rest;
    Some(taken)
}
