//! Writes one revision per ecosystem, per shared format and for the code that all of them share.
//!
//! What a revision leaves out is named here, never what it has: a new file counts everywhere until somebody says
//! otherwise, so one that is forgotten costs time and makes no result wrong.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a build script has no other way to fail")]

#[path = "../revision.rs"]
mod revision;

use std::{env, fs, path::Path};

/// What makes something else of finished reports, and the list of the modules.
const DECIDES_NOTHING: &[&str] = &[
    "clair",
    "clair.rs",
    "comparison",
    "comparison.rs",
    "documents",
    "documents.rs",
    "explanation",
    "explanation.rs",
    "lib.rs",
];

/// What no detector's result depends on.
const NOT_DETECTING: &[&str] = &[
    "advisory.rs",
    "enrichment.rs",
    "feed.rs",
    "matching",
    "matching.rs",
    "policy.rs",
    "report",
    "report.rs",
    "severity.rs",
    "upgrade.rs",
    "verdict.rs",
    "version.rs",
];

/// What no parser of feeds depends on.
const NOT_PARSING: &[&str] = &[
    "blind_spot.rs",
    "distribution.rs",
    "ecosystems/unread.rs",
    "extract.rs",
    "index_report.rs",
    "matching",
    "matching.rs",
    "os_release.rs",
    "package.rs",
    "path.rs",
    "policy.rs",
    "purl.rs",
    "report",
    "report.rs",
    "upgrade.rs",
    "verdict.rs",
    "version.rs",
    "wants.rs",
];

/// What does nothing between an index report with a catalog and a report.
const NOT_JUDGING: &[&str] =
    &["ecosystems/unread.rs", "extract.rs", "feed.rs", "os_release.rs", "path.rs", "purl.rs", "wants.rs"];

/// Formats that read with another one: their results depend on both.
const BUILT_ON: &[(&str, &str)] = &[
    ("ecosystems/conan", "formats/sqlite"),
    ("formats/rpm", "formats/sqlite"),
    ("formats/sbom", "formats/rpm"),
];

fn main() {
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("src");
    let folders: Vec<String> =
        ["ecosystems", "formats"].iter().flat_map(|parent| folders(&source, parent)).collect();
    let mut table = String::from("&[\n");
    let mut write = |name: &str, revision: &str| table.push_str(&format!("    ({name:?}, {revision:?}),\n"));
    for folder in &folders {
        let below = BUILT_ON.iter().filter(|(above, _)| above == folder).map(|(_, below)| *below);
        let parts = [folder.as_str()].into_iter().chain(below);
        write(folder, &parts.map(|part| revision::revision(&source, part, &[])).collect::<String>());
    }
    // Each folder has a revision of its own.
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    for (name, except) in [("shared", NOT_DETECTING), ("parsers", NOT_PARSING), ("judgement", NOT_JUDGING)] {
        let except = [&folders, DECIDES_NOTHING, except].concat();
        write(name, &revision::revision(&source, "", &except));
    }
    // Which path a want matches, and how extracts are made, decides what is kept of a layer.
    let wants =
        ["extract.rs", "owned.rs", "path.rs", "wants.rs"].map(|file| revision::revision(&source, file, &[]));
    write("wants", &wants.concat());
    // Equal reports in another form are another document to those who ask whether it changed.
    let clair = ["clair", "clair.rs"].map(|file| revision::revision(&source, file, &[]));
    write("clair", &clair.concat());
    table.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("revisions.rs"), table).unwrap();
}

/// The folders in one, sorted, relative to `source`.
fn folders(source: &Path, parent: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(source.join(parent))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| format!("{parent}/{}", entry.file_name().to_str().unwrap()))
        .collect();
    names.sort();
    names
}
