//! Advisory data for the service: the corpus' own, and the same with some of it changed.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{Failure, Wish};

/// The releases that the corpus has data of.
pub(crate) const RELEASES: [&str; 4] = ["v3.10", "v3.15", "v3.16", "v3.17"];

/// The repositories of a release.
const REPOSITORIES: [&str; 2] = ["main", "community"];

/// A document: its release and what it says.
pub(crate) struct Document {
    pub(crate) release: &'static str,
    path: PathBuf,
    content: Value,
}

/// All documents of the corpus, main before community.
pub(crate) fn documents(wish: &Wish) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for repository in REPOSITORIES {
        for release in RELEASES {
            let path = PathBuf::from(format!("secdb.alpinelinux.org/{release}/{repository}.json"));
            let text = fs::read(wish.corpus.join("mirror").join(&path))
                .map_err(|error| format!("{}: {error}", path.display()))?;
            documents.push(Document { release, path, content: serde_json::from_slice(&text)? });
        }
    }
    Ok(documents)
}

/// Writes documents where the service reads them.
pub(crate) fn write(documents: &[Document], mirror: &Path) -> Result<(), Failure> {
    for document in documents {
        let path = mirror.join(&document.path);
        fs::create_dir_all(path.parent().ok_or("a file has a directory")?)?;
        fs::write(path, serde_json::to_vec(&document.content)?)?;
    }
    Ok(())
}

impl Document {
    /// Source packages, each with the versions in which something was fixed, in the document's order.
    pub(crate) fn packages(&self) -> Vec<(&str, Vec<&str>)> {
        let packages = self.content.get("packages").and_then(Value::as_array).into_iter().flatten();
        packages
            .filter_map(|package| {
                let package = package.get("pkg")?;
                let versions = package.get("secfixes")?.as_object()?.keys().map(String::as_str);
                // Version 0 says that the package was never affected.
                Some((package.get("name")?.as_str()?, versions.filter(|version| *version != "0").collect()))
            })
            .collect()
    }

    /// Says of up to `count` advisories, evenly over the packages from the place `from` on, that they are fixed one build
    /// later. Returns how many, and the packages that they are about.
    pub(crate) fn change(&mut self, count: usize, from: usize) -> (usize, Vec<String>) {
        let packages = self.content.get_mut("packages").and_then(Value::as_array_mut);
        let packages = packages.into_iter().flatten().skip(from);
        let mut packages: Vec<Package<'_>> = packages.filter_map(Package::of).collect();
        let most = packages.iter().map(|package| package.advisories.len()).max().unwrap_or_default();
        let mut names = BTreeSet::new();
        let mut changed = 0;
        for round in 0..most {
            for package in &mut packages {
                if changed < count && package.fix_later(round) {
                    changed += 1;
                    names.insert(package.name.clone());
                }
            }
        }
        (changed, names.into_iter().collect())
    }
}

/// A package of a document, with the advisories that can be changed: (version that fixes, identifier).
struct Package<'a> {
    name: String,
    fixes: &'a mut Map<String, Value>,
    advisories: Vec<(String, Value)>,
}

impl<'a> Package<'a> {
    fn of(package: &'a mut Value) -> Option<Self> {
        let package = package.get_mut("pkg")?;
        let name = package.get("name")?.as_str()?.to_owned();
        let fixes = package.get_mut("secfixes")?.as_object_mut()?;
        let with_builds = fixes.iter().filter(|(version, _)| later(version).is_some());
        let advisories = with_builds
            .flat_map(|(version, ids)| {
                ids.as_array().into_iter().flatten().map(|id| (version.clone(), id.clone()))
            })
            .collect();
        Some(Self { name, fixes, advisories })
    }

    /// Moves the advisory at this place to the next build. Whether there is one.
    fn fix_later(&mut self, place: usize) -> bool {
        let Some((version, id)) = self.advisories.get(place) else { return false };
        let Some(target) = later(version) else { return false };
        if let Some(ids) = self.fixes.get_mut(version).and_then(Value::as_array_mut) {
            ids.retain(|known| known != id);
        }
        let ids = self.fixes.entry(target).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(ids) = ids.as_array_mut() {
            ids.push(id.clone());
        }
        true
    }
}

/// The next build of a version.
fn later(version: &str) -> Option<String> {
    let (upstream, build) = version.rsplit_once("-r")?;
    let build: u64 = build.parse().ok()?;
    Some(format!("{upstream}-r{}", build + 1))
}
