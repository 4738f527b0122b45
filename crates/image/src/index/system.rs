//! Which distribution a root file system is: the image's own, and those nested in it that have a package database.
//!
//! Every ecosystem is asked, the strongest claim wins, and of equal ones that of the ecosystem which stands first in the
//! list. A system that nobody claims is no error: its packages are listed without a namespace, and a blind spot says so.

use std::collections::{BTreeMap, BTreeSet};

use limpid_core::{
    BlindSpot, Distribution, Ecosystem, FilePath, Reason,
    ecosystem::{Ecosystems, Identified, SystemFiles},
    os_release::{OsRelease, PLACES},
    wants::Pattern,
};

use super::{
    IndexError, detect,
    detect::{Detected, Found},
    reader::Reader,
};
use crate::tree::Tree;

/// One root file system.
struct System {
    os_release: Option<OsRelease>,
    distribution: Option<Distribution>,
    /// What its ecosystem is not sure of.
    doubts: Vec<BlindSpot>,
}

/// The root file systems of an image, by their roots.
pub(super) struct Systems(BTreeMap<FilePath, System>);

impl Systems {
    /// Identifies the image's own root and every other in which a package database was found.
    pub(super) fn identify(
        ecosystems: &Ecosystems,
        tree: &Tree,
        reader: &Reader<'_>,
        found: &[Found],
        blind_spots: &mut Vec<BlindSpot>,
    ) -> Result<Self, IndexError> {
        let roots: BTreeSet<_> =
            found.iter().map(|found| found.root.clone()).chain([FilePath::default()]).collect();
        let mut systems = BTreeMap::new();
        for root in roots {
            let system = identify(ecosystems, &Files { tree, reader, root: &root }, blind_spots)?;
            systems.insert(root, system);
        }
        Ok(Self(systems))
    }

    /// The distribution by whose data the packages of this file are judged.
    pub(super) fn distribution_for(&self, ecosystems: &Ecosystems, found: &Found) -> Option<&Distribution> {
        let distribution = self.0.get(&found.root)?.distribution.as_ref()?;
        let ecosystem = ecosystems.of_namespace(&distribution.ecosystem)?;
        reads(ecosystem, found).then_some(distribution)
    }

    /// Whether anything tells what the image's own root is.
    pub(super) fn know_root(&self) -> bool {
        let root = self.0.get(&FilePath::default());
        root.is_some_and(|system| system.distribution.is_some() || system.os_release.is_some())
    }

    /// The distributions that were recognised, sorted.
    pub(super) fn distributions(&self) -> Vec<Distribution> {
        let mut all: Vec<_> = self.0.values().filter_map(|system| system.distribution.clone()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Says what could not be told of the systems: who they are, and what is installed where nothing is.
    pub(super) fn complain(
        &self,
        ecosystems: &Ecosystems,
        detected: &Detected,
        blind_spots: &mut Vec<BlindSpot>,
    ) {
        let found = &detected.found;
        for (root, system) in &self.0 {
            blind_spots.extend(system.doubts.iter().cloned());
            let databases = || found.iter().filter(|found| found.root == *root && is_system(found));
            let strange: usize = databases()
                .filter(|found| self.distribution_for(ecosystems, found).is_none())
                .map(|found| found.parsed.packages.len())
                .sum();
            let unknown = system.distribution.is_none() && system.os_release.is_some();
            if strange > 0 || unknown {
                blind_spots.push(no_distribution(root, system, strange));
            }
            let Some(distribution) = &system.distribution else { continue };
            let told = databases()
                .filter(|found| self.distribution_for(ecosystems, found).is_some())
                .any(|found| !found.parsed.packages.is_empty() || !found.parsed.blind_spots.is_empty());
            if !told && !detected.lost.contains(root) {
                let detail = format!("{} has no package database, or an empty one", distribution.name);
                blind_spots.push(BlindSpot::new(Reason::DatabaseUnreadable, place(root), detail));
            }
        }
    }
}

fn no_distribution(root: &FilePath, system: &System, packages: usize) -> BlindSpot {
    let said = match (&system.distribution, &system.os_release) {
        (Some(distribution), _) => {
            format!("{} does not use the database that these packages are in", distribution.name)
        }
        (None, Some(os_release)) => {
            let name = os_release.pretty_name().or(os_release.name()).unwrap_or("a system without a name");
            let id = os_release.id().unwrap_or("none");
            format!("os-release says “{name}” (ID {id}), a distribution that this version does not know")
        }
        (None, None) => "there is no os-release, and nothing else tells".to_owned(),
    };
    BlindSpot::new(Reason::NoDistribution, place(root), said).with_packages(packages)
}

/// What is said of an image for another system than Linux, of which nothing in the image tells. What Windows and its like
/// consist of is in no package that is read.
pub(super) fn foreign(platform: &str) -> Option<BlindSpot> {
    let (system, _) = platform.split_once('/')?;
    if system.eq_ignore_ascii_case("linux") || matches!(system, "unknown" | "") {
        return None;
    }
    let detail = format!("it is for {system}, a system that this version does not know");
    Some(BlindSpot::new(Reason::NoDistribution, place(&FilePath::default()), detail))
}

fn place(root: &FilePath) -> String {
    if root.is_root() { "image".to_owned() } else { format!("the file system in {root}") }
}

fn reads(ecosystem: &Ecosystem, found: &Found) -> bool {
    ecosystem.detectors.iter().any(|detector| detector.id == found.detector.id)
}

/// Whether the file is a package database of a system, and not a package of some language.
pub(super) fn is_system(found: &Found) -> bool {
    found
        .detector
        .wants
        .iter()
        .any(|want| matches!(want.pattern, Pattern::System(_) | Pattern::SystemGlob(_)))
}

/// The files of one root file system.
struct Files<'a> {
    tree: &'a Tree,
    reader: &'a Reader<'a>,
    root: &'a FilePath,
}

impl Files<'_> {
    fn content(&self, path: &str, blind_spots: &mut Vec<BlindSpot>) -> Result<Option<Vec<u8>>, IndexError> {
        let path = FilePath::from(path);
        let Some(file) = self.tree.file_in(self.root, &path) else { return Ok(None) };
        if let Some(content) = file.content {
            return self.reader.content(content).map(Some);
        }
        blind_spots.extend(detect::not_kept(&self.root.join(path.as_bytes()), &file, self.reader));
        Ok(None)
    }
}

fn identify(
    ecosystems: &Ecosystems,
    files: &Files<'_>,
    blind_spots: &mut Vec<BlindSpot>,
) -> Result<System, IndexError> {
    let mut os_releases = Vec::new();
    for place in PLACES {
        os_releases.extend(files.content(place, blind_spots)?.map(|content| OsRelease::parse(&content)));
    }
    // The first that exists counts; but one that was emptied says nothing, and the other still does.
    let telling = os_releases.iter().position(|os_release| os_release.id().is_some()).unwrap_or_default();
    let os_release = os_releases.into_iter().nth(telling);
    let mut texts = BTreeMap::new();
    for path in ecosystems.iter().filter_map(|one| one.identity).flat_map(|identity| identity.files) {
        if let Some(content) = files.content(path, blind_spots)?
            && let Ok(text) = String::from_utf8(content)
        {
            texts.insert(*path, text);
        }
    }
    let text = |path: &str| texts.get(path).cloned();
    let system = SystemFiles { os_release: os_release.as_ref(), text: &text };
    let best = ecosystems.identify(&system);
    let doubts = best.as_ref().map(|(_, identified)| identified.doubts.clone()).unwrap_or_default();
    let distribution =
        best.map(|(ecosystem, identified)| distribution(ecosystem, identified, os_release.as_ref()));
    Ok(System { os_release, distribution, doubts })
}

fn distribution(
    ecosystem: &Ecosystem,
    identified: Identified,
    os_release: Option<&OsRelease>,
) -> Distribution {
    let id = os_release.and_then(OsRelease::id).unwrap_or(ecosystem.id).to_owned();
    let version = os_release.and_then(OsRelease::version_id).unwrap_or_default().to_owned();
    let end_of_life = (ecosystem.end_of_life)(&identified.namespace);
    Distribution { id, version, name: identified.name, ecosystem: identified.namespace, end_of_life }
}
