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
    #[serde(borrow, default)]
    owned_by: Option<Text<'a>>,
    #[serde(borrow, default)]
    evidence: Option<Text<'a>>,
    #[serde(borrow, default)]
    built_for: Option<Text<'a>>,
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

    fn others(&self) -> [&Option<Text<'_>>; 9] {
        let Self { namespace, architecture, module, vendor, key, repository, owned_by, .. } = self;
        let Self { evidence, built_for, .. } = self;
        [namespace, architecture, module, vendor, key, repository, owned_by, evidence, built_for]
    }

    /// The package, without its places, on which no judgement depends.
    pub(super) fn indexed(&self) -> IndexedPackage {
        let owned = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.0.clone().into_owned());
        let [namespace, architecture, module, vendor, key, repository, owned_by, evidence, built_for] =
            self.others().map(owned);
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
            owned_by,
            evidence,
            built_for,
        };
        IndexedPackage { package, namespace, purl: String::new(), path: String::new(), layer: None }
    }
}

/// What is missing is not the same as what is empty. None of the marks is in any JSON text as it is.
fn push(text: &mut String, part: Option<&str>) {
    text.push_str(part.unwrap_or("\u{1}"));
    text.push('\0');
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::DateTime;
    use limpid_core::Digest;
    use serde_json::{Value, json};

    use super::*;

    fn identity(report: &Value) -> String {
        let stored = StoredReport {
            manifest: Digest::of(b"manifest"),
            index_state: Digest::of(b"state"),
            is_complete: true,
            digest: Digest::of(b"report"),
            indexed_at: DateTime::UNIX_EPOCH,
            json: serde_json::to_vec(report).unwrap(),
        };
        let outline = Outline::of(&stored).unwrap();
        let mut text = String::new();
        outline.packages[0].identity(&outline.circumstances(), &mut text);
        text
    }

    #[test]
    fn packages_are_alike_exactly_where_all_that_a_judgement_depends_on_is() {
        let whole = json!({
            "distributions": [{"id": "rhel", "version": "9.4", "name": "Red Hat", "ecosystem": "Red Hat:9"}],
            "repositories": ["baseos"],
            "packages": [{
                "name": "curl", "version": "1", "type": "rpm", "namespace": "Red Hat:9", "architecture": "x86_64",
                "source": {"name": "curl", "version": "1"}, "module": "a:1", "vendor": "Red Hat", "key": "00",
                "repository": "baseos", "owned_by": "curl-python", "evidence": "bytes", "built_for": "linux/arm",
                "purl": "pkg:rpm/curl", "path": "var/lib/rpm/rpmdb.sqlite", "layer": null,
            }],
        });
        let changed = |pointer: &str, value: Value| {
            let mut report = whole.clone();
            *report.pointer_mut(pointer).unwrap() = value;
            identity(&report)
        };
        let own = identity(&whole);
        let mut seen = BTreeSet::from([own.clone()]);
        let fields = "name version type namespace architecture module vendor key repository owned_by evidence \
                      built_for source/name source/version";
        let of_package = fields.split(' ').map(|field| format!("/packages/0/{field}"));
        let of_report =
            ["/distributions/0/id", "/distributions/0/ecosystem", "/repositories/0"].map(str::to_owned);
        for pointer in of_package.chain(of_report) {
            assert!(seen.insert(changed(&pointer, json!("other"))), "{pointer}");
        }
        for pointer in ["/packages/0/purl", "/packages/0/path", "/distributions/0/version"] {
            assert_eq!(changed(pointer, json!("other")), own, "{pointer}");
        }
    }

    #[test]
    fn a_package_has_all_that_it_is_judged_by() {
        let package = Package {
            name: "curl".to_owned(),
            version: "1".to_owned(),
            kind: "rpm".to_owned(),
            architecture: Some("x86_64".to_owned()),
            source: Some(SourcePackage::new("curl", "1")),
            module: Some("a:1".to_owned()),
            vendor: Some("Red Hat".to_owned()),
            key: Some("00".to_owned()),
            repository: Some("baseos".to_owned()),
            owned_by: Some("curl-python".to_owned()),
            evidence: Some("bytes".to_owned()),
            built_for: Some("linux/arm".to_owned()),
        };
        let json = serde_json::to_string(&package).unwrap();
        let outlined: OutlinedPackage<'_> = serde_json::from_str(&json).unwrap();
        assert_eq!(outlined.indexed().package, package);
    }
}
