//! The packages of an image, each with its namespace, its purl and the layer that introduced it.

use std::collections::HashMap;

use limpid_core::{
    FilePath, ImageFacts, IndexedPackage, Package,
    ecosystem::{Ecosystems, InstalledFrom},
    purl::purl,
};

use super::{IndexError, detect::Found, introduced, reader::Reader, system::Systems};
use crate::tree::Tree;

/// All packages, sorted.
pub(super) fn list(
    ecosystems: &Ecosystems,
    image: &ImageFacts,
    tree: &Tree,
    reader: &Reader<'_>,
    systems: &Systems,
    found: &[Found],
) -> Result<Vec<IndexedPackage>, IndexError> {
    let repositories = Repositories::of_logs(found);
    let mut packages = Vec::new();
    for found in found {
        let layers = introduced::layers(tree, reader, found)?;
        let distribution = systems.distribution_for(ecosystems, found);
        let language = ecosystems.iter().find(|one| {
            one.identity.is_none() && one.detectors.iter().any(|detector| detector.id == found.detector.id)
        });
        let namespace = distribution
            .map(|distribution| distribution.ecosystem.clone())
            .or_else(|| language.map(|language| language.osv_name.to_owned()));
        let ecosystem = namespace.as_deref().and_then(|namespace| ecosystems.of_namespace(namespace));
        let path = found.file.path.to_string();
        for (parsed, layer) in found.parsed.packages.iter().zip(layers) {
            let mut package = (*parsed.package).clone();
            if package.repository.is_none() {
                package.repository = repositories.of(&found.root, &package);
            }
            packages.push(IndexedPackage {
                package,
                namespace: namespace.clone(),
                purl: purl(ecosystem, &parsed.package, distribution),
                path: path.clone(),
                layer: image.layers.get(usize::from(layer)).cloned(),
            });
        }
    }
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// From which repository packages were installed, by the root of their file system, name, version and architecture.
struct Repositories<'a>(HashMap<(&'a FilePath, &'a str, &'a str, &'a str), &'a str>);

impl<'a> Repositories<'a> {
    fn of_logs(found: &'a [Found]) -> Self {
        let entries = found.iter().flat_map(|found| {
            let key = |one: &'a InstalledFrom| (&found.root, &*one.name, &*one.version, &*one.architecture);
            found.parsed.installed_from.iter().map(move |one| (key(one), &*one.repository))
        });
        Self(entries.collect())
    }

    fn of(&self, root: &FilePath, package: &Package) -> Option<String> {
        let architecture = package.architecture.as_deref().unwrap_or_default();
        let key = (root, &*package.name, &*package.version, architecture);
        self.0.get(&key).map(|&repository| repository.to_owned())
    }
}
