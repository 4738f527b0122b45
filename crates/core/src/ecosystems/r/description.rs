//! The description of one package in a library of R's: `library/NAME/DESCRIPTION`.
//!
//! What R has built says so (`Built`). In a library, whatever lacks a name, a version or that is told; elsewhere, files of this name
//! may be anything, and only what says that it is R's is read.
//!
//! Source of the format: R's manual “Writing R Extensions”, “The DESCRIPTION file”, which is that of Debian's control files.

use std::collections::BTreeMap;

use crate::{BlindSpot, FilePath, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// Where the packages are from that R brings.
pub(super) const R: &str = "R";

/// The other archive of packages.
pub(super) const BIOCONDUCTOR: &str = "Bioconductor";

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let content = String::from_utf8_lossy(file.content);
    let fields = fields(&content);
    let field = |name: &str| fields.get(name).copied().filter(|value| !value.is_empty());
    let plain = |name: &str| field(name).filter(|value| is_plain(value));
    match (plain("Package"), plain("Version"), field("Built")) {
        (Some(name), Some(version), Some(_)) => {
            let package = Package {
                name: name.to_owned(),
                version: version.to_owned(),
                kind: "cran".to_owned(),
                repository: repository(&fields),
                ..Package::default()
            };
            parsed.packages.push(ParsedPackage::new(package));
        }
        (name, _, built) if is_in_library(file.path) || name.is_some() || built.is_some() => {
            let detail = match (name, built) {
                (Some(_), None) => "it is not said to be built: a source, or a part of a description",
                (Some(_) | None, _) => "it describes no package with a name and a version",
            };
            let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
            parsed.blind_spots.push(spot.with_packages(1));
        }
        (_, _, _) => {}
    }
    parsed
}

/// The fields, with the first line of their values: what is read stands in one.
fn fields(content: &str) -> BTreeMap<&str, &str> {
    let begins = content.lines().filter(|line| !line.starts_with([' ', '\t']));
    begins.filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim())).collect()
}

fn repository(fields: &BTreeMap<&str, &str>) -> Option<String> {
    if fields.get("Priority") == Some(&"base") {
        return Some(R.to_owned());
    }
    // Packages of CRAN have these fields too, where they need some of Bioconductor's.
    let is_of_bioconductor = || {
        let url = fields.get("git_url").copied().unwrap_or_default();
        url.contains("bioconductor.org") || fields.contains_key("biocViews")
    };
    match fields.get("Repository").copied() {
        Some(repository) if repository.starts_with(BIOCONDUCTOR) => Some(BIOCONDUCTOR.to_owned()),
        Some(repository) => Some(repository.to_owned()),
        None => is_of_bioconductor().then(|| BIOCONDUCTOR.to_owned()),
    }
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|one| one.is_whitespace() || one.is_control())
}

/// Whether this is in a folder of packages: `library`, `site-library`, `x86_64-pc-linux-gnu-library/4.2`.
fn is_in_library(path: &FilePath) -> bool {
    path.parent().parent().as_bytes().split(|&byte| byte == b'/').any(|folder| folder.ends_with(b"library"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "usr/lib/R/site-library/digest/DESCRIPTION";

    fn parse(path: &str, content: &str) -> Parsed {
        read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] })
    }

    fn counts(path: &str, content: &str) -> (usize, usize) {
        let parsed = parse(path, content);
        (parsed.packages.len(), parsed.blind_spots.len())
    }

    #[test]
    fn what_is_built_is_installed_and_the_rest_of_a_library_is_told() {
        let built =
            "Package: digest\nVersion: 0.6.31\nTitle: Create\n    Version: 2\nBuilt: R 4.2.2; ; 2023; unix\n";
        for installed in [
            LIBRARY,
            "home/me/R/x86_64-pc-linux-gnu-library/4.2/digest/DESCRIPTION",
            "opt/digest/DESCRIPTION",
        ] {
            let parsed = parse(installed, built);
            let package = &parsed.packages[0].package;
            assert_eq!((&*package.name, &*package.version), ("digest", "0.6.31"), "{installed}");
            assert_eq!(parsed.blind_spots, [], "{installed}");
        }
        let source = "Package: digest\nVersion: 0.6.31\n";
        assert_eq!(counts(LIBRARY, source), (0, 1));
        assert_eq!(counts("src/digest/DESCRIPTION", source), (0, 1));
        for odd in ["", "Package: a b\nVersion: 1\nBuilt: R", "Version: 1\nBuilt: R 4", "text"] {
            assert_eq!(counts(LIBRARY, odd), (0, 1), "{odd}");
        }
        for other in ["", "text", "Name: signal\nVersion: 1.4.3\n"] {
            assert_eq!(
                counts("usr/share/octave/packages/signal-1.4.3/packinfo/DESCRIPTION", other),
                (0, 0),
                "{other}"
            );
        }
    }

    #[test]
    fn where_a_package_is_from_is_told() {
        let of = |more: &str| {
            let parsed = parse(LIBRARY, &format!("Package: a\nVersion: 1.0\nBuilt: R 4.2.2\n{more}\n"));
            parsed.packages[0].package.repository.clone()
        };
        assert_eq!(of("Priority: base").as_deref(), Some(R));
        assert_eq!(of("Priority: recommended\nRepository: CRAN").as_deref(), Some("CRAN"));
        assert_eq!(of("biocViews: Software").as_deref(), Some(BIOCONDUCTOR));
        assert_eq!(of("git_url: https://git.bioconductor.org/packages/a").as_deref(), Some(BIOCONDUCTOR));
        assert_eq!(of("Repository: Bioconductor 3.18").as_deref(), Some(BIOCONDUCTOR));
        assert_eq!(of("biocViews:\nRepository: CRAN").as_deref(), Some("CRAN"));
        assert_eq!(of("Repository: RSPM").as_deref(), Some("RSPM"));
        assert_eq!(of("Title: A").as_deref(), None);
    }
}
