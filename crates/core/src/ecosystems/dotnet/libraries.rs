//! The list of libraries that an application was built with: `NAME.deps.json`.
//!
//! Packages are delivered, projects are the application's own (their files are nobody else's), and the runtime comes along where the application is
//! self-contained. A package that brought no file was needed to build, and is not there. Whatever is listed in another form is told.
//!
//! Source of the format: .NET's design document “runtime-configuration-file”, section `[appname].deps.json`; libraries of the type
//! `runtimepack`: .NET's SDK.

use std::{collections::HashMap, fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use super::{framework::Framework, limits::MOST_PATH_BYTES};
use crate::{
    FilePath, FoundFile, Package, Parsed, ParsedPackage,
    ecosystem::OwnedFiles,
    formats::{damage::Damage, path_budget::PathBudget},
    owned::OwnedFile,
};

/// What stands before the name of a runtime that comes along.
const RUNTIME: &str = "runtimepack.";

#[derive(Deserialize)]
struct Document {
    #[serde(default, rename = "runtimeTarget")]
    target: Value,
    #[serde(default)]
    targets: Option<Entries<Entries<Value>>>,
    #[serde(default)]
    libraries: Option<Entries<Library>>,
}

#[derive(Deserialize)]
struct Library {
    #[serde(default, rename = "type")]
    kind: String,
}

/// The members of an object, also those that are named twice.
struct Entries<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Entries<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Entries(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let content = file.content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.content);
    let mut damage = Damage::default();
    let packages = match serde_json::from_slice::<Document>(content) {
        Ok(document) => packages(file.path, document, &mut damage),
        Err(error) => {
            damage.note("it cannot be read", error);
            (Vec::new(), Vec::new())
        }
    };
    let (packages, owned) = packages;
    Parsed { packages, owned, blind_spots: damage.into_blind_spots(file.path), ..Parsed::default() }
}

/// The packages, and the files of the application's own projects.
fn packages(
    path: &FilePath,
    document: Document,
    damage: &mut Damage,
) -> (Vec<ParsedPackage>, Vec<OwnedFiles>) {
    // Every application lists itself.
    let libraries = document.libraries.map(|Entries(libraries)| libraries).unwrap_or_default();
    if libraries.is_empty() {
        damage.note("it has no list of libraries", "");
    }
    let mut delivered = Delivered::of(document.targets, &path.parent(), damage);
    let framework = Framework::at(path);
    let (mut packages, mut projects, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for (key, Library { kind }) in libraries {
        match kind.as_str() {
            "package" | "runtimepack" => {
                let Some((name, version)) = split(&key) else {
                    damage.note("libraries without a readable name and version", key);
                    continue;
                };
                let Some(files) = delivered.files(&key) else { continue };
                match &framework {
                    Some(framework) if framework.is(name) => own.extend(files),
                    Some(_) | None => packages.push(package(name, version, files.into())),
                }
            }
            "project" | "msbuildproject" => projects.extend(delivered.project(&key)),
            "referenceassembly" => {}
            "reference" => damage.note("assemblies that came from no package", key),
            _ => damage.note("libraries of a kind that is not known", key),
        }
    }
    if let Some(framework) = framework {
        packages.extend(of_framework(&framework, own.into(), &document.target, damage));
    }
    (packages, projects)
}

/// The framework under its own name, and as the package that advisories name.
fn of_framework(
    framework: &Framework,
    files: Arc<[OwnedFile]>,
    target: &Value,
    damage: &mut Damage,
) -> Vec<ParsedPackage> {
    let mut packages = vec![package(&framework.name, &framework.version, Arc::clone(&files))];
    let target = target.get("name").and_then(Value::as_str).unwrap_or_default();
    let system = target.rsplit_once('/').map(|(_, system)| system).unwrap_or_default();
    match framework.package(system) {
        Some(name) => packages.push(package(&name, &framework.version, files)),
        None => {
            damage.note("a runtime for a system for which advisories name no package", format!("“{target}”"))
        }
    }
    packages
}

fn package(name: &str, version: &str, files: Arc<[OwnedFile]>) -> ParsedPackage {
    let package = Package {
        name: name.to_ascii_lowercase(),
        version: version.to_owned(),
        kind: "nuget".to_owned(),
        ..Package::default()
    };
    ParsedPackage { package: package.into(), files, ..ParsedPackage::default() }
}

/// Name and version of `NAME/VERSION`.
fn split(key: &str) -> Option<(&str, &str)> {
    let (name, version) = key.split_once('/')?;
    let name = name.strip_prefix(RUNTIME).unwrap_or(name);
    let is_plain = |text: &str| {
        !text.is_empty() && !text.contains(|one: char| one.is_whitespace() || one.is_control() || one == '/')
    };
    (is_plain(name) && is_plain(version)).then_some((name, version))
}

/// What was delivered of each library.
struct Delivered(HashMap<String, Brought>);

/// What was delivered of one library.
#[derive(Default)]
struct Brought {
    files: Vec<OwnedFile>,
    /// Whether that is anything, as far as it is understood.
    is_anything: bool,
}

impl Delivered {
    fn of(targets: Option<Entries<Entries<Value>>>, folder: &FilePath, damage: &mut Damage) -> Self {
        let mut all: HashMap<String, Brought> = HashMap::new();
        let mut budget = PathBudget::<MOST_PATH_BYTES>::default();
        let libraries = targets.into_iter().flat_map(|Entries(targets)| targets);
        for (library, parts) in libraries.flat_map(|(_, Entries(libraries))| libraries) {
            let brought = all.entry(library).or_default();
            brought.is_anything |= is_anything(&parts);
            for file in files(&parts).map(|file| folder.join(file.as_bytes())) {
                if budget.take(file.as_bytes().len()) {
                    brought.files.push(file.into());
                }
            }
        }
        if budget.is_spent() {
            let what = "its list of files is too large; which files packages own is known only in part";
            damage.over_budget(what, "");
        }
        Self(all)
    }

    /// The files of a library; `None` where it brought nothing. Of one that no target names nothing is known.
    fn files(&mut self, library: &str) -> Option<Vec<OwnedFile>> {
        match self.0.remove(library) {
            Some(brought) => brought.is_anything.then_some(brought.files),
            None => Some(Vec::new()),
        }
    }

    /// The files of one of the application's own projects; `None` where it has none.
    fn project(&mut self, library: &str) -> Option<OwnedFiles> {
        let files = self.files(library).filter(|files| !files.is_empty())?;
        let name = split(library).map_or(library, |(name, _)| name);
        Some(OwnedFiles { package: name.to_owned(), files: files.into() })
    }
}

/// The lists of a library's files.
fn lists(parts: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let known_otherwise = ["dependencies", "compile", "compileOnly"];
    let parts = parts.as_object().into_iter().flatten().map(|(kind, list)| (kind.as_str(), list));
    parts.filter(move |(kind, _)| !known_otherwise.contains(kind))
}

/// Whether a list has a file; one in a form that nobody knows may have some.
fn is_anything(parts: &Value) -> bool {
    let is_file = |path: &String| !path.ends_with("_._");
    let has_file = |list: &Value| list.as_object().is_none_or(|files| files.keys().any(is_file));
    !parts.is_object() || lists(parts).any(|(_, list)| has_file(list))
}

/// Where its files lie, beside the list: without the folders that they have in the package, but those of languages.
fn files(parts: &Value) -> impl Iterator<Item = &str> {
    lists(parts).flat_map(|(kind, list)| {
        let folders = match kind {
            "resources" => 1,
            "runtimeTargets" => usize::MAX,
            _ => 0,
        };
        list.as_object().into_iter().flatten().map(move |(path, _)| last(path, folders))
    })
}

/// The name of a file, with so many of the folders in which it is.
fn last(path: &str, folders: usize) -> &str {
    let start = path.rmatch_indices('/').nth(folders).map_or(0, |(slash, _)| slash + 1);
    path.get(start..).unwrap_or(path)
}

#[cfg(test)]
mod tests;
