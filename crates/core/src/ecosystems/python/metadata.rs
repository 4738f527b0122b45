//! The metadata of one installed package: `NAME-VERSION.dist-info/METADATA`, `….egg-info/PKG-INFO`, or `….egg-info` itself.
//!
//! A file that is there is a package that is there: where it names none, that is a blind spot.
//!
//! Sources: the Python Packaging User Guide, “Core metadata specifications”, “Recording installed projects” and “Recording the
//! Direct URL Origin of installed distributions”.

use serde::Deserialize;

use super::{names, record, version};
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, formats::archive, package::SourcePackage,
};

/// Reads the metadata, and what stands beside it.
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut wrong = Vec::new();
    let mut parsed = Parsed::default();
    if let Some(mut package) = package(file.content, &mut wrong) {
        package.repository = origin(file, &mut wrong);
        let (files, spot) = record::files(file);
        parsed.blind_spots.extend(spot);
        parsed.packages.push(ParsedPackage { package: package.into(), files, ..ParsedPackage::default() });
    }
    let path = file.path.to_string();
    let spot = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail).with_packages(1);
    parsed.blind_spots.extend(wrong.into_iter().map(spot));
    parsed
}

/// A package that has a list of its files and no metadata: what it is, the name of its folder says.
///
/// Source: the Python Packaging User Guide, “Recording installed projects”, “The .dist-info directory”.
pub(super) fn read_without(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if file.companions.iter().any(|(ending, _)| *ending == super::METADATA) {
        return parsed;
    }
    let folder = file.path.parent().to_string();
    let name = folder.rsplit('/').next().and_then(|name| name.strip_suffix(".dist-info"));
    let named = name.and_then(|name| name.rsplit_once('-'));
    match named.filter(|(name, version)| names::is_name(name) && (version::VERSIONS.check)(version).is_ok()) {
        Some((name, version)) => {
            let (files, spot) = record::files(file);
            parsed.blind_spots.extend(spot);
            let package = named_package(name, version).into();
            parsed.packages.push(ParsedPackage { package, files, ..ParsedPackage::default() });
        }
        None => {
            let detail = "there is no METADATA, and the folder does not say which package it is";
            let spot = BlindSpot::new(Reason::DatabaseUnreadable, folder, detail);
            parsed.blind_spots.push(spot.with_packages(1));
        }
    }
    parsed
}

/// Reads the metadata within an egg that is a zip archive.
pub(super) fn read_egg(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let path = file.path.to_string();
    let spot = |reason, detail: String| BlindSpot::new(reason, &*path, detail).with_packages(1);
    let archive = match archive::read(file.content) {
        Ok(archive) => archive,
        Err(detail) => {
            parsed.blind_spots.push(spot(Reason::DatabaseUnreadable, detail));
            return parsed;
        }
    };
    let faults = archive.faults();
    let mut wrong = Vec::new();
    match archive.members.iter().find(|member| member.name == "EGG-INFO/PKG-INFO") {
        Some(member) => {
            parsed.packages.extend(package(member.text.as_bytes(), &mut wrong).map(ParsedPackage::new));
        }
        None if faults.is_empty() => wrong.push("there is no EGG-INFO/PKG-INFO in it".to_owned()),
        None => {}
    }
    parsed.blind_spots.extend(faults.into_iter().map(|fault| spot(fault.reason(), fault.detail)));
    parsed.blind_spots.extend(wrong.into_iter().map(|detail| spot(Reason::DatabaseUnreadable, detail)));
    parsed
}

fn package(content: &[u8], wrong: &mut Vec<String>) -> Option<Package> {
    let header = header(content);
    let one = |field: &str| {
        let mut values =
            header.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| *value);
        (values.next(), values.next())
    };
    let mut value = |field: &str| match one(field) {
        (Some(value), None) => Some(value),
        (Some(value), Some(other)) => {
            wrong.push(format!("it has {field} twice: {value}, {other}"));
            Some(value)
        }
        (None, _) => None,
    };
    let (name, version) = (value("Name"), value("Version"));
    let name = name.filter(|name| names::is_name(name));
    let version = version.filter(|version| !version.is_empty());
    let (Some(name), Some(version)) = (name, version) else {
        wrong.push("it has no readable name and version".to_owned());
        return None;
    };
    if !is_whole(content) {
        wrong.push("it is cut off within its fields".to_owned());
    }
    Some(named_package(name, version))
}

fn named_package(name: &str, version: &str) -> Package {
    as_detected(Package {
        name: name.to_owned(),
        version: version.to_owned(),
        kind: "pypi".to_owned(),
        ..Package::default()
    })
}

/// The package with its one name, and as its source the public version that it is a build of.
pub(super) fn as_detected(package: Package) -> Package {
    let name = names::normalised(&package.name);
    let source = version::public(&package.version).map(|public| SourcePackage::new(&*name, public));
    Package { name, source, ..package }
}

/// The fields, up to the empty line that ends them. Lines that are indented go on with a value that is not asked for.
fn header(content: &[u8]) -> Vec<(&str, &str)> {
    content
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
        .filter_map(|line| str::from_utf8(line).ok()?.split_once(':'))
        .filter(|(name, _)| !name.starts_with([' ', '\t']))
        .map(|(name, value)| (name, value.trim()))
        .collect()
}

/// Whether the last line is a whole one.
fn is_whole(content: &[u8]) -> bool {
    content.ends_with(b"\n")
        || content.windows(2).any(|pair| pair == b"\n\n")
        || content.windows(4).any(|four| four == b"\r\n\r\n")
}

#[derive(Deserialize)]
struct DirectUrl {
    url: String,
    #[serde(default)]
    dir_info: DirectoryInfo,
    #[serde(default)]
    vcs_info: Option<VersionControl>,
}

#[derive(Deserialize, Default)]
struct DirectoryInfo {
    #[serde(default)]
    editable: bool,
}

#[derive(Deserialize)]
struct VersionControl {
    vcs: String,
    commit_id: String,
}

/// Where the package came from, where that is not an index.
fn origin(file: &FoundFile<'_>, wrong: &mut Vec<String>) -> Option<String> {
    let (_, content) = file.companions.iter().find(|(ending, _)| *ending == super::DIRECT_URL)?;
    let origin: DirectUrl = match serde_json::from_slice(content) {
        Ok(origin) => origin,
        Err(error) => {
            wrong.push(format!("direct_url.json beside it cannot be read: {error}"));
            return None;
        }
    };
    let editable = if origin.dir_info.editable { " (editable)" } else { "" };
    Some(match origin.vcs_info {
        Some(VersionControl { vcs, commit_id }) => format!("{vcs}+{}@{commit_id}{editable}", origin.url),
        None => format!("{}{editable}", origin.url),
    })
}

#[cfg(test)]
mod tests;
