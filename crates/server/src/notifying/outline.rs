//! Of a stored index report what decides whether an update can change anything for it, and what would be told: the packages
//! without their places, and the distributions.
//!
//! Very many reports are looked at for each update, so texts are borrowed from the report, and nothing else of it is read.

use std::borrow::Cow;

use limpid_core::{Distribution, IndexedPackage, Package, package::SourcePackage};
use limpid_store::{StoreError, reports::StoredReport};
use serde::Deserialize;

/// See the module.
#[derive(Deserialize)]
pub(super) struct Outline<'a> {
    #[serde(borrow)]
    pub(super) packages: Vec<OutlinedPackage<'a>>,
    pub(super) distributions: Vec<Distribution>,
    #[serde(default)]
    pub(super) repositories: Vec<String>,
}

/// A package: all that a judgement of it depends on, beside what [`Outline::circumstances`] has.
#[derive(Deserialize)]
pub(super) struct OutlinedPackage<'a> {
    #[serde(borrow)]
    namespace: Option<Text<'a>>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    architecture: Option<Text<'a>>,
    #[serde(borrow, default)]
    source: Option<OutlinedSource<'a>>,
    #[serde(borrow, default)]
    module: Option<Text<'a>>,
    #[serde(borrow, default)]
    vendor: Option<Text<'a>>,
    #[serde(borrow, default)]
    key: Option<Text<'a>>,
    #[serde(borrow, default)]
    repository: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct OutlinedSource<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

/// A text that is borrowed also where it is optional, which a bare `Cow` is not.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Outline<'a> {
    pub(super) fn of(stored: &'a StoredReport) -> Result<Self, StoreError> {
        serde_json::from_slice(&stored.json)
            .map_err(|error| StoreError::Damaged(format!("the index report of {}: {error}", stored.manifest)))
    }

    /// What of the report the judgement of each of its packages depends on.
    pub(super) fn circumstances(&self) -> String {
        let mut text = String::new();
        for distribution in &self.distributions {
            push(&mut text, Some(&distribution.id));
            push(&mut text, Some(&distribution.ecosystem));
        }
        for repository in &self.repositories {
            push(&mut text, Some(repository));
        }
        text.push('\u{2}');
        text
    }
}

impl OutlinedPackage<'_> {
    /// Its namespace, name, and the name of its source; `None` where nobody judges it.
    pub(super) fn names(&self) -> Option<(&str, [&str; 2])> {
        let source = self.source.as_ref().map_or(&self.name, |source| &source.name);
        Some((&self.namespace.as_ref()?.0, [&*self.name.0, &*source.0]))
    }

    /// Writes into `text` what is the same for two packages exactly where they are judged alike.
    pub(super) fn identity(&self, circumstances: &str, text: &mut String) {
        text.clear();
        text.push_str(circumstances);
        for part in [&self.name, &self.version, &self.kind] {
            push(text, Some(&part.0));
        }
        let source = self.source.as_ref();
        let of_source = [source.map(|source| &source.name), source.map(|source| &source.version)];
        for part in self.others().into_iter().map(Option::as_ref).chain(of_source) {
            push(text, part.map(|part| &*part.0));
        }
    }

    fn others(&self) -> [&Option<Text<'_>>; 6] {
        [&self.namespace, &self.architecture, &self.module, &self.vendor, &self.key, &self.repository]
    }

    /// The package, without its places, on which no judgement depends.
    pub(super) fn indexed(&self) -> IndexedPackage {
        let owned = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.0.clone().into_owned());
        let [namespace, architecture, module, vendor, key, repository] = self.others().map(owned);
        let source = |source: &OutlinedSource<'_>| SourcePackage::new(&*source.name.0, &*source.version.0);
        let package = Package {
            name: self.name.0.clone().into_owned(),
            version: self.version.0.clone().into_owned(),
            kind: self.kind.0.clone().into_owned(),
            architecture,
            source: self.source.as_ref().map(source),
            module,
            vendor,
            key,
            repository,
        };
        IndexedPackage { package, namespace, purl: String::new(), path: String::new(), layer: None }
    }
}

/// What is missing is not the same as what is empty. None of the marks is in any JSON text as it is.
fn push(text: &mut String, part: Option<&str>) {
    text.push_str(part.unwrap_or("\u{1}"));
    text.push('\0');
}
