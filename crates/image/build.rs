//! Writes the revisions of the code that reads layers and of the code that makes index reports of them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a build script has no other way to fail")]

#[path = "../revision.rs"]
mod revision;

use std::{env, path::Path};

/// What decides what is kept of a layer: a change means that layers have to be read again.
const READING: &[&str] =
    &["entry.rs", "evidence/pack", "evidence/pack.rs", "layer", "layer.rs", "limits.rs", "read", "read.rs"];

/// What computes the final file system and the index report from evidence: a change means parsing it again.
const INDEXING: &[&str] = &["index", "index.rs", "tree", "tree.rs"];

fn main() {
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("src");
    for (name, units) in [("READING", READING), ("INDEXING", INDEXING)] {
        let joined: Vec<String> = units.iter().map(|unit| revision::revision(&source, unit)).collect();
        println!("cargo:rustc-env=LIMPID_{name}_REVISION={}", joined.join(""));
    }
}
