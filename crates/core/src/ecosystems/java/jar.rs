//! What is in an archive and in those within it: the artifacts that describe themselves, and the archive itself.
//!
//! Evidence counts in this order: `pom.properties`, `pom.xml` where it is plain, the manifest where it is written for the
//! purpose, the name of the file where it has a version. A manifest alone is a guess: what it says is listed, and told as
//! not identified. An archive that nothing identifies is a blind spot, never nothing; where it is a program of its own, with
//! archives within it, it is told as other programs are that nobody knows. A main class makes no program: many libraries have one.
//!
//! Several descriptions in one archive are artifacts that were merged into it, all of which are there. Where none of them is
//! about the archive itself, its name says what it is.

use std::collections::BTreeSet;

use super::{
    coordinates::{self, Coordinates, is_plain},
    file_name::{split, stem},
    limits::MOST_NAMED,
    manifest::Manifest,
};
use crate::{
    BlindSpot, FoundFile, Parsed, ParsedPackage, Reason,
    formats::archive::{self, Archive},
};

/// Reads the extract of an archive.
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let path = file.path.to_string();
    let mut contents = Contents::default();
    match archive::read(file.content) {
        Ok(archive) => {
            contents.wrong = archive.faults();
            let is_whole = contents.wrong.is_empty();
            contents.add(&archive, &path, "", is_whole);
        }
        Err(detail) => contents.wrong.push(detail),
    }
    let packages = contents.found.iter().map(|one| ParsedPackage::new(one.package()));
    let mut blind_spots = Vec::new();
    if !contents.wrong.is_empty() {
        let detail = format!("not all of it can be read: {}", listed(&contents.wrong, "; "));
        blind_spots.push(BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail));
    }
    if !contents.unidentified.is_empty() {
        let detail = format!(
            "nothing says for certain which artifact it is: {}",
            listed(&contents.unidentified, ", ")
        );
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail);
        blind_spots.push(spot.with_packages(contents.unidentified.len()));
    }
    if let Some(program) = contents.program {
        let detail = format!("nothing says which artifact this program is: {program}");
        blind_spots.push(BlindSpot::new(Reason::UnidentifiedExecutables, &*path, detail));
    }
    Parsed { packages: packages.collect(), blind_spots, ..Parsed::default() }
}

fn listed(all: &[String], separator: &str) -> String {
    let named = all.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(separator);
    match all.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named}{separator}and {more} more"),
    }
}

#[derive(Default)]
struct Contents {
    /// In the order of the archive, each once.
    found: Vec<Coordinates>,
    seen: BTreeSet<Coordinates>,
    /// What cannot be read, in words.
    wrong: Vec<String>,
    /// Archives of which it is not known, or not for certain, what they are.
    unidentified: Vec<String>,
    /// The file itself, where it is a program and no artifact that is known.
    program: Option<String>,
}

impl Contents {
    /// Adds what is in an archive: the file at `path`, or the archive `within` it. Where not all of it could be read, it says
    /// so already.
    fn add(&mut self, archive: &Archive, path: &str, within: &str, is_whole: bool) {
        let described = self.described(archive, within);
        let manifest =
            archive.members.iter().find(|member| member.name.eq_ignore_ascii_case("META-INF/MANIFEST.MF"));
        let manifest = manifest.map(|member| Manifest::read(&member.text)).unwrap_or_default();
        let name = if within.is_empty() { path } else { within };
        match own(&described, &manifest, stem(name)) {
            Own::Described => {}
            Own::Is(coordinates) => self.push(coordinates),
            Own::Guessed(coordinates) => {
                coordinates.into_iter().for_each(|one| self.push(one));
                let told = unidentified(archive, &manifest, within);
                match (within.is_empty() && !archive.nested.is_empty(), is_whole) {
                    (_, false) => {}
                    (true, true) => self.program = Some(told),
                    (false, true) => self.unidentified.push(told),
                }
            }
        }
        for nested in &archive.nested {
            let within =
                if within.is_empty() { nested.name.clone() } else { format!("{within}!/{}", nested.name) };
            self.add(&nested.archive, path, &within, is_whole);
        }
    }

    /// The artifacts that describe themselves.
    fn described(&mut self, archive: &Archive, within: &str) -> Vec<Coordinates> {
        let mut described = Vec::new();
        for member in &archive.members {
            let coordinates = match member.name.rsplit('/').next() {
                Some("pom.properties") => coordinates::of_properties(&member.name, &member.text),
                Some("pom.xml") => coordinates::of_model(&member.text),
                Some(_) | None => continue,
            };
            match coordinates {
                Some(coordinates) => {
                    self.push(coordinates.clone());
                    described.push(coordinates);
                }
                None if coordinates::place(&member.name).is_none() => {}
                None => self
                    .wrong
                    .push(format!("{within} {}: it does not say which artifact it is about", member.name)),
            }
        }
        described
    }

    fn push(&mut self, coordinates: Coordinates) {
        if self.seen.insert(coordinates.clone()) {
            self.found.push(coordinates);
        }
    }
}

/// What an archive itself is.
enum Own {
    /// It is among what is described in it.
    Described,
    Is(Coordinates),
    /// Not known for certain.
    Guessed(Option<Coordinates>),
}

fn own(described: &[Coordinates], manifest: &Manifest, stem: &str) -> Own {
    if let Some(plugin) = manifest.plugin() {
        return Own::Is(plugin);
    }
    let named = |artifact: &str, version: &str| Coordinates {
        group: None,
        artifact: artifact.to_owned(),
        version: version.to_owned(),
    };
    // The whole name first: what looks like a version may be a part of the artifact's, as in `log4j-1.2-api.jar`.
    if described.iter().any(|one| is_named(&one.artifact, stem)) {
        return Own::Described;
    }
    match (split(stem), manifest.version()) {
        (Some((artifact, _)), _) if described.iter().any(|one| is_named(&one.artifact, artifact)) => {
            Own::Described
        }
        (Some((artifact, version)), _) => Own::Is(named(artifact, version)),
        (None, _) if !described.is_empty() => Own::Described,
        // Somebody took the version out of the name, and both say the same.
        (None, Some(version)) if manifest.title() == Some(stem) => Own::Is(named(stem, version)),
        (None, Some(version)) => Own::Guessed(is_plain(stem).then(|| named(stem, version))),
        (None, None) => Own::Guessed(None),
    }
}

/// Whether a file whose name begins so may be this artifact: with more behind it, or, as bundles are named, before it.
fn is_named(artifact: &str, file: &str) -> bool {
    let [artifact, name] = [artifact, file].map(|text| text.to_ascii_lowercase().replace(['.', '_'], "-"));
    let follows = name.strip_prefix(&*artifact).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    follows || (file.contains('.') && name.ends_with(&format!("-{artifact}")))
}

/// An archive in words, with what helps to find out what it is.
fn unidentified(archive: &Archive, manifest: &Manifest, within: &str) -> String {
    let which = if within.is_empty() { "the file itself" } else { within };
    let calls_itself = manifest.any_name().map(|name| format!("calls itself {name}, ")).unwrap_or_default();
    format!("{which} ({calls_itself}SHA-1 {})", archive.sha1)
}

#[cfg(test)]
mod tests;
