//! The formats of pacman: the local database of installed packages, and the order of versions.
//!
//! Shared by every distribution whose packages pacman installs; a change here is a change of each of them.

mod blocks;
mod description;
mod files;
mod limits;
mod version;

use crate::{
    Detector, FoundFile, Parsed, revision,
    wants::{Pattern, Want},
};

pub use self::{description::LOCAL_FILE, version::VERSIONS};

/// Finds the packages of a pacman database: a folder for each, `NAME-VERSION`, with a description and a list of files.
pub const DETECTOR: Detector = Detector {
    id: "pacman",
    revision: revision::of("formats/pacman"),
    wants: &[
        Want::new(Pattern::SystemGlob("var/lib/pacman/local/*/desc"), limits::MOST_DESCRIPTION_BYTES),
        Want::new(Pattern::SystemGlob("var/lib/pacman/local/*/files"), limits::MOST_LIST_BYTES),
    ],
    companions: &[],
    parse,
};

fn parse(file: &FoundFile<'_>) -> Parsed {
    if file.path.name() == b"desc" { description::read(file) } else { files::read(file) }
}

/// Name and version of a package by the name of its folder: neither part of a version (`5.2.037-1`) has a hyphen.
fn folder<'a>(file: &FoundFile<'a>) -> Option<(&'a str, &'a str)> {
    let folder = file.path.as_bytes().rsplit(|&byte| byte == b'/').nth(1)?;
    let folder = str::from_utf8(folder).ok()?;
    let release = folder.rfind('-')?;
    let version = folder.get(..release)?.rfind('-')?;
    let name = folder.get(..version).filter(|name| !name.is_empty())?;
    Some((name, folder.get(version + 1..)?))
}

#[cfg(test)]
mod tests;
