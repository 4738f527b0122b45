//! Which files belong to an installed package: they are judged with it.
//!
//! A package of a language lists its files too, and lists what it likes: that makes it the owner of programs that nobody else
//! owns, and of nothing more.

use std::collections::{HashMap, HashSet};

use limpid_core::FilePath;

use super::{detect::Found, system::is_system};
use crate::tree::{NodeId, Tree};

/// The package that a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Owner<'a> {
    /// The root of the file system that has it installed.
    pub(super) root: &'a FilePath,
    /// Its name.
    pub(super) package: &'a str,
    /// Whether it is one of the system: a package of a language may have the name of one.
    pub(super) is_system: bool,
}

/// Those of `files` that a package says are its own, with the package. Where several do, the first, those of the system before
/// others.
pub(super) fn among<'a>(
    tree: &Tree,
    found: &'a [Found],
    files: impl Iterator<Item = NodeId>,
) -> HashMap<NodeId, Owner<'a>> {
    // Looking a path up costs more than looking at its name.
    let names: HashSet<&[u8]> = files.map(|file| tree.name(file)).collect();
    let mut owners = HashMap::new();
    let (systems, languages): (Vec<&Found>, Vec<&Found>) = found.iter().partition(|found| is_system(found));
    let claims = systems.into_iter().chain(languages).flat_map(|found| {
        let by_packages = found.parsed.packages.iter().map(|one| (&*one.package.name, &one.files));
        let by_lists = found.parsed.owned.iter().map(|owned| (&*owned.package, &owned.files));
        let is_system = is_system(found);
        let owner = move |package| Owner { root: &found.root, package, is_system };
        by_packages.chain(by_lists).map(move |(package, files)| (owner(package), files))
    });
    for (owner, files) in claims {
        for file in files.iter().filter(|file| names.contains(file.name())) {
            let node = if owner.root.is_root() {
                tree.node(file)
            } else {
                tree.node(&owner.root.join(file.as_bytes()))
            };
            if let Some(node) = node {
                owners.entry(node).or_insert(owner);
            }
        }
    }
    owners
}
