//! rpm's formats against the real rpm, real databases and the real Berkeley DB.

mod corpus;
mod databases;
mod versions;

use limpid_core::{FoundFile, Parsed, ParsedPackage, formats::rpm::DETECTOR};

/// What the detector reads from a file, alone.
fn parse(path: &str, content: &[u8]) -> Parsed {
    (DETECTOR.parse)(&FoundFile { path: &path.into(), content, companions: &[] })
}

/// A package in a line, as rpm is asked to show it.
fn shown(found: &ParsedPackage) -> String {
    let package = &found.package;
    let source = package.source.as_ref().map(|source| format!("{}-{}", source.name, source.version));
    let files: Vec<String> = found.files.iter().map(|file| format!("/{}", file.path)).collect();
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "(none)".to_owned());
    [
        package.name.clone(),
        package.version.clone(),
        word(&package.architecture),
        word(&source),
        word(&package.vendor),
        word(&package.module),
        files.join(","),
    ]
    .join("\t")
}
