//! The description of one package: `var/lib/pacman/local/NAME-VERSION/desc`.
//!
//! Total: a package whose name and version can be read is listed, whatever else is wrong with its description; everything
//! that is wrong is a blind spot. The folder has the name and version too, and where they differ the report says so, as
//! pacman does.

use std::collections::BTreeMap;

use super::blocks::{self, Block};
use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, package::SourcePackage};

/// The repository of a package that was installed from a file, and whose signature nobody checked.
pub const LOCAL_FILE: &str = "a local file without a signature";

pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let (found, stray) = blocks::read(file.content);
    let mut wrong = Vec::new();
    if file.content.trim_ascii().is_empty() {
        wrong.push("the description is empty: which package it was of cannot be known".to_owned());
    } else if !blocks::is_ended(file.content) {
        wrong.push("the description is cut off in its last field".to_owned());
    }
    wrong.extend(stray.map(|line| format!("line {line} is neither a field nor a value of one")));
    let fields = Fields::of(&found, &mut wrong);
    let package = fields.package();
    match &package {
        None if !file.content.trim_ascii().is_empty() => {
            wrong.push("it has no readable name and version".to_owned());
        }
        Some(package) if super::folder(file) != Some((&*package.name, &*package.version)) => {
            wrong.push(format!(
                "it is not of the package of its folder: {} {}",
                package.name, package.version
            ));
        }
        Some(_) | None => {}
    }
    let path = file.path.to_string();
    let spot = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail).with_packages(1);
    Parsed {
        packages: package.map(ParsedPackage::new).into_iter().collect(),
        blind_spots: wrong.into_iter().map(spot).collect(),
        ..Parsed::default()
    }
}

/// Each field's values.
struct Fields<'a>(BTreeMap<&'a [u8], &'a [&'a [u8]]>);

impl<'a> Fields<'a> {
    fn of(found: &'a [Block<'a>], wrong: &mut Vec<String>) -> Self {
        let mut fields = BTreeMap::new();
        for Block { field, values } in found {
            if fields.insert(*field, values.as_slice()).is_some() {
                wrong.push(format!("it has %{}% twice", field.escape_ascii()));
            }
        }
        Self(fields)
    }

    fn one(&self, field: &str) -> Option<&'a [u8]> {
        match self.0.get(field.as_bytes())? {
            [value] => Some(value),
            _ => None,
        }
    }

    fn words(&self, field: &str) -> Option<String> {
        self.one(field)
            .map(|value| String::from_utf8_lossy(value).trim().to_owned())
            .filter(|one| !one.is_empty())
    }

    fn package(&self) -> Option<Package> {
        let (name, version) = (graphic(self.one("NAME")?)?, graphic(self.one("VERSION")?)?);
        let base = self.one("BASE").and_then(graphic).unwrap_or(name);
        // What a repository has is at least checked against its checksum; `none` is a file that somebody gave.
        let by_hand = || (self.one("VALIDATION")? == b"none").then(|| LOCAL_FILE.to_owned());
        Some(Package {
            name: name.to_owned(),
            version: version.to_owned(),
            kind: "alpm".to_owned(),
            architecture: self.words("ARCH"),
            // All packages of a base have its version.
            source: Some(SourcePackage::new(base, version)),
            vendor: self.words("PACKAGER"),
            // Written by the pacman of CachyOS and of others that took it over.
            repository: self.words("INSTALLED_DB").or_else(by_hand),
            ..Package::default()
        })
    }
}

fn graphic(value: &[u8]) -> Option<&str> {
    let text = str::from_utf8(value).ok()?;
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}
