//! An ecosystem as a value: everything that Limpid knows about one distribution or language.
//!
//! Each folder under `ecosystems/` has one public item, a value of type [`Ecosystem`]. Its id is open text, never an
//! enum, and nobody outside the folder matches on it: what others need to know is a field here.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::{
    BlindSpot, FilePath, Package,
    archives::UnknownArchive,
    digest::{Digest, Hasher},
    feed::{FeedFamily, Publisher},
    os_release::OsRelease,
    owned::OwnedFile,
    package::SourcePackage,
    revision,
    scope::{Scope, ScopeQuestion},
    upgrade::UpgradeTool,
    version::VersionOrder,
    wants::{Want, WantList},
};

/// One distribution or language.
#[derive(Debug, Clone, Copy)]
pub struct Ecosystem {
    /// Name of its folder, such as `alpine`. Also the first part of its feeds' names.
    pub id: &'static str,
    /// Name for people, such as `Alpine Linux`.
    pub name: &'static str,
    /// OSV's name for it, which begins the namespaces of its releases: `Alpine` in `Alpine:v3.16`.
    pub osv_name: &'static str,
    /// For languages whose packages are judged by feeds of their own each: the namespace of such a package, such as
    /// `programs:curl`. `None`: that of all others, [`Ecosystem::osv_name`].
    pub namespace_within: fn(&Package) -> Option<String>,
    /// What Clair calls its updaters and matchers, where that is not the id.
    pub clair_names: &'static [&'static str],
    /// How its packages are written as package URLs.
    pub purl: PurlNames,
    /// The detectors that find its packages; several ecosystems may share one.
    pub detectors: &'static [&'static Detector],
    /// For distributions: how to tell that an image is one. `None` for languages.
    pub identity: Option<Identity>,
    /// The order of its versions.
    pub versions: &'static VersionOrder,
    /// What upgrades its packages; of several, the first that is installed.
    pub upgrade: &'static [UpgradeTool],
    /// Where its advisories come from.
    pub feeds: &'static FeedFamily,
    /// Under which namespaces a package is judged: [`crate::scope::own_namespace`] where that is its own one.
    pub scope: fn(&ScopeQuestion<'_>) -> Scope,
    /// Whether that may be another namespace than its own one: then a statement under any namespace of the ecosystem may
    /// hold for packages of any other.
    pub crosses: bool,
    /// The day after which a release (given by namespace) gets no more advisories, where that is known.
    pub end_of_life: fn(namespace: &str) -> Option<NaiveDate>,
    /// What people are told of it and its other values do not say.
    pub notes: Notes,
    /// Digest of the folder's code and data, from [`revision::of`].
    pub revision: &'static str,
}

/// Short texts for `docs/coverage.md`: what cannot be read from the other values of an [`Ecosystem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notes {
    /// What of os-release tells that a system is one of these; the files beside it are in [`Identity::files`]. For languages:
    /// by what packages are found.
    pub recognised: &'static str,
    /// How it becomes known which releases the advisory data covers.
    pub releases: &'static str,
    /// Who gives the severity, and of what.
    pub severity: &'static str,
    /// What of its systems is not judged.
    pub not_covered: &'static [&'static str],
}

/// Type and namespace of package URLs (`pkg:TYPE/NAMESPACE/NAME@VERSION`).
#[derive(Debug, Clone, Copy)]
pub struct PurlNames {
    /// The purl type.
    pub kind: &'static str,
    /// The purl namespace; `None` where names have none or carry their own.
    pub namespace: Option<&'static str>,
    /// Other distributions (`ID` of os-release) that are judged by the same data, and their namespaces.
    pub others: &'static [(&'static str, &'static str)],
    /// What stands between namespace and name in names that carry their own: `/` in `@babel/core`, `:` in `org.slf4j:slf4j-api`.
    pub separator: Option<char>,
    /// Whether advisories name source packages: then a package of which nobody tells the source (the qualifier `upstream`)
    /// is judged in part.
    pub by_source: bool,
    /// Makes of a package that was read from a package URL the one that the detector would have found: names and versions
    /// have several spellings.
    pub as_detected: fn(Package) -> Package,
}

impl PurlNames {
    /// What distributions have that judge by source packages, for those fields that are not told.
    pub const BY_SOURCE: Self = Self { by_source: true, ..Self::BY_BINARY };

    /// What distributions have that judge by installed packages, for those fields that are not told.
    pub const BY_BINARY: Self = Self {
        kind: "",
        namespace: None,
        others: &[],
        separator: None,
        by_source: false,
        as_detected: |package| package,
    };

    /// Those of a language.
    pub const fn language(kind: &'static str, separator: Option<char>) -> Self {
        Self { kind, separator, ..Self::BY_BINARY }
    }

    /// The name of a package whose package URL has this namespace and name: the inverse of [`PurlNames::split`].
    pub fn join(&self, namespace: Option<&str>, name: &str) -> String {
        match (self.separator, namespace) {
            (Some(separator), Some(namespace)) => format!("{namespace}{separator}{name}"),
            (Some(_), None) | (None, _) => name.to_owned(),
        }
    }

    /// Whether packages of the distribution with this `ID` may have this namespace.
    pub fn is_namespace_of(&self, namespace: &str, id: &str) -> bool {
        let same = |one: &str| one.eq_ignore_ascii_case(namespace);
        same(id) || self.namespace.is_none_or(same) || self.others.iter().any(|(_, other)| same(other))
    }

    /// The namespace that a name carries, and the rest of it.
    pub fn split<'a>(&self, name: &'a str) -> (Option<&'a str>, &'a str) {
        let parts = self.separator.and_then(|separator| name.rsplit_once(separator));
        let whole = |(namespace, rest): &(&str, &str)| !namespace.is_empty() && !rest.is_empty();
        parts.filter(whole).map_or((None, name), |(namespace, rest)| (Some(namespace), rest))
    }

    /// The namespace of packages of the distribution with this `ID`.
    pub fn namespace_of(&self, id: &str) -> Option<&'static str> {
        let other = self.others.iter().find(|(other, _)| *other == id);
        other.map_or(self.namespace, |(_, namespace)| Some(namespace))
    }
}

/// How a distribution is recognised.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// Files beside os-release that [`Identity::identify`] looks at, such as `etc/alpine-release`.
    pub files: &'static [&'static str],
    /// Tells whether a system is this distribution, and which release; `None` where it is another.
    pub identify: fn(&SystemFiles<'_>) -> Option<Identified>,
}

/// The files of one root file system that tell which distribution it is.
pub struct SystemFiles<'a> {
    /// os-release, parsed, where there is one.
    pub os_release: Option<&'a OsRelease>,
    /// The content of one of [`Identity::files`], where it exists and is text.
    pub text: &'a dyn Fn(&str) -> Option<String>,
}

/// What [`Identity::identify`] found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// How sure it is; the strongest claim of all ecosystems wins.
    pub strength: Strength,
    /// Name for people, such as `Alpine Linux v3.16`.
    pub name: String,
    /// The namespace to judge by, such as `Alpine:v3.16`.
    pub namespace: String,
    /// What is not judged or not sure although it is recognised, such as what a derived distribution changes.
    pub doubts: Vec<BlindSpot>,
}

/// How sure an ecosystem is that a system is its own. Ordered from the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// By a file that only this distribution ships, without os-release.
    Fallback,
    /// By `ID_LIKE`: a distribution made from this one.
    Derived,
    /// By `ID`.
    Named,
}

/// Finds packages in files of one kind. Shared by all ecosystems whose packages are kept that way.
#[derive(Debug, Clone, Copy)]
pub struct Detector {
    /// Name of its folder under `formats/` or `ecosystems/`, such as `apk`.
    pub id: &'static str,
    /// Digest of its code, from [`revision::of`].
    pub revision: &'static str,
    /// The files that it reads.
    pub wants: &'static [Want],
    /// Endings of the names of files beside a wanted one that belong to it, such as `-wal`; with a slash in front, whole
    /// names of files in its folder, such as `/SLOT`. They are kept by wants of their own ([`Want::companion`]) and read with
    /// it ([`FoundFile::companions`]).
    pub companions: &'static [&'static str],
    /// Reads one of these files. Total: whatever the bytes, it returns what it could read and says what it could not.
    pub parse: fn(&FoundFile<'_>) -> Parsed,
}

/// A file of the image's final file system that a detector asked for.
#[derive(Debug, Clone, Copy)]
pub struct FoundFile<'a> {
    /// Where it is.
    pub path: &'a FilePath,
    /// All of its bytes.
    pub content: &'a [u8],
    /// For each of [`Detector::companions`] that stands beside it, the ending and all bytes.
    pub companions: &'a [(&'static str, &'a [u8])],
}

/// What a detector read from one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The packages, in the order of the file.
    pub packages: Vec<ParsedPackage>,
    /// Files that a package owns, said by a file that is no database of packages, such as dpkg's `info/NAME.list`.
    pub owned: Vec<OwnedFiles>,
    /// The package that brought all that is in the file's folder and nobody else owns, where the file says what is installed there.
    pub owns_folder: Option<String>,
    /// The repositories that the packages of this file system come from, as a manifest of its contents says.
    pub repositories: Vec<String>,
    /// From which repository single packages were installed, as a log of installations says.
    pub installed_from: Vec<InstalledFrom>,
    /// What could not be read.
    pub blind_spots: Vec<BlindSpot>,
    /// Archives that nothing identifies for certain; the blind spots tell of them too.
    pub archives: Vec<UnknownArchive>,
    /// Whether the file only says itself what it is: then nothing of it is listed or told where what this detector read elsewhere
    /// lists the file, or a package of the distribution has it.
    pub yields: bool,
}

/// The files of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFiles {
    /// Name of the package.
    pub package: String,
    /// Its files.
    pub files: Arc<[OwnedFile]>,
}

/// Where one package was installed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledFrom {
    /// Name of the package.
    pub name: String,
    /// Its version, as the package database writes it.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// Identifier of the repository.
    pub repository: String,
}

/// A package, and the files that its database says are its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedPackage {
    /// The package.
    pub package: Arc<Package>,
    /// Its files. Shared, because one parse serves many images.
    pub files: Arc<[OwnedFile]>,
    /// Where it is within the file, which is an archive: `BOOT-INF/lib/x.jar`, `web.war!/WEB-INF/lib/x.jar`. Empty where it is
    /// the file itself that tells of it.
    pub within: String,
}

impl Ecosystem {
    /// The namespace of a package of a language.
    pub fn namespace_of(&self, package: &Package) -> String {
        (self.namespace_within)(package).unwrap_or_else(|| self.osv_name.to_owned())
    }
}

impl Detector {
    /// Where the companion of this ending ([`Detector::companions`]) stands beside a file.
    pub fn companion_path(file: &FilePath, ending: &str) -> FilePath {
        if ending.starts_with('/') {
            return file.parent().join(ending.as_bytes());
        }
        FilePath::new(&[file.as_bytes(), ending.as_bytes()].concat())
    }
}

impl ParsedPackage {
    /// A package of which no files are known.
    pub fn new(package: Package) -> Self {
        Self { package: Arc::new(package), ..Self::default() }
    }
}

impl SourcePackage {
    /// A source package.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into() }
    }
}

/// The ecosystems in use, and what follows from them as a whole.
#[derive(Debug, Clone)]
pub struct Ecosystems {
    list: Vec<Ecosystem>,
    enrichments: Vec<Publisher>,
}

impl Ecosystems {
    /// These ecosystems, in this order. [`crate::ecosystems::all`] has the ones that Limpid ships.
    pub fn new(list: impl IntoIterator<Item = Ecosystem>) -> Self {
        Self { list: list.into_iter().collect(), enrichments: Vec::new() }
    }

    /// The same with feeds of what is known of vulnerabilities, whatever they are in. They judge nothing, so they are no part
    /// of [`Ecosystems::index_state`].
    #[must_use]
    pub fn enriched(mut self, publisher: Publisher) -> Self {
        self.enrichments.push(publisher);
        self
    }

    /// Those that are chosen, with all enrichments.
    #[must_use]
    pub fn only(&self, is_chosen: impl Fn(&Ecosystem) -> bool) -> Self {
        let list = self.list.iter().filter(|one| is_chosen(one)).copied().collect();
        Self { list, enrichments: self.enrichments.clone() }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Ecosystem> {
        self.list.iter()
    }

    /// Those who publish what is known of vulnerabilities, whatever they are in.
    pub fn enrichments(&self) -> impl Iterator<Item = &Publisher> {
        self.enrichments.iter()
    }

    /// All who publish feeds.
    pub fn publishers(&self) -> impl Iterator<Item = Publisher> {
        self.iter().map(Ecosystem::publisher).chain(self.enrichments.iter().copied())
    }

    /// The ecosystem to which a namespace such as `Alpine:v3.16` belongs.
    pub fn of_namespace(&self, namespace: &str) -> Option<&Ecosystem> {
        let name = namespace.split_once(':').map_or(namespace, |(name, _)| name);
        self.iter().find(|ecosystem| ecosystem.osv_name == name)
    }

    /// Which ecosystem a system is of, and which release: the strongest claim, and of equal ones the first.
    pub fn identify(&self, system: &SystemFiles<'_>) -> Option<(&Ecosystem, Identified)> {
        let mut best: Option<(&Ecosystem, Identified)> = None;
        for ecosystem in self.iter() {
            if let Some(identity) = ecosystem.identity
                && let Some(identified) = (identity.identify)(system)
                && best.as_ref().is_none_or(|(_, known)| identified.strength > known.strength)
            {
                best = Some((ecosystem, identified));
            }
        }
        best
    }

    /// The detectors of all ecosystems, each once, sorted by id.
    pub fn detectors(&self) -> Vec<&'static Detector> {
        let mut detectors: Vec<_> =
            self.iter().flat_map(|ecosystem| ecosystem.detectors.iter().copied()).collect();
        detectors.sort_by_key(|detector| detector.id);
        detectors.dedup_by_key(|detector| detector.id);
        detectors
    }

    /// The files to keep of every layer.
    pub fn wants(&self) -> WantList {
        let of_detectors = self.detectors().into_iter().flat_map(|detector| detector.wants.iter().copied());
        WantList::new(of_detectors.chain(crate::os_release::wants(self)))
    }

    /// What index reports depend on beside the image: the digest of all that detects.
    ///
    /// `reading` is the revision of the code that reads layers and computes the final file system, and `settings` the
    /// configuration that changes results, in words.
    pub fn index_state(&self, reading: &str, settings: &str) -> Digest {
        let mut hasher = Hasher::sha256();
        for part in
            ["limpid index state", revision::of("shared"), reading, settings, &self.wants().revision()]
        {
            hasher.update_field(part);
        }
        for ecosystem in self.iter() {
            hasher.update_field(ecosystem.id);
            hasher.update_field(ecosystem.revision);
        }
        for detector in self.detectors() {
            hasher.update_field(detector.id);
            hasher.update_field(detector.revision);
        }
        hasher.finish()
    }
}
