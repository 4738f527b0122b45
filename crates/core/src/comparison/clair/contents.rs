//! The packages that Clair lists, in our words: each with the namespace that it would be judged under here.
//!
//! Distributions are put to the ecosystems' own rules, by what Clair tells of their os-release. One that no ecosystem
//! here knows keeps Clair's words for it: Clair may well judge it.

use std::collections::BTreeMap;

use super::documents::{
    Distribution as Told, Environment, IndexDocument, Package as ToldPackage, Repository,
};
use crate::{
    Distribution, Ecosystem, FilePath, IndexedPackage, Package,
    ecosystem::{Ecosystems, Identified, SystemFiles},
    os_release::OsRelease,
    package::SourcePackage,
    purl,
};

/// The type of a package of which nothing tells it. The package URL specification keeps the word for that.
const NO_TYPE: &str = "generic";

/// A package at one place.
pub(super) struct Listed {
    /// Clair's number for the package.
    id: String,
    pub(super) indexed: IndexedPackage,
}

/// What an index report lists.
pub(super) struct Contents {
    distributions: BTreeMap<String, Distribution>,
    packages: Vec<Listed>,
}

impl Contents {
    pub(super) fn of(index: &IndexDocument, ecosystems: &Ecosystems) -> Self {
        let distributions: BTreeMap<String, Distribution> = index
            .distributions
            .iter()
            .map(|(id, told)| (id.clone(), distribution(told, ecosystems)))
            .collect();
        let mut packages = Vec::new();
        // A package without a place is still there, and nobody knows under what.
        let nowhere = [Environment::default()];
        for (id, package) in &index.packages {
            let places = index.environments.get(id).filter(|places| !places.is_empty());
            for place in places.map_or(&nowhere[..], Vec::as_slice) {
                let distribution = distributions.get(&place.distribution_id);
                let namespace = distribution
                    .map(|distribution| distribution.ecosystem.clone())
                    .or_else(|| repository(place, &index.repository));
                let indexed = indexed(package, place, namespace, distribution, ecosystems);
                packages.push(Listed { id: id.clone(), indexed });
            }
        }
        Self { distributions, packages }
    }

    pub(super) fn packages(&self) -> impl Iterator<Item = &Listed> {
        self.packages.iter()
    }

    /// The places of a package, by Clair's number.
    pub(super) fn places<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a IndexedPackage> {
        self.packages.iter().filter(move |listed| listed.id == id).map(|listed| &listed.indexed)
    }

    pub(super) fn distributions(&self) -> Vec<Distribution> {
        let mut all: Vec<_> = self.distributions.values().cloned().collect();
        all.sort();
        all.dedup();
        all
    }
}

fn indexed(
    told: &ToldPackage,
    place: &Environment,
    namespace: Option<String>,
    distribution: Option<&Distribution>,
    ecosystems: &Ecosystems,
) -> IndexedPackage {
    let path = place.package_db.trim_start_matches('/').to_owned();
    let of_namespace = namespace.as_ref().and_then(|namespace| ecosystems.of_namespace(namespace));
    let kind = of_namespace.or_else(|| reading(&path, ecosystems)).map_or(NO_TYPE, |one| one.purl.kind);
    let package = Package {
        name: told.name.clone(),
        version: told.version.clone(),
        kind: kind.to_owned(),
        architecture: Some(told.arch.clone()).filter(|text| !text.is_empty()),
        source: told.source.as_ref().filter(|source| !source.name.is_empty()).map(|source| {
            let version = if source.version.is_empty() { &told.version } else { &source.version };
            SourcePackage::new(&source.name, version)
        }),
        module: Some(told.module.clone()).filter(|text| !text.is_empty()),
        ..Package::default()
    };
    IndexedPackage {
        purl: purl::purl(of_namespace, &package, distribution),
        package,
        namespace,
        path,
        // Empty where Clair does not tell it; nothing is judged by it.
        layer: place.introduced_in.parse().ok(),
    }
}

/// An ecosystem whose packages are in files of this path; any, because those that share a database share the type.
fn reading<'a>(path: &str, ecosystems: &'a Ecosystems) -> Option<&'a Ecosystem> {
    let path = FilePath::from(path);
    let mut all = ecosystems.iter();
    all.find(|ecosystem| {
        let mut wants = ecosystem.detectors.iter().flat_map(|detector| detector.wants);
        wants.any(|want| want.pattern.matches(&path))
    })
}

fn repository(place: &Environment, repositories: &BTreeMap<String, Repository>) -> Option<String> {
    let repository = place.repository_ids.iter().find_map(|id| repositories.get(id))?;
    let Repository { name, uri, key, cpe } = repository;
    let named = [name, uri, key, cpe].into_iter().find(|text| !text.is_empty());
    Some(named.map_or_else(|| "a repository without a name".to_owned(), Clone::clone))
}

fn distribution(told: &Told, ecosystems: &Ecosystems) -> Distribution {
    // Clair fills the one for some distributions and the other for others.
    let version = if told.version_id.is_empty() { &told.version } else { &told.version_id };
    let fields = [
        ("ID", &told.did),
        ("NAME", &told.name),
        ("VERSION_ID", version),
        ("PRETTY_NAME", &told.pretty_name),
    ];
    let os_release: OsRelease =
        fields.into_iter().map(|(field, value)| (field.to_owned(), value.clone())).collect();
    let identified = identified(&os_release, ecosystems);
    let named =
        || [&told.pretty_name, &told.name, &told.did].into_iter().find(|text| !text.is_empty()).cloned();
    let namespace = identified.as_ref().map(|one| one.namespace.clone());
    Distribution {
        id: told.did.clone(),
        version: version.clone(),
        name: identified.map(|one| one.name).or_else(named).unwrap_or_default(),
        ecosystem: namespace.unwrap_or_else(|| format!("{}:{version}", told.did)),
        end_of_life: None,
    }
}

/// The strongest claim of all ecosystems, as for a root file system with nothing but os-release.
fn identified(os_release: &OsRelease, ecosystems: &Ecosystems) -> Option<Identified> {
    let system = SystemFiles { os_release: Some(os_release), text: &|_path| None };
    let mut best: Option<Identified> = None;
    for identity in ecosystems.iter().filter_map(|ecosystem| ecosystem.identity) {
        if let Some(claim) = (identity.identify)(&system)
            && best.as_ref().is_none_or(|known| claim.strength > known.strength)
        {
            best = Some(claim);
        }
    }
    best
}
