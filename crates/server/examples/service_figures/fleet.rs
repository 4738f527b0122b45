//! Images that nobody built: lists of packages with real names and versions, varied, and the reports that an indexer would
//! have made of them.
//!
//! A list has a base that all images of a release share, then packages drawn by popularity: three of five from source
//! packages that some advisory is about, the others with names that none is about.

use std::{collections::BTreeSet, fs};

use limpid_core::{
    Digest, Distribution, ImageFacts, IndexReport, IndexedPackage, Package, index_report::SCHEMA,
    package::SourcePackage,
};
use limpid_store::{packages::PackageKey, reports::StoredReport};
use limpid_testkit::alpine::{DATABASE, System};

use crate::{Failure, Wish, mirror::Document, random::Random};

/// Packages that every image begins with.
const BASE: usize = 15;

/// What a source package is built into, beside the package of its own name.
const BUILT: [&str; 5] = ["", "-libs", "-dev", "-utils", "-doc"];

/// A release, with what can be installed in it.
struct Release {
    name: String,
    advised: Vec<(String, Vec<String>)>,
}

/// An installed package.
struct Installed {
    name: String,
    version: String,
    source: String,
}

/// See the module.
pub(crate) struct Fleet {
    releases: Vec<Release>,
    unadvised: Vec<String>,
}

impl Fleet {
    pub(crate) fn new(wish: &Wish, documents: &[Document]) -> Result<Self, Failure> {
        let mut releases: Vec<Release> = Vec::new();
        for document in documents {
            let owned = |(name, versions): (&str, Vec<&str>)| {
                (name.to_owned(), versions.into_iter().map(str::to_owned).collect::<Vec<_>>())
            };
            let packages =
                document.packages().into_iter().map(owned).filter(|(_, versions)| !versions.is_empty());
            match releases.iter_mut().find(|release| release.name == document.release) {
                Some(release) => release.advised.extend(packages),
                None => {
                    releases.push(Release { name: document.release.to_owned(), advised: packages.collect() })
                }
            }
        }
        Ok(Self { releases, unadvised: unadvised(wish)? })
    }

    /// The packages of an image: as many as said, with what an image of the same base begins with.
    fn installed(&self, number: usize, count: usize) -> (&str, Vec<Installed>) {
        let mut random = Random::new(number);
        let Some(release) = self.releases.get(number % self.releases.len().max(1)) else {
            return ("", Vec::new());
        };
        let base = release.advised.iter().take(BASE).map(|(name, versions)| Installed {
            name: name.clone(),
            version: versions.last().cloned().unwrap_or_default(),
            source: name.clone(),
        });
        let mut packages: Vec<Installed> = base.collect();
        let mut known: BTreeSet<String> = packages.iter().map(|package| package.name.clone()).collect();
        while packages.len() < count {
            let built = BUILT.get(random.below(BUILT.len())).copied().unwrap_or_default();
            let drawn = if random.below(5) < 3 { random.popular(&release.advised) } else { None };
            let package = match drawn {
                Some((source, versions)) => Installed {
                    name: format!("{source}{built}"),
                    version: versions.get(random.below(versions.len())).cloned().unwrap_or_default(),
                    source: source.clone(),
                },
                None => {
                    let source = random.popular(&self.unadvised).cloned().unwrap_or_default();
                    let version = format!("{}.{}-r{}", random.below(9), random.below(20), random.below(5));
                    Installed { name: format!("{source}{built}"), version, source }
                }
            };
            if known.insert(package.name.clone()) {
                packages.push(package);
            }
        }
        (&release.name, packages)
    }

    /// The system of an image, to be built.
    pub(crate) fn system(&self, number: usize, count: usize) -> System {
        let (release, packages) = self.installed(number, count);
        let system = System::alpine(&format!("{}.0", release.trim_start_matches('v')));
        packages.iter().fold(system, |system, one| system.package(&one.name, &one.version, &one.source))
    }

    /// The report of an image of 150 to 249 packages, as a row, and its places in the inverted index.
    pub(crate) fn report(
        &self,
        number: usize,
        index_state: &Digest,
    ) -> Result<(StoredReport, Vec<PackageKey>), Failure> {
        let count = 150 + Random::new(number ^ 0x5eed).below(100);
        let (release, packages) = self.installed(number, count);
        let manifest = Digest::of(format!("manifest {number}").as_bytes());
        let layer = Digest::of(format!("layer {number}").as_bytes());
        let namespace = format!("Alpine:{release}");
        let mut keys = BTreeSet::new();
        for package in &packages {
            for name in [&package.name, &package.source] {
                keys.insert(PackageKey { namespace: namespace.clone(), name: name.clone() });
            }
        }
        let version = format!("{}.0", release.trim_start_matches('v'));
        let mut packages: Vec<IndexedPackage> =
            packages.into_iter().map(|one| indexed(one, &namespace, &version, &layer)).collect();
        packages.sort();
        let report = IndexReport {
            schema: SCHEMA.to_owned(),
            image: ImageFacts {
                reference: manifest.to_string(),
                digest: manifest.clone(),
                platform: "unknown".to_owned(),
                layers: vec![layer],
            },
            index_state: index_state.clone(),
            repositories: Vec::new(),
            distributions: vec![Distribution {
                id: "alpine".to_owned(),
                name: format!("Alpine Linux {release}"),
                ecosystem: namespace,
                version,
                end_of_life: None,
            }],
            packages,
            blind_spots: Vec::new(),
            archives: Vec::new(),
        };
        let json = serde_json::to_vec(&report)?;
        let stored = StoredReport {
            manifest,
            index_state: index_state.clone(),
            is_complete: true,
            digest: Digest::of(&json),
            indexed_at: chrono::Utc::now(),
            json,
        };
        Ok((stored, keys.into_iter().collect()))
    }
}

fn indexed(one: Installed, namespace: &str, version: &str, layer: &Digest) -> IndexedPackage {
    let purl = format!("pkg:apk/alpine/{}@{}?arch=x86_64&distro=alpine-{version}", one.name, one.version);
    let source = SourcePackage { name: one.source, version: one.version.clone() };
    IndexedPackage {
        package: Package {
            name: one.name,
            version: one.version,
            kind: "apk".to_owned(),
            architecture: Some("x86_64".to_owned()),
            source: Some(source),
            ..Package::default()
        },
        namespace: Some(namespace.to_owned()),
        purl,
        path: DATABASE.to_owned(),
        layer: Some(layer.clone()),
    }
}

/// Names of packages of every kind that the corpus has lists of.
fn unadvised(wish: &Wish) -> Result<Vec<String>, Failure> {
    let mut names = BTreeSet::new();
    for file in fs::read_dir(wish.corpus.join("packages"))? {
        let text = fs::read_to_string(file?.path())?;
        let name = |line: &str| line.split('\t').nth(1).map(str::to_owned);
        names.extend(
            text.lines().skip(1).filter_map(name).filter(|name| name.is_ascii() && !name.contains('/')),
        );
    }
    let mut names: Vec<String> = names.into_iter().map(|name| format!("{name}-x")).collect();
    // So that popularity does not follow the alphabet.
    names.sort_by_key(|name| Digest::of(name.as_bytes()));
    Ok(names)
}
