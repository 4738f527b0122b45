//! The packages of an image, each with its namespace, its purl and the layer that introduced it.

use limpid_core::{ImageFacts, IndexedPackage, ecosystem::Ecosystems, purl::purl};

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
            packages.push(IndexedPackage {
                package: (*parsed.package).clone(),
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
