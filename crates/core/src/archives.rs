//! Archives of which nothing says for certain which artifact they are, and the local table that knows them by their SHA-1.
//!
//! An index report names them with their digests, and is the same whoever reads it. The table is an input of whoever judges, as
//! decisions are: its digest is part of the policy's, no layer and no evidence is read again for it, and nobody is asked.

mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::table::{ArtifactTable, InvalidTable};
use crate::{
    BlindSpot, Digest, IndexReport, IndexedPackage, Package, Reason, ecosystem::Ecosystems, purl::purl,
};

/// Archives that are named in what is told of one file.
const MOST_NAMED: usize = 10;

/// An archive that nothing identifies for certain.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnknownArchive {
    /// Where it is within its file: `BOOT-INF/lib/x.jar`, `web.war!/WEB-INF/lib/x.jar`. Empty where it is the file itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// SHA-1 of all of it, 40 small hexadecimal digits.
    pub sha1: String,
    /// What it calls itself, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_itself: Option<String>,
    /// What it may be: the package that is listed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess: Option<Guess>,
    /// Whether it is a program, with archives in it: one is told as other programs are that nobody knows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_program: bool,
}

/// Name and version of a package that is listed and not certain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Guess {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// An unknown archive of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexedArchive {
    /// The file in which it is, or which it is.
    pub path: String,
    /// The archive.
    #[serde(flatten)]
    pub archive: UnknownArchive,
    /// Under which namespace it would be judged, such as `Maven`.
    pub namespace: String,
    /// Digest of the layer that has the file.
    pub layer: Option<Digest>,
}

impl UnknownArchive {
    /// Where it is, as packages say it.
    fn place(&self, path: &str) -> String {
        if self.within.is_empty() { path.to_owned() } else { format!("{path}!/{}", self.within) }
    }

    /// In words, with what helps to find out what it is.
    fn words(&self) -> String {
        let which = if self.within.is_empty() { "the file itself" } else { &self.within };
        let calls_itself =
            self.calls_itself.as_ref().map(|name| format!("calls itself {name}, ")).unwrap_or_default();
        format!("{which} ({calls_itself}SHA-1 {})", self.sha1)
    }
}

/// What is told of the unknown archives of one file.
pub(crate) fn told<'a>(path: &str, archives: impl IntoIterator<Item = &'a UnknownArchive>) -> Vec<BlindSpot> {
    let (programs, libraries): (Vec<&UnknownArchive>, Vec<&UnknownArchive>) =
        archives.into_iter().partition(|archive| archive.is_program);
    let libraries: Vec<String> = libraries.into_iter().map(UnknownArchive::words).collect();
    let libraries = (!libraries.is_empty()).then(|| {
        let detail = format!("nothing says for certain which artifact it is: {}", listed(&libraries, ", "));
        BlindSpot::new(Reason::DatabaseUnreadable, path, detail).with_packages(libraries.len())
    });
    let programs = programs.into_iter().map(|program| {
        let detail = format!("nothing says which artifact this program is: {}", program.words());
        BlindSpot::new(Reason::UnidentifiedExecutables, path, detail)
    });
    libraries.into_iter().chain(programs).collect()
}

/// The first of some sentences, and how many more there are.
pub(crate) fn listed(all: &[String], separator: &str) -> String {
    let named = all.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(separator);
    match all.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named}{separator}and {more} more"),
    }
}

impl ArtifactTable {
    /// The report with what the table knows: each unknown archive that is in it is the artifact, or the artifacts, that it
    /// says. What was guessed of such an archive is gone.
    #[must_use]
    pub fn identify(&self, index: IndexReport, ecosystems: &Ecosystems) -> IndexReport {
        let (known, unknown): (Vec<IndexedArchive>, Vec<IndexedArchive>) =
            index.archives.iter().cloned().partition(|one| {
                !self.find(&one.archive.sha1).is_empty() && ecosystems.of_namespace(&one.namespace).is_some()
            });
        if known.is_empty() {
            return index;
        }
        let mut index = index;
        let before = spots(&index.archives);
        index.blind_spots.retain(|spot| !before.contains(spot));
        index.blind_spots.extend(spots(&unknown));
        index.packages.retain(|package| !known.iter().any(|one| one.is_guess(package)));
        index.packages.extend(known.iter().flat_map(|one| self.packages(one, ecosystems)));
        index.archives = unknown;
        index.packages.sort();
        index.packages.dedup();
        index.blind_spots.sort();
        index.blind_spots.dedup();
        index
    }

    fn packages(&self, one: &IndexedArchive, ecosystems: &Ecosystems) -> Vec<IndexedPackage> {
        let Some(ecosystem) = ecosystems.of_namespace(&one.namespace) else { return Vec::new() };
        let indexed = |artifact: &table::Artifact<'_>| {
            let name = ecosystem.purl.join(Some(artifact.group), artifact.name);
            let kind = ecosystem.purl.kind.to_owned();
            let package = Package { name, version: artifact.version.to_owned(), kind, ..Package::default() };
            IndexedPackage {
                purl: purl(Some(ecosystem), &package, None),
                package,
                namespace: Some(one.namespace.clone()),
                path: one.archive.place(&one.path),
                layer: one.layer.clone(),
            }
        };
        self.find(&one.archive.sha1).iter().map(indexed).collect()
    }
}

impl IndexedArchive {
    /// The name under which inverted indexes have it: no package is called so.
    pub fn name(&self) -> String {
        table::archive_name(&self.archive.sha1)
    }

    /// Whether this is the package that was guessed of it.
    fn is_guess(&self, indexed: &IndexedPackage) -> bool {
        let is_named = |guess: &Guess| {
            (&guess.name, &guess.version) == (&indexed.package.name, &indexed.package.version)
        };
        self.archive.guess.as_ref().is_some_and(is_named)
            && indexed.namespace.as_ref() == Some(&self.namespace)
            && indexed.path == self.archive.place(&self.path)
    }
}

/// What is told of unknown archives, file by file.
fn spots(archives: &[IndexedArchive]) -> Vec<BlindSpot> {
    let mut files: BTreeMap<&str, Vec<&UnknownArchive>> = BTreeMap::new();
    for one in archives {
        files.entry(&one.path).or_default().push(&one.archive);
    }
    files.into_iter().flat_map(|(path, archives)| told(path, archives)).collect()
}

#[cfg(test)]
mod tests;
