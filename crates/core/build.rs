//! Writes one revision per ecosystem, per shared format and for the code that all of them share.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a build script has no other way to fail")]

#[path = "../revision.rs"]
mod revision;

use std::{env, fs, path::Path};

/// What every detector's result also depends on: a change here is a change of all of them.
const SHARED_BY_DETECTORS: &[&str] = &[
    "distribution.rs",
    "ecosystem.rs",
    "ecosystems/unread.rs",
    "os_release.rs",
    "package.rs",
    "path.rs",
    "purl.rs",
    "wants.rs",
];

/// What every parser of feeds also depends on.
const SHARED_BY_PARSERS: &[&str] = &["advisory.rs", "feed.rs", "severity.rs"];

/// What turns an index report and a catalog into a report.
const JUDGEMENT: &[&str] =
    &["advisory.rs", "matching", "matching.rs", "policy.rs", "report", "report.rs", "verdict.rs"];

fn main() {
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("src");
    let mut table = String::from("&[\n");
    for parent in ["ecosystems", "formats"] {
        let mut names: Vec<String> = fs::read_dir(source.join(parent))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        for name in names {
            let unit = format!("{parent}/{name}");
            table.push_str(&format!("    ({unit:?}, {:?}),\n", revision::revision(&source, &unit)));
        }
    }
    for (name, units) in
        [("shared", SHARED_BY_DETECTORS), ("parsers", SHARED_BY_PARSERS), ("judgement", JUDGEMENT)]
    {
        let joined: Vec<String> = units.iter().map(|unit| revision::revision(&source, unit)).collect();
        table.push_str(&format!("    ({name:?}, {:?}),\n", joined.join("")));
    }
    table.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("revisions.rs"), table).unwrap();
}
