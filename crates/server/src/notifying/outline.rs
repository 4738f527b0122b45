//! Of a stored index report what decides whether an update can change anything for it: the packages, and nothing else of
//! them than their names and versions.
//!
//! Very many reports are looked at for each update, and for most of them nothing changes. So texts are borrowed from the
//! report, and it is read as a whole only where something may have changed.

use std::borrow::Cow;

use limpid_store::{StoreError, reports::StoredReport};
use serde::Deserialize;

/// See the module.
#[derive(Deserialize)]
pub(super) struct Outline<'a> {
    #[serde(borrow)]
    pub(super) packages: Vec<OutlinedPackage<'a>>,
}

/// A package: all that a judgement of it depends on.
#[derive(Deserialize)]
pub(super) struct OutlinedPackage<'a> {
    #[serde(borrow)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    architecture: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    source: Option<OutlinedSource<'a>>,
}

#[derive(Deserialize)]
struct OutlinedSource<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
}

impl<'a> Outline<'a> {
    pub(super) fn of(stored: &'a StoredReport) -> Result<Self, StoreError> {
        serde_json::from_slice(&stored.json)
            .map_err(|error| StoreError::Damaged(format!("the index report of {}: {error}", stored.manifest)))
    }
}

impl OutlinedPackage<'_> {
    /// Writes into `text` what is the same for two packages exactly where they are judged alike.
    pub(super) fn identity(&self, text: &mut String) {
        text.clear();
        let source = self.source.as_ref().map(|source| [&source.name, &source.version]);
        let of_source = source.map_or([None; 2], |source| source.map(|part| Some(&**part)));
        let own = [Some(&*self.name), Some(&*self.version), Some(&*self.kind)];
        let others = [self.namespace.as_deref(), self.architecture.as_deref()];
        for part in own.into_iter().chain(others).chain(of_source) {
            // What is missing is not the same as what is empty. Neither mark is in any JSON text as it is.
            text.push_str(part.unwrap_or("\u{1}"));
            text.push('\0');
        }
    }
}
