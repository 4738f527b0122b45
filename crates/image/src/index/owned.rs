//! Which files belong to an installed package of the system: they are judged with it.

use std::collections::HashSet;

use super::detect::Found;
use crate::tree::{NodeId, Tree};

/// Those of `files` that a package says are its own.
pub(super) fn among(tree: &Tree, found: &[Found], files: impl Iterator<Item = NodeId>) -> HashSet<NodeId> {
    // Looking a path up costs more than looking at its name.
    let names: HashSet<&[u8]> = files.map(|file| tree.name(file)).collect();
    found
        .iter()
        .flat_map(|found| {
            let by_packages = found.parsed.packages.iter().map(|package| &package.files);
            let by_lists = found.parsed.owned.iter().map(|owned| &owned.files);
            let files = by_packages.chain(by_lists).flat_map(|files| files.iter());
            files.map(|file| (&found.root, file))
        })
        .filter(|(_, file)| names.contains(file.name()))
        .filter_map(
            |(root, file)| {
                if root.is_root() { tree.node(file) } else { tree.node(&root.join(file.as_bytes())) }
            },
        )
        .collect()
}
