//! The list of packages in images of Azure Linux that have no rpm: `container-manifest-2`.
//!
//! A line is a package: name, version and release, times of installation and build, vendor, epoch, size, architecture, epoch
//! again, file of the source package. `(none)` is a missing value. Files are not listed, nor who signed.
//!
//! Source of the format: what the builders of Azure Linux give `rpm --query` as its format, seen in their images.

use super::{
    limits::MOST_PACKAGES,
    package::{evr, source, vendor, word},
};
use crate::{Package, ParsedPackage, formats::damage::Damage};

pub(super) fn read(content: &[u8], damage: &mut Damage) -> Vec<ParsedPackage> {
    let mut packages = Vec::new();
    for (number, line) in (1..).zip(content.split_inclusive(|&byte| byte == b'\n')) {
        let Some(line) = line.strip_suffix(b"\n") else {
            damage.note("it is cut off", format!("line {number}"));
            break;
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        if packages.len() >= MOST_PACKAGES {
            damage.over_budget("packages beyond the limit", format!("line {number}"));
            break;
        }
        match package(line) {
            Some(Some(package)) => packages.push(ParsedPackage::new(package)),
            Some(None) => {}
            None => damage.note("lines that cannot be read", format!("line {number}")),
        }
    }
    // A list may name a package that was installed once more.
    packages.dedup_by(|a, b| a.package == b.package);
    packages
}

/// The package of a line; `Some(None)` where it is a public key.
fn package(line: &[u8]) -> Option<Option<Package>> {
    let columns: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
    let &[name, version, _, _, made_by, epoch, _, architecture, _, file] = columns.as_slice() else {
        return None;
    };
    let (name, version) = (word(name)?, word(version)?);
    if name == "gpg-pubkey" {
        return Some(None);
    }
    let epoch = match word(epoch)? {
        "(none)" => None,
        number => Some(number.parse().ok()?),
    };
    let (version, release) =
        version.rsplit_once('-').filter(|(version, release)| ![*version, *release].contains(&""))?;
    let architecture = Some(word(architecture)?).filter(|architecture| *architecture != "(none)");
    Some(Some(Package {
        name: name.to_owned(),
        version: evr(epoch, version, release),
        kind: "rpm".to_owned(),
        architecture: architecture.map(str::to_owned),
        source: source(word(file)?, epoch)?,
        vendor: vendor(made_by),
        ..Package::default()
    }))
}
