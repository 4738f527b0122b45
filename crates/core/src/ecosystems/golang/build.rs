//! The modules of a program, from its build information.
//!
//! Lines of fields with tabs between: `mod PATH VERSION SUM` is the program's own module, `dep PATH VERSION SUM` one that it is
//! built from, and `=> PATH VERSION SUM` after one of them what stands in its place.
//!
//! Source of the format: Go's package runtime/debug, `BuildInfo.String`; of the name `stdlib`: Go's vulnerability database.

use super::version;
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason,
    formats::program::{self, GoBuild},
};

/// What the database calls the standard library.
const STANDARD_LIBRARY: &str = "stdlib";

/// What Go writes where a module was not taken from a version.
const DEVELOPMENT: &str = "(devel)";

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let program = match program::read(file.content) {
        Some(Ok(program)) => program,
        Some(Err(detail)) => return Parsed { blind_spots: vec![spot(file, detail)], ..Parsed::default() },
        None => return Parsed::default(),
    };
    let mut parsed = Parsed::default();
    parsed.blind_spots.extend(program.go_unread.iter().map(|detail| spot(file, detail.clone())));
    for build in &program.go {
        let packages = packages(build).into_iter().map(ParsedPackage::new);
        parsed.packages.extend(packages);
        if build.modules.is_empty() {
            let detail = "it was built by Go without modules, so that what it is built from is unknown";
            parsed.blind_spots.push(spot(file, detail.to_owned()));
        }
    }
    parsed
}

fn spot(file: &FoundFile<'_>, detail: String) -> BlindSpot {
    BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail)
}

fn packages(build: &GoBuild) -> Vec<Package> {
    let mut modules: Vec<(&str, &str)> = Vec::new();
    for line in build.modules.lines() {
        let mut fields = line.split('\t');
        let (kind, path, version) = (fields.next(), fields.next(), fields.next().unwrap_or_default());
        match (kind, path) {
            (Some("mod" | "dep"), Some(path)) if !path.is_empty() => modules.push((path, version)),
            (Some("=>"), Some(path)) => {
                if let Some(replaced) = modules.last_mut() {
                    // A folder stands in the place of the module: it has no version of its own.
                    *replaced = if version.is_empty() || is_folder(path) { (replaced.0, "") } else { (path, version) };
                }
            }
            (None | Some(_), _) => {}
        }
    }
    let standard = package(STANDARD_LIBRARY, &version::of_go(&build.version));
    let modules = modules.into_iter().map(|(path, version)| {
        package(path, if version.is_empty() { DEVELOPMENT } else { version })
    });
    std::iter::once(standard).chain(modules).collect()
}

fn is_folder(path: &str) -> bool {
    path.starts_with(['.', '/'])
}

fn package(name: &str, version: &str) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        kind: "golang".to_owned(),
        ..Package::default()
    }
}

#[cfg(test)]
mod tests;
