//! Which layer introduced a package: the lowest one from which on, without a break up to the top, the database at the
//! same path has it in the same version.

use std::collections::HashSet;

use super::{IndexError, detect::Found, reader::Reader};
use crate::tree::Tree;

/// For each package of the file, the place of the layer that introduced it.
pub(super) fn layers(tree: &Tree, reader: &Reader<'_>, found: &Found) -> Result<Vec<u16>, IndexError> {
    let packages = &found.parsed.packages;
    let mut introduced = vec![found.file.layer; packages.len()];
    // The packages that every version so far has had.
    let mut lasting: Vec<_> = packages.iter().zip(&mut introduced).collect();
    for version in tree.versions(found.file.node).skip(1) {
        let Some(content) = version.content else { break };
        let older = reader.parse(found.detector, &found.file.path, content, &[])?;
        let had: HashSet<(&str, &str)> = older
            .packages
            .iter()
            .map(|one| (one.package.name.as_str(), one.package.version.as_str()))
            .collect();
        lasting.retain(|(one, _)| had.contains(&(one.package.name.as_str(), one.package.version.as_str())));
        if lasting.is_empty() {
            break;
        }
        for (_, layer) in &mut lasting {
            **layer = version.layer;
        }
    }
    Ok(introduced)
}
