//! What is in an archive and in those within it: the artifacts that describe themselves, and the archive itself.
//!
//! Evidence counts in this order: `pom.properties`, `pom.xml` where it is plain, the manifest where it is written for the
//! purpose, the name of the file where it has a version. A manifest alone is a guess: what it says is listed, and told as
//! not identified, and so is a name of which only a part may be the artifact's. An archive that nothing identifies is a blind
//! spot, never nothing; where it is a program of its own, with archives within it, it is told as other programs are that nobody
//! knows. A main class makes no program: many libraries have one.
//!
//! Several descriptions in one archive are artifacts that were merged into it, all of which are there. Where none of them is
//! about the archive itself, its manifest or its name says what it is.

use std::collections::BTreeSet;

use super::{
    coordinates::{self, Coordinates, is_plain},
    file_name::{is_after_artifact, split, stem},
    manifest::Manifest,
};
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason,
    archives::{Guess, UnknownArchive, listed, told},
    formats::archive::{self, Archive, Fault},
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
        Err(detail) => contents.wrong.push(Fault { detail, is_over: false }),
    }
    let mut blind_spots = Vec::new();
    for reason in [Reason::DatabaseUnreadable, Reason::OverBudget] {
        let wrong = contents.wrong.iter().filter(|fault| fault.reason() == reason);
        let wrong: Vec<String> = wrong.map(|fault| fault.detail.clone()).collect();
        if !wrong.is_empty() {
            let detail = format!("not all of it can be read: {}", listed(&wrong, "; "));
            blind_spots.push(BlindSpot::new(reason, &*path, detail));
        }
    }
    blind_spots.extend(told(&path, &contents.unknown));
    Parsed { packages: contents.found, blind_spots, archives: contents.unknown, ..Parsed::default() }
}

#[derive(Default)]
struct Contents {
    /// In the order of the archive, each once where it lies.
    found: Vec<ParsedPackage>,
    seen: BTreeSet<(String, Coordinates)>,
    wrong: Vec<Fault>,
    /// Archives of which it is not known, or not for certain, what they are.
    unknown: Vec<UnknownArchive>,
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
            Own::Is(coordinates) => self.push(within, coordinates),
            Own::Guessed(coordinates) => {
                let guess = coordinates.as_ref().map(Coordinates::package);
                coordinates.into_iter().for_each(|one| self.push(within, one));
                if is_whole {
                    self.unknown.push(UnknownArchive {
                        within: within.to_owned(),
                        sha1: archive.sha1.clone(),
                        calls_itself: manifest.any_name().map(str::to_owned),
                        guess: guess.map(|Package { name, version, .. }| Guess { name, version }),
                        is_program: within.is_empty() && !archive.nested.is_empty(),
                    });
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
                    self.push(within, coordinates.clone());
                    described.push(coordinates);
                }
                None if coordinates::place(&member.name).is_none() => {}
                None => {
                    let detail =
                        format!("{within} {}: it does not say which artifact it is about", member.name);
                    self.wrong.push(Fault { detail, is_over: false });
                }
            }
        }
        described
    }

    fn push(&mut self, within: &str, coordinates: Coordinates) {
        let package = coordinates.package();
        if self.seen.insert((within.to_owned(), coordinates)) {
            self.found.push(ParsedPackage { within: within.to_owned(), ..ParsedPackage::new(package) });
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
    if described.iter().any(|one| is_named(one, stem)) {
        return Own::Described;
    }
    let is_titled = manifest.title() == Some(stem);
    match (split(stem), manifest.version()) {
        (Some(name), _) if name.is_certain => Own::Is(named(name.artifact, name.version)),
        // Somebody took the version out of the name, and both say the same.
        (_, Some(version)) if is_titled => Own::Is(named(stem, version)),
        (Some(name), _) => Own::Guessed(Some(named(name.artifact, name.version))),
        // Nothing says that it is another than the only one that is in it.
        (None, _) if is_one(described) => Own::Described,
        (None, Some(version)) => Own::Guessed(is_plain(stem).then(|| named(stem, version))),
        (None, None) => Own::Guessed(None),
    }
}

/// Whether one artifact is described, however often.
fn is_one(described: &[Coordinates]) -> bool {
    described.split_first().is_some_and(|(first, others)| others.iter().all(|other| other == first))
}

/// Whether a file of this name may be this artifact: it begins with the artifact's name, and what follows is its version, or what
/// versions and classifiers are made of; or, as bundles are named, it is the group with the artifact's name behind it.
fn is_named(one: &Coordinates, stem: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['.', '_'], "-");
    let artifact = plain(&one.artifact);
    let begins = |rest: &str| {
        let rest = rest.strip_prefix(['-', '_', '.']);
        rest.is_some_and(|rest| is_version_with_more(&one.version, rest) || is_after_artifact(rest))
    };
    // No character changes its place.
    let follows = plain(stem).starts_with(&artifact)
        && stem.get(artifact.len()..).is_some_and(|rest| rest.is_empty() || begins(rest));
    let is_bundle = |name: &str| {
        let before = name.len().checked_sub(artifact.len()).and_then(|at| name.get(..at));
        plain(name).ends_with(&artifact) && before.is_some_and(|group| group.ends_with('.'))
    };
    follows || is_bundle(stem) || split(stem).is_some_and(|name| is_bundle(name.artifact))
}

/// Whether a text is a version, perhaps with words behind it.
fn is_version_with_more(version: &str, text: &str) -> bool {
    text.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests;
