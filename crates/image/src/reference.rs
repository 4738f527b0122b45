//! How an image is named on the command line: `oci:DIR[:REF]`, a path, a registry reference, …
//!
//! One text has one meaning, decided here and nowhere else: a known prefix says what follows; without one, a path that
//! exists is that path; and what is left is a reference to a registry. File names may hold colons: the longest part
//! that exists is the path, the rest is the reference.

use std::{
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::source::error::shown;

mod registry;

pub use registry::RegistryReference;

/// An image, as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageArgument {
    text: String,
    location: Location,
}

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory in the OCI image layout (OCI image specification, image-layout.md).
    OciDirectory(PathBuf, Option<Selector>),
    /// An archive of an OCI layout, or of `docker save`, or both: it is told by what is in it.
    Archive(PathBuf, ArchiveKind, Option<Selector>),
    /// An archive on standard input.
    StandardInput,
    /// An image of the local Docker or Podman engine.
    Engine(String),
    /// A directory that holds a root file system.
    RootFilesystem(PathBuf),
    /// A list of packages that somebody made (SBOM); `-` is standard input.
    Sbom(PathBuf),
    /// An image in a registry.
    Registry(RegistryReference),
}

/// What an archive was said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveKind {
    /// Not said.
    Any,
    /// `oci-archive:`
    Oci,
    /// `docker-archive:`
    Docker,
}

/// Which image of several: a tag, `name:tag`, or `@digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector(String);

/// A text that names no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” names no image: {detail}")]
pub struct InvalidImageArgument {
    text: String,
    detail: String,
}

const SOURCES: &str = "an image is oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF], docker:NAME, \
                       dir:ROOTFS, sbom:FILE, registry:REF, - for standard input, a path, or a reference to a registry";

impl ImageArgument {
    /// The text, as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

impl fmt::Display for ImageArgument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Selector {
    /// A selector of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest, where the selector is `@digest`.
    pub fn digest(&self) -> Option<&str> {
        self.0.strip_prefix('@')
    }

    /// Whether an image that is called `name` (a tag, `name:tag`, or a full reference) is the one that is meant.
    pub fn names(&self, name: &str) -> bool {
        if self.0 == name {
            return true;
        }
        let is_tag = |text: &str| !text.contains(['/', ':', '@']);
        let full = |text: &str| text.parse::<RegistryReference>().ok();
        match (is_tag(&self.0), is_tag(name)) {
            (true, false) => full(name).is_some_and(|name| name.tag() == Some(self.as_str())),
            (false, false) => full(&self.0).is_some_and(|wanted| full(name) == Some(wanted)),
            (false | true, true) => false,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ImageArgument {
    type Err = InvalidImageArgument;

    /// Looks at the file system only to see what exists, and whether a file begins as a document.
    fn from_str(text: &str) -> Result<Self, InvalidImageArgument> {
        let invalid = |detail: String| InvalidImageArgument {
            text: shown(text),
            detail: format!("{detail}; {SOURCES}"),
        };
        let location = locate(text).map_err(invalid)?;
        Ok(Self { text: text.to_owned(), location })
    }
}

fn locate(text: &str) -> Result<Location, String> {
    if text == "-" {
        return Ok(Location::StandardInput);
    }
    if let Some(reference) = text.strip_prefix("docker://") {
        return reference.parse().map(Location::Registry);
    }
    let Some((prefix, rest)) = text.split_once(':') else { return bare(text) };
    if rest.is_empty() && PREFIXES.contains(&prefix) {
        return Err(format!("nothing follows {prefix}:"));
    }
    Ok(match prefix {
        "oci" => {
            let (path, selector) = split(rest);
            Location::OciDirectory(path, selector)
        }
        "oci-archive" => archive(rest, ArchiveKind::Oci),
        "docker-archive" => archive(rest, ArchiveKind::Docker),
        "docker" => Location::Engine(rest.to_owned()),
        "dir" => Location::RootFilesystem(PathBuf::from(rest)),
        "registry" => Location::Registry(rest.parse()?),
        "sbom" => Location::Sbom(PathBuf::from(rest)),
        _ => return bare(text),
    })
}

const PREFIXES: [&str; 7] = ["oci", "oci-archive", "docker-archive", "docker", "dir", "sbom", "registry"];

/// A text without a prefix.
fn bare(text: &str) -> Result<Location, String> {
    let path = Path::new(text);
    if path.is_dir() {
        let is_layout = path.join("oci-layout").is_file() || path.join("index.json").is_file();
        return Ok(if is_layout {
            Location::OciDirectory(path.to_owned(), None)
        } else {
            Location::RootFilesystem(path.to_owned())
        });
    }
    if path.is_file() && begins_as_a_document(path) {
        return Ok(Location::Sbom(path.to_owned()));
    }
    if path.exists() {
        return Ok(Location::Archive(path.to_owned(), ArchiveKind::Any, None));
    }
    if looks_like_a_path(text) {
        return Err(format!(
            "there is no such file or directory (an image in a registry that is called so is registry:{text})"
        ));
    }
    text.parse().map(Location::Registry)
}

/// Whether a file begins as lists of packages do, and as no archive does. One that cannot be read is told of where it is opened.
fn begins_as_a_document(path: &Path) -> bool {
    const FIRST_BYTES: u64 = 256;
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FIRST_BYTES).read_to_end(&mut start));
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    let is_text =
        ["{", "<?xml", "<bom", "<rdf", "SPDXVersion:"].iter().any(|one| text.starts_with(one.as_bytes()));
    read.is_ok() && is_text
}

/// What nobody means as a repository, although some of it could be one.
fn looks_like_a_path(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.starts_with(['.', '/', '~', '\\'])
        || [".tar", ".tgz", ".tar.gz", ".tar.zst", ".tzst", ".json", ".xml"]
            .iter()
            .any(|ending| lower.ends_with(ending))
}

fn archive(rest: &str, kind: ArchiveKind) -> Location {
    let (path, selector) = split(rest);
    Location::Archive(path, kind, selector)
}

/// Splits `PATH[:REF]` or `PATH[@DIGEST]`: the longest part that exists is the path. Where none exists, all before
/// the first colon is, so that the error names the likely file.
fn split(text: &str) -> (PathBuf, Option<Selector>) {
    if Path::new(text).exists() {
        return (PathBuf::from(text), None);
    }
    let places: Vec<(usize, char)> =
        text.char_indices().filter(|(_, letter)| matches!(letter, ':' | '@')).collect();
    let existing = places
        .iter()
        .rev()
        .find(|(place, _)| text.get(..*place).is_some_and(|path| Path::new(path).exists()));
    let Some((place, letter)) = existing.or_else(|| places.first()) else {
        return (PathBuf::from(text), None);
    };
    let (path, rest) = text.split_at(*place);
    // `DIR:@sha256:…` and `DIR@sha256:…` are both in use.
    let selector = if *letter == ':' { rest.trim_start_matches(':') } else { rest };
    (PathBuf::from(path), (!selector.is_empty()).then(|| Selector::new(selector)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(text: &str) -> Location {
        text.parse::<ImageArgument>().unwrap().location
    }

    #[test]
    fn prefixes_say_what_follows() {
        assert_eq!(location("-"), Location::StandardInput);
        assert_eq!(location("docker:alpine:3.16"), Location::Engine("alpine:3.16".to_owned()));
        assert_eq!(location("dir:/srv/root:fs"), Location::RootFilesystem(PathBuf::from("/srv/root:fs")));
        for text in
            ["registry:alpine:3.16", "docker://alpine:3.16", "alpine:3.16", "docker.io/library/alpine:3.16"]
        {
            assert!(
                matches!(location(text), Location::Registry(reference) if reference.to_string() == "docker.io/library/alpine:3.16"),
                "{text}"
            );
        }
    }

    #[test]
    fn the_longest_part_that_exists_is_the_path() {
        let directory = tempfile::tempdir().unwrap();
        let odd = directory.path().join("a:b.tar");
        std::fs::write(&odd, b"").unwrap();
        let odd_text = odd.to_str().unwrap();
        for (text, selector) in [
            (format!("oci-archive:{odd_text}"), None),
            (format!("oci-archive:{odd_text}:name:tag"), Some("name:tag")),
            (format!("oci-archive:{odd_text}:@sha256:00"), Some("@sha256:00")),
            (format!("oci-archive:{odd_text}@sha256:00"), Some("@sha256:00")),
        ] {
            let wanted = Location::Archive(odd.clone(), ArchiveKind::Oci, selector.map(Selector::new));
            assert_eq!(location(&text), wanted, "{text}");
        }
        assert_eq!(location(odd_text), Location::Archive(odd.clone(), ArchiveKind::Any, None));
        assert_eq!(
            location("oci:missing:1.0"),
            Location::OciDirectory(PathBuf::from("missing"), Some(Selector::new("1.0")))
        );
    }

    #[test]
    fn a_document_is_told_by_how_it_begins() {
        assert_eq!(location("sbom:app:1.json"), Location::Sbom(PathBuf::from("app:1.json")));
        assert_eq!(location("sbom:-"), Location::Sbom(PathBuf::from("-")));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("app.json");
        let text = path.to_str().unwrap();
        for start in ["\u{feff} \n{\"bomFormat\"", "<?xml version=\"1.0\"?>", "SPDXVersion: SPDX-2.3"] {
            std::fs::write(&path, start).unwrap();
            assert_eq!(location(text), Location::Sbom(path.clone()), "{start}");
        }
        for start in ["", "[", "blobs/sha256"] {
            std::fs::write(&path, start).unwrap();
            assert_eq!(location(text), Location::Archive(path.clone(), ArchiveKind::Any, None), "{start}");
        }
    }

    #[test]
    fn a_directory_is_told_by_what_is_in_it() {
        let directory = tempfile::tempdir().unwrap();
        let text = directory.path().to_str().unwrap();
        assert_eq!(location(text), Location::RootFilesystem(directory.path().to_owned()));
        std::fs::write(directory.path().join("index.json"), b"{}").unwrap();
        assert_eq!(location(text), Location::OciDirectory(directory.path().to_owned(), None));
    }

    #[test]
    fn what_names_nothing_is_refused_with_the_choices() {
        for wrong in [
            "",
            "oci:",
            "docker:",
            "./missing",
            "missing.tar.gz",
            "sbom:",
            "missing.cdx.json",
            "UPPER/Case",
            "a b",
            "docker://",
        ] {
            let error = wrong.parse::<ImageArgument>().unwrap_err().to_string();
            assert!(error.contains("oci-archive:FILE[:REF]"), "{wrong}: {error}");
            assert!(!error.contains("not supported"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_selector_is_a_tag_or_a_name_with_a_tag() {
        let names = |selector: &str, name: &str| Selector::new(selector).names(name);
        assert!(names("3.10", "3.10"));
        assert!(names("3.10", "docker.io/library/alpine:3.10"));
        assert!(names("alpine:3.10", "docker.io/library/alpine:3.10"));
        assert!(names("registry.example:5000/a/b:c", "registry.example:5000/a/b:c"));
        assert!(names("any text", "any text"));
        assert!(!names("3.1", "docker.io/library/alpine:3.10"));
        assert!(!names("alpine:3.10", "3.10"));
        assert!(!names("busybox:3.10", "docker.io/library/alpine:3.10"));
    }
}
