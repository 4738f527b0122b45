//! Which files belong to an installed package: they are judged with it.
//!
//! A package of a language lists its files too, and lists what it likes: that makes it the owner of programs that nobody else
//! owns, and of nothing more.

use std::collections::{HashMap, HashSet};

use limpid_core::{
    FilePath, Package,
    owned::{FileDigest, OwnedFile},
};

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

/// That a package says a file is its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) owner: Owner<'a>,
    /// What the file was when the package brought it.
    pub(super) digest: Option<FileDigest>,
    /// Who read that it says so: the id of the detector.
    pub(super) by: &'static str,
    /// The version of a package of a language.
    pub(super) version: Option<&'a str>,
}

/// Those of `files` that packages say are their own, with what they say: those of the system before others.
pub(super) fn among<'a>(
    tree: &Tree,
    found: &'a [Found],
    files: impl Iterator<Item = NodeId>,
) -> HashMap<NodeId, Vec<Claim<'a>>> {
    let files: Vec<NodeId> = files.collect();
    // Looking a path up costs more than looking at its name.
    let names: HashSet<&[u8]> = files.iter().map(|&file| tree.name(file)).collect();
    let mut owners: HashMap<NodeId, Vec<Claim<'a>>> = HashMap::new();
    let (systems, languages): (Vec<&Found>, Vec<&Found>) = found.iter().partition(|found| is_system(found));
    let claims = systems.into_iter().chain(languages).flat_map(|found| {
        let is_system = is_system(found);
        let version = move |one: &'a Package| (!is_system).then_some(&*one.version);
        let packages = found.parsed.packages.iter();
        let by_packages = packages.map(move |one| (&*one.package.name, version(&one.package), &one.files));
        let by_lists = found.parsed.owned.iter().map(|owned| (&*owned.package, None, &owned.files));
        let owner = move |package| Owner { root: &found.root, package, is_system };
        let claim = move |owner, version| Claim { owner, digest: None, by: found.detector.id, version };
        by_packages.chain(by_lists).map(move |(name, version, files)| (claim(owner(name), version), files))
    });
    for (claim, files) in claims {
        let owner = claim.owner;
        for OwnedFile { path, digest } in files.iter().filter(|file| names.contains(file.path.name())) {
            let node = if owner.root.is_root() {
                tree.node(path)
            } else {
                tree.node(&owner.root.join(path.as_bytes()))
            };
            if let Some(node) = node {
                add(owners.entry(node).or_default(), Claim { digest: *digest, ..claim });
            }
        }
    }
    for found in found {
        if let Some(package) = &found.parsed.owns_folder {
            let owner = Owner { root: &found.root, package, is_system: is_system(found) };
            let claim = Claim { owner, digest: None, by: found.detector.id, version: None };
            let folder = [found.file.path.parent().as_bytes(), b"/"].concat();
            for &file in files.iter().filter(|file| tree.path(**file).as_bytes().starts_with(&folder)) {
                add(owners.entry(file).or_default(), claim);
            }
        }
    }
    owners
}

/// One database may list a file and another tell its digest.
fn add<'a>(claims: &mut Vec<Claim<'a>>, new: Claim<'a>) {
    let is_same = |claim: &&mut Claim<'_>| {
        claim.owner == new.owner
            && (new.owner.is_system || (claim.by, claim.version) == (new.by, new.version))
    };
    match claims.iter_mut().find(is_same) {
        Some(claim) => claim.digest = claim.digest.or(new.digest),
        None => claims.push(new),
    }
}
