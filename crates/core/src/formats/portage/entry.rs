//! One installed package: the folder `var/db/pkg/CATEGORY/NAME-VERSION`, told by its file `PF`.
//!
//! Which package it is says the name of the folder, as for Portage itself, so that damage to a file takes none away;
//! everything that is wrong is a blind spot. Its slot is kept as its module: advisories speak of both in the same way.

use super::{CONTENTS, HOST, REPOSITORY, SLOT, contents, version};
use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// What the folder of a package is called while it is put in place.
const MERGING: &str = "-MERGING-";

pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let path = file.path.to_string();
    let spot = |reason, detail: String| BlindSpot::new(reason, &*path, detail).with_packages(1);
    let mut folders = path.rsplit('/').skip(1);
    let (folder, category) = (folders.next().unwrap_or_default(), folders.next().unwrap_or_default());
    let Some((name, version)) = package(category, folder) else {
        let why = if folder.starts_with(MERGING) {
            "an installation that was interrupted; what of it is there cannot be known"
        } else {
            "its folder is not named after a package"
        };
        let blind_spots = vec![spot(Reason::DatabaseUnreadable, why.to_owned())];
        return Parsed { blind_spots, ..Parsed::default() };
    };
    let mut wrong = Vec::new();
    let said = file.content.trim_ascii();
    if said.is_empty() {
        wrong.push("it is empty".to_owned());
    } else if said != folder.as_bytes() {
        wrong.push(format!("it is not of the package of its folder: “{}”", said.escape_ascii()));
    }
    let slot = slot(file);
    if slot.is_none() {
        wrong.push("its slot cannot be read, so that advisories about one slot do not reach it".to_owned());
    }
    let (files, is_cut) = companion(file, CONTENTS).map(contents::read).unwrap_or_default();
    let package = Package {
        name: format!("{category}/{name}"),
        version: version.to_owned(),
        kind: "ebuild".to_owned(),
        architecture: word(file, HOST).and_then(architecture).map(str::to_owned),
        module: slot,
        repository: word(file, REPOSITORY).map(str::to_owned),
        ..Package::default()
    };
    let mut parsed = ParsedPackage::new(package);
    parsed.files = files.into();
    let mut blind_spots: Vec<BlindSpot> =
        wrong.into_iter().map(|detail| spot(Reason::DatabaseUnreadable, detail)).collect();
    if is_cut {
        let detail = "the list of its files is too large; which files it owns is known only in part";
        blind_spots.push(spot(Reason::OverBudget, detail.to_owned()));
    }
    Parsed { packages: vec![parsed], blind_spots, ..Parsed::default() }
}

/// Name and version of a package, from the names of its folders.
fn package<'a>(category: &str, folder: &'a str) -> Option<(&'a str, &'a str)> {
    let is_name = |name: &str| {
        !name.starts_with(['-', '.'])
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+_.-".contains(&byte))
    };
    let (name, version) = split(folder)?;
    // A name does not end like a version (PMS 3.1.2).
    (is_name(category) && is_name(name) && split(name).is_none()).then_some((name, version))
}

/// `NAME-VERSION` or `NAME-VERSION-rREVISION`. Versions have no hyphen besides.
fn split(folder: &str) -> Option<(&str, &str)> {
    let (before, last) = folder.rsplit_once('-')?;
    if version::is_valid(last) {
        return Some((before, last));
    }
    let (name, _) = before.rsplit_once('-')?;
    let version = folder.strip_prefix(name)?.strip_prefix('-')?;
    version::is_valid(version).then_some((name, version))
}

fn companion<'a>(file: &FoundFile<'a>, ending: &str) -> Option<&'a [u8]> {
    file.companions.iter().find(|(one, _)| *one == ending).map(|(_, content)| *content)
}

/// What a file says that has one word.
fn word<'a>(file: &FoundFile<'a>, ending: &str) -> Option<&'a str> {
    let text = str::from_utf8(companion(file, ending)?.trim_ascii()).ok()?;
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

/// `3.11` of `3.11` or `3.11/3.11t`: which of the package's interfaces it has is nothing that advisories speak of.
fn slot(file: &FoundFile<'_>) -> Option<String> {
    let slot = word(file, SLOT)?.split('/').next().unwrap_or_default();
    let is_slot = |byte: u8| byte.is_ascii_alphanumeric() || b"+_.-".contains(&byte);
    (!slot.is_empty() && !slot.starts_with(['-', '.']) && slot.bytes().all(is_slot)).then(|| slot.to_owned())
}

/// Gentoo's word for the architecture, which advisories use, from the name of the system that it was built for, such as
/// `x86_64-pc-linux-gnu`. One that is not known is none: every statement is about it.
fn architecture(host: &str) -> Option<&'static str> {
    let processor = host.split('-').next().unwrap_or_default();
    Some(match processor {
        "x86_64" => "amd64",
        "i386" | "i486" | "i586" | "i686" => "x86",
        "aarch64" | "aarch64_be" => "arm64",
        "powerpc64" | "powerpc64le" => "ppc64",
        "powerpc" => "ppc",
        "s390" | "s390x" => "s390",
        "loongarch64" => "loong",
        "riscv32" | "riscv64" => "riscv",
        "ia64" => "ia64",
        _ if processor.starts_with("arm") => "arm",
        _ if processor.starts_with("sparc") => "sparc",
        _ if processor.starts_with("alpha") => "alpha",
        _ if processor.starts_with("hppa") => "hppa",
        _ if processor.starts_with("mips") => "mips",
        _ => return None,
    })
}
