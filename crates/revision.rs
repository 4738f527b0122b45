//! Computes revisions at build time: a digest over the sources that decide a result.
//!
//! Shared by the build scripts of the crates whose code decides what a report says. The invariant: a revision changes
//! whenever a byte of its sources or data tables changes, and depends on nothing else, so it is the same on every
//! machine. Fixtures and modules of tests are left out: they decide no result. What else is left out is named, so a
//! file that nobody has thought of counts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// Revision of the file or folder at `root/unit` without what is named in `except`, also relative to `root`; an empty
/// unit is the whole root. 16 hexadecimal digits.
#[allow(unreachable_pub, reason = "a module of a build script")]
pub fn revision(root: &Path, unit: &str, except: &[&str]) -> String {
    let except: Vec<PathBuf> = except.iter().map(|path| root.join(path)).collect();
    for path in &except {
        assert!(path.exists(), "{} is left out of a revision and does not exist", path.display());
    }
    let mut files = Vec::new();
    collect(&root.join(unit), &except, &mut files);
    files.sort();
    assert!(!files.is_empty(), "no sources under {unit}");
    let mut hasher = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read(&file).unwrap();
        hasher.update(format!("{name}\0{}\0", text.len()));
        hasher.update(&text);
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn collect(path: &Path, except: &[PathBuf], files: &mut Vec<PathBuf>) {
    if except.iter().any(|left_out| left_out == path) {
        return;
    }
    println!("cargo:rerun-if-changed={}", path.display());
    if path.is_file() {
        files.push(path.to_path_buf());
        return;
    }
    for entry in fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
        let path = entry.unwrap().path();
        let is_test = path
            .file_name()
            .is_some_and(|name| ["fixtures", "tests", "tests.rs"].iter().any(|test| name == *test));
        if !is_test {
            collect(&path, except, files);
        }
    }
}
