//! Writes the revisions of the code that reads layers and of the code that makes index reports of them.
//!
//! What reads is all that is not named here: a new file counts until somebody says otherwise, so one that is forgotten
//! makes layers be read again and no result wrong.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a build script has no other way to fail")]

#[path = "../revision.rs"]
mod revision;

use std::{env, path::Path};

/// What computes the final file system and the index report from evidence: a change means parsing it again.
const INDEXING: &[&str] = &["index", "index.rs", "tree", "tree.rs"];

/// What brings bytes and keeps evidence, and decides nothing about what is in it.
const DECIDES_NOTHING: &[&str] = &[
    "evidence.rs",
    "evidence/store",
    "evidence/store.rs",
    "lib.rs",
    "platform.rs",
    "progress.rs",
    "reference",
    "reference.rs",
    "source",
    "source.rs",
];

fn main() {
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("src");
    let reading = revision::revision(&source, "", &[INDEXING, DECIDES_NOTHING].concat());
    let indexing: String = INDEXING.iter().map(|unit| revision::revision(&source, unit, &[])).collect();
    println!("cargo:rustc-env=LIMPID_READING_REVISION={reading}");
    println!("cargo:rustc-env=LIMPID_INDEXING_REVISION={indexing}");
}
