//! The packages of an image, each with its namespace, its purl, the layer that introduced it, and who owns it.
//!
//! A package of a language whose own file belongs to a package of the distribution is judged by what the distribution says
//! of that one: it may have fixed a vulnerability and kept the version. That holds as long as the distribution's data speaks about
//! that package, and as long as the file is what the package brought: its database tells the digest, and where it does not, or where
//! an extract has none, no higher layer may have another file there.

use std::{cmp::Ordering, collections::HashMap};

use limpid_core::{
    BlindSpot, FilePath, ImageFacts, IndexedPackage, Package,
    archives::IndexedArchive,
    ecosystem::{Ecosystem, Ecosystems, InstalledFrom},
    extract::{digests, is_extract},
    purl::purl,
    scope::{is_spoken_about, may_be_spoken_about},
};

use super::{
    IndexError,
    detect::Found,
    introduced,
    owned::{Claim, Owner},
    reader::Reader,
    system::{Systems, is_system},
};
use crate::tree::{ContentAt, NodeId, Tree};

/// What packages are listed from.
pub(super) struct Listing<'a> {
    pub(super) ecosystems: &'a Ecosystems,
    pub(super) image: &'a ImageFacts,
    pub(super) tree: &'a Tree,
    pub(super) reader: &'a Reader<'a>,
    pub(super) systems: &'a Systems,
    pub(super) found: &'a [Found],
    /// The owners of files.
    pub(super) owners: &'a HashMap<NodeId, Vec<Claim<'a>>>,
}

/// See [`Listing::packages`]. All sorted but `unread`.
pub(super) struct Listed {
    pub(super) packages: Vec<IndexedPackage>,
    pub(super) archives: Vec<IndexedArchive>,
    pub(super) unread: Vec<BlindSpot>,
}

/// The lowest layers in which packages of distributions were introduced; `None` for those about which the distribution's data
/// does not speak.
type Introduced<'a> = HashMap<Owner<'a>, Option<u16>>;

impl<'a> Listing<'a> {
    /// All packages, and what could not be read of the files in which they were looked for. What could not be read of a
    /// file of a language that is judged with its owner is of no concern.
    pub(super) fn packages(&self) -> Result<Listed, IndexError> {
        let (mut packages, mut archives, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        let mut introduced = Introduced::new();
        let (systems, languages): (Vec<_>, Vec<_>) =
            self.found.iter().partition(|found| self.language(found).is_none());
        let repositories = Repositories::of_logs(self.found);
        for found in systems {
            unread.extend(found.parsed.blind_spots.iter().cloned());
            self.list_system(found, &repositories, &mut introduced, &mut packages)?;
        }
        for found in languages {
            let owner = self.owner(found, &introduced)?;
            if found.parsed.yields && (owner.is_some() || self.is_listed(found)) {
                continue;
            }
            if owner.is_none() {
                unread.extend(found.parsed.blind_spots.iter().cloned());
                archives.extend(self.archives(found));
            }
            self.list_language(found, owner, &mut packages)?;
        }
        packages.sort();
        packages.dedup();
        archives.sort();
        Ok(Listed { packages, archives, unread })
    }

    /// Whether the same detector read elsewhere whose file this is. A list that has another version of what the file says that it is
    /// lists another file, which was written over.
    fn is_listed(&self, found: &Found) -> bool {
        let Some(language) = self.language(found) else { return false };
        let is_another = |claim: &Claim<'_>, package: &Package| {
            let order = |listed| (language.versions.compare)(listed, &package.version);
            claim.owner.package == package.name
                && claim.version.is_some_and(|listed| order(listed).is_ok_and(Ordering::is_ne))
        };
        let claims = self.owners.get(&found.file.node).into_iter().flatten();
        let mut listing = claims.filter(|claim| !claim.owner.is_system && claim.by == found.detector.id);
        listing.any(|claim| !found.parsed.packages.iter().any(|one| is_another(claim, &one.package)))
    }

    /// The archives of a file that nothing identifies.
    fn archives(&self, found: &'a Found) -> impl Iterator<Item = IndexedArchive> + use<'a, '_> {
        let namespace = self.language(found).map(|language| language.osv_name);
        let layer = self.image.layers.get(usize::from(found.file.layer));
        found.parsed.archives.iter().filter_map(move |archive| {
            Some(IndexedArchive {
                path: found.file.path.to_string(),
                archive: archive.clone(),
                namespace: namespace?.to_owned(),
                layer: layer.cloned(),
            })
        })
    }

    /// The language whose packages such a file tells of; `None` for the database of a system.
    fn language(&self, found: &Found) -> Option<&'a Ecosystem> {
        let reads = |one: &Ecosystem| one.detectors.iter().any(|detector| detector.id == found.detector.id);
        let mut languages = self.ecosystems.iter().filter(|one| one.identity.is_none());
        languages.find(|one| !is_system(found) && reads(one))
    }

    fn list_system(
        &self,
        found: &'a Found,
        repositories: &Repositories<'_>,
        introduced: &mut Introduced<'a>,
        packages: &mut Vec<IndexedPackage>,
    ) -> Result<(), IndexError> {
        let distribution = self.systems.distribution_for(self.ecosystems, found);
        let namespace = distribution.map(|distribution| &*distribution.ecosystem);
        let ecosystem = namespace.and_then(|namespace| self.ecosystems.of_namespace(namespace));
        let layers = introduced::layers(self.tree, self.reader, found)?;
        for (parsed, layer) in found.parsed.packages.iter().zip(layers) {
            let mut package = (*parsed.package).clone();
            if package.repository.is_none() {
                package.repository = repositories.of(&found.root, &package);
            }
            let is_spoken_about = distribution
                .zip(ecosystem)
                .is_some_and(|(distribution, ecosystem)| is_spoken_about(ecosystem, distribution, &package));
            let brought = is_spoken_about.then_some(layer);
            let owner =
                Owner { root: &found.root, package: &parsed.package.name, is_system: is_system(found) };
            // Of several of one name, such as for two architectures, all must be spoken about.
            let of_all = introduced.entry(owner).or_insert(brought);
            *of_all = of_all.zip(brought).map(|(one, other)| one.min(other));
            let purl = purl(ecosystem, &package, distribution);
            packages.push(self.indexed(package, namespace, purl, found, layer));
        }
        Ok(())
    }

    fn list_language(
        &self,
        found: &Found,
        owner: Option<&str>,
        packages: &mut Vec<IndexedPackage>,
    ) -> Result<(), IndexError> {
        let ecosystem = self.language(found);
        let layers = introduced::layers(self.tree, self.reader, found)?;
        for (parsed, layer) in found.parsed.packages.iter().zip(layers) {
            let package = Package { owned_by: owner.map(str::to_owned), ..(*parsed.package).clone() };
            // Where no data speaks about it, it is not listed beside the package that brought the file.
            let is_listed = owner.is_none()
                || ecosystem.is_some_and(|language| may_be_spoken_about(language, &package).is_ok());
            if !is_listed {
                continue;
            }
            let purl = purl(ecosystem, &package, None);
            let namespace = ecosystem.map(|language| language.namespace_of(&package));
            let mut indexed = self.indexed(package, namespace.as_deref(), purl, found, layer);
            if !parsed.within.is_empty() {
                indexed.path = format!("{}!/{}", indexed.path, parsed.within);
            }
            packages.push(indexed);
        }
        Ok(())
    }

    /// The package of a distribution by whose data the packages of this file are judged.
    fn owner(&self, found: &Found, introduced: &Introduced<'_>) -> Result<Option<&'a str>, IndexError> {
        let Some(claims) = self.owners.get(&found.file.node) else { return Ok(None) };
        let Some(now) = found.file.content else { return Ok(None) };
        let content = match claims.iter().any(|claim| claim.digest.is_some()) {
            true => Some(self.reader.content(now)?),
            false => None,
        };
        // What another than it was brought by the package has been written over, whoever did that and when.
        let content = content.as_deref();
        let is_same = |claim: &Claim<'_>| {
            let (digest, content) = (claim.digest?, content?);
            match is_extract(content) {
                true => digests(content).map(|digests| digests.has(&digest)),
                false => Some(digest.is_of(content)),
            }
        };
        let claim = claims.iter().find(|claim| is_same(claim) == Some(true));
        let is_known = claim.is_some();
        let Some(claim) = claim.or_else(|| claims.iter().find(|claim| is_same(claim).is_none())) else {
            return Ok(None);
        };
        let Some(layer) = introduced.get(&claim.owner).copied().flatten() else { return Ok(None) };
        let is_owned = is_known || self.is_as_of(found, now, layer)?;
        Ok(is_owned.then_some(claim.owner.package))
    }

    /// Whether a file is what it was at this layer: modes and owners of files are changed by writing them anew.
    fn is_as_of(&self, found: &Found, now: ContentAt, layer: u16) -> Result<bool, IndexError> {
        let brought = self.tree.versions(found.file.node).find(|version| version.layer <= layer);
        match brought.and_then(|version| version.content) {
            Some(brought) => Ok(brought == now || self.reader.digest(brought)? == self.reader.digest(now)?),
            None => Ok(false),
        }
    }

    fn indexed(
        &self,
        package: Package,
        namespace: Option<&str>,
        purl: String,
        found: &Found,
        layer: u16,
    ) -> IndexedPackage {
        IndexedPackage {
            package,
            namespace: namespace.map(str::to_owned),
            purl,
            path: found.file.path.to_string(),
            layer: self.image.layers.get(usize::from(layer)).cloned(),
        }
    }
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
