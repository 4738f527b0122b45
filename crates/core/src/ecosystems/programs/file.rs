//! What a file says of which program it is.
//!
//! A note is JSON: `type`, `name` (of the source package) and `version`, and mostly `architecture`, `os` and `osVersion`, or `osCpe`.
//!
//! Source of the format: systemd's “Package Metadata for Executable Files”.

use serde::Deserialize;

use super::java;
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason,
    formats::program::{self, Proven},
    package::SourcePackage,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    name: String,
    version: String,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    os_cpe: Option<String>,
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let spot = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
    let program = match program::read(file.content) {
        Some(Ok(program)) => program,
        Some(Err(detail)) => return Parsed { blind_spots: vec![spot(detail)], ..Parsed::default() },
        None => return java::read(file),
    };
    let mut parsed = Parsed::default();
    parsed.blind_spots.extend(program.self_unread.into_iter().map(spot));
    let noted: Vec<Package> = program
        .notes
        .iter()
        .filter_map(|note| match serde_json::from_str::<Note>(note) {
            Ok(note) => Some(of_note(note)),
            Err(error) => {
                parsed.blind_spots.push(spot(format!("its package note cannot be read: {error}")));
                None
            }
        })
        .collect();
    // The distribution's own word says more than what the bytes prove.
    let proven = program::named(&program.proven, file.path.name()).into_iter().map(of_bytes);
    let packages: Vec<Package> = if noted.is_empty() { proven.collect() } else { noted };
    parsed.packages.extend(packages.into_iter().map(ParsedPackage::new));
    parsed
}

fn of_note(note: Note) -> Package {
    Package {
        source: Some(SourcePackage::new(&*note.name, &*note.version)),
        name: note.name,
        version: note.version,
        kind: "generic".to_owned(),
        architecture: note.architecture,
        vendor: note.os.or(note.os_cpe),
        ..Package::default()
    }
}

fn of_bytes(proven: &Proven) -> Package {
    Package {
        name: proven.name.clone(),
        version: proven.version.clone(),
        vendor: proven.builder.clone(),
        kind: "generic".to_owned(),
        ..Package::default()
    }
}
