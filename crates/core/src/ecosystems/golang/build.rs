//! The modules of a program, from its build information.
//!
//! Lines of fields with tabs between: `mod PATH VERSION SUM` is the program's own module, `dep PATH VERSION SUM` one that it is
//! built from, and `=> PATH VERSION SUM` after one of them what stands in its place. A folder in its place is a copy of which
//! nobody knows the version, as is the program's own module where it was not taken from a version. A line of another kind is
//! told: it may have been one of these. `build GOOS=…` and `build GOARCH=…` say for what the program is built, and so is all that it
//! is built from. (Go's own programs build for others, too: what is said of those does not depend on it.)
//!
//! Source of the format: Go's package runtime/debug, `BuildInfo.String`; of the names `stdlib` and `toolchain`: Go's
//! vulnerability database.

use std::collections::BTreeSet;

use super::version;
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, formats::program, package::UNRELEASED,
};

/// What the database calls the standard library.
const STANDARD_LIBRARY: &str = "stdlib";

/// What it calls the programs of Go itself, and where these are in Go's source.
const TOOLCHAIN: &str = "toolchain";
const TOOLCHAIN_PATH: &str = "cmd/";

/// Characters of a line that are shown.
const MOST_SHOWN: usize = 80;

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let program = match program::read(file.content) {
        Some(Ok(program)) => program,
        Some(Err(detail)) => return Parsed { blind_spots: vec![spot(file, detail)], ..Parsed::default() },
        None => return Parsed::default(),
    };
    let mut parsed = Parsed::default();
    parsed.blind_spots.extend(program.go_unread.iter().map(|detail| spot(file, detail.clone())));
    let builds: Vec<Modules<'_>> = program.go.iter().map(|build| Modules::read(&build.modules)).collect();
    // Of a file with programs for several processors all are judged as one.
    let platforms: BTreeSet<Option<String>> = builds.iter().map(Modules::built_for).collect();
    let built_for = platforms.first().filter(|_| platforms.len() == 1).cloned().flatten();
    for (build, modules) in program.go.iter().zip(builds) {
        let packages = modules.packages(&build.version, built_for.as_deref());
        parsed.packages.extend(packages.into_iter().map(ParsedPackage::new));
        parsed.blind_spots.extend(modules.odd.map(|line| {
            let shown: String = line.chars().take(MOST_SHOWN).collect();
            spot(file, format!("a line of its Go build information cannot be read: {shown:?}"))
        }));
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

/// What the lines say.
#[derive(Default)]
struct Modules<'a> {
    /// The package that is its `main`.
    path: &'a str,
    /// Whether its own module is named: that of a program of Go itself is not.
    has_own: bool,
    /// Path and version.
    list: Vec<(&'a str, &'a str)>,
    /// The first line that cannot be read.
    odd: Option<&'a str>,
    /// What is said of the system and of the processor that it is built for.
    systems: BTreeSet<&'a str>,
    processors: BTreeSet<&'a str>,
}

impl<'a> Modules<'a> {
    fn read(text: &'a str) -> Self {
        let mut modules = Self::default();
        // Go writes an empty line behind what stands in a module's place.
        for line in text.lines().filter(|line| !line.is_empty()) {
            if modules.line(line).is_none() {
                modules.odd = modules.odd.or(Some(line));
            }
        }
        modules
    }

    /// Reads a line; `None` where it cannot be read.
    fn line(&mut self, line: &'a str) -> Option<()> {
        let (kind, rest) = line.split_once('\t')?;
        let mut fields = rest.split('\t');
        let path = fields.next().filter(|path| !path.is_empty())?;
        let version = fields.next().unwrap_or_default();
        let is_module = fields.nth(1).is_none();
        match kind {
            "path" if version.is_empty() && is_module => self.path = path,
            "mod" | "dep" if is_module => {
                self.has_own |= kind == "mod";
                self.list.push((path, version));
            }
            "=>" if is_module => {
                let replaced = self.list.last_mut()?;
                // A folder has no version of its own.
                *replaced = if is_folder(path) { (replaced.0, "") } else { (path, version) };
            }
            "build" => {
                self.systems.extend(path.strip_prefix("GOOS="));
                self.processors.extend(path.strip_prefix("GOARCH="));
            }
            _ => return None,
        }
        Some(())
    }

    /// Such as `linux/amd64`; `None` where it is not said, or twice.
    fn built_for(&self) -> Option<String> {
        let one = |all: &BTreeSet<&'a str>| all.first().copied().filter(|_| all.len() == 1);
        let (system, processor) = (one(&self.systems)?, one(&self.processors)?);
        let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_plain(system) && is_plain(processor)).then(|| format!("{system}/{processor}"))
    }

    fn packages(&self, go: &str, built_for: Option<&str>) -> Vec<Package> {
        let go = version::of_go(go);
        let is_toolchain = !self.has_own && self.path.starts_with(TOOLCHAIN_PATH);
        let toolchain = is_toolchain.then(|| package(TOOLCHAIN, &go));
        let modules = self
            .list
            .iter()
            .map(|&(path, version)| package(path, if version.is_empty() { UNRELEASED } else { version }));
        let built = |one: Package| Package { built_for: built_for.map(str::to_owned), ..one };
        let library = built(package(STANDARD_LIBRARY, &go));
        std::iter::once(library).chain(toolchain).chain(modules.map(built)).collect()
    }
}

/// Whether what stands in a module's place is a folder: also one of Windows.
fn is_folder(path: &str) -> bool {
    path.starts_with(['.', '/', '\\']) || path.get(1..2) == Some(":")
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
