//! Holds the shape of the workspace: which crate may know which, that only an ecosystem's own folder names it, that the
//! service's faces decide nothing, and that the documents of the shape are true.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Every arrow that is allowed: `limpid → server → {image, catalog, store} → core`. Tests may use the testkit.
const ARROWS: &[(&str, &[&str])] = &[
    ("limpid", &["limpid-server", "limpid-image", "limpid-catalog", "limpid-store", "limpid-core"]),
    ("limpid-server", &["limpid-image", "limpid-catalog", "limpid-store", "limpid-core"]),
    ("limpid-image", &["limpid-core"]),
    ("limpid-catalog", &["limpid-core"]),
    ("limpid-store", &["limpid-core"]),
    ("limpid-core", &[]),
    ("limpid-testkit", &["limpid-core"]),
];

/// What the pure crate must not reach: sockets, async, clocks of its own.
const NOT_IN_CORE: &[&str] = &["tokio", "reqwest", "hyper", "axum", "tempfile", "memmap2", "oci-client"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn packages() -> Vec<Value> {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Names of a package's dependencies, without those that only its tests use.
fn dependencies(package: &Value) -> BTreeSet<String> {
    let used = package["dependencies"].as_array().unwrap().iter();
    used.filter(|dependency| dependency["kind"].as_str() != Some("dev"))
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_arrows_between_the_crates_are_the_drawn_ones() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = ARROWS.iter().find(|(from, _)| *from == name).unwrap_or_else(|| {
            panic!("{name} is not in the picture: draw its arrows in ARROWS and in ARCHITECTURE.md")
        });
        for dependency in dependencies(&package).iter().filter(|dependency| dependency.starts_with("limpid"))
        {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not know {dependency}");
        }
    }
}

#[test]
fn the_page_draws_every_crate() {
    let page = fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let row = format!("| `{}` |", name.strip_prefix("limpid-").unwrap_or(name));
        assert!(page.contains(&row), "ARCHITECTURE.md has no row {row}");
    }
}

/// HTTP on one side, work on the other: a face runs no statement, submits no job and fetches nothing, and what works does
/// not know by whom it was asked.
#[test]
fn the_faces_of_the_service_translate_and_the_engine_does_not_know_them() {
    let server = workspace().join("crates/server/src");
    let faces = ["api", "clair", "face"];
    let not_in_faces = [".execute(", ".query(", "jobs::submit", "leases::", "egress"];
    let engine = ["engine", "indexing", "matching", "updating", "notifying"];
    let not_in_engine = ["axum", "ApiError", "crate::api", "crate::clair", "crate::face"];
    let mut found = Vec::new();
    for (parts, forbidden) in [(&faces[..], not_in_faces), (&engine[..], not_in_engine)] {
        for part in parts {
            let mut files = sources(&server.join(part));
            files.push(server.join(format!("{part}.rs")));
            for file in files {
                let code = code_of(&file);
                let named = forbidden.iter().filter(|name| code.contains(**name));
                found.extend(named.map(|name| format!("{}: {name}", file.display())));
            }
        }
    }
    assert!(found.is_empty(), "on the wrong side of the service: {found:#?}");
}

#[test]
fn contributors_and_ci_install_the_same_servers() {
    let read = |name| fs::read_to_string(workspace().join(name)).unwrap();
    let (ci, page) = (read(".ci/run"), read("CONTRIBUTING.md"));
    let installed = ci.split_once("servers=(").unwrap().1.split_once(')').unwrap().0;
    let installed: BTreeSet<&str> =
        installed.split_whitespace().map(|entry| entry.split_once(':').unwrap().0).collect();
    let wanted = page.split_once("want Debian's ").unwrap().1.split_once(": ").unwrap().0;
    let wanted: BTreeSet<&str> = wanted.split('`').skip(1).step_by(2).collect();
    assert_eq!(installed, wanted);
}

#[test]
fn the_core_is_pure() {
    let packages = packages();
    let core = packages.iter().find(|package| package["name"] == "limpid-core").unwrap();
    for forbidden in NOT_IN_CORE {
        assert!(!dependencies(core).contains(*forbidden), "limpid-core must not use {forbidden}");
    }
    // Without `std::` before it, because a name is often imported as one of several.
    let impure = ["net::", "fs::", "thread::", "process::", "env::", "SystemTime", "Instant", "::now("];
    for file in sources(&workspace().join("crates/core/src")) {
        let code = code_of(&file);
        for forbidden in impure {
            assert!(!names(&code, forbidden), "{}: the core must not use {forbidden}", file.display());
        }
    }
}

/// Whether code has this where a name begins, and not within a longer one.
fn names(code: &str, wanted: &str) -> bool {
    let is_within = |before: char| before.is_alphanumeric() || before == '_';
    let begins = wanted.starts_with(is_within);
    code.match_indices(wanted)
        .any(|(at, _)| !begins || !code.get(..at).is_some_and(|before| before.ends_with(is_within)))
}

#[test]
fn only_its_own_folder_names_an_ecosystem() {
    let names: Vec<String> = limpid_core::ecosystems::all()
        .iter()
        .flat_map(|ecosystem| [ecosystem.id.to_owned(), ecosystem.osv_name.to_owned()])
        .collect();
    let root = workspace();
    // The demo tells the story of one distribution: there it is content.
    let exempt = [root.join("crates/core/src/ecosystems"), root.join("crates/limpid/src/command/demo")];
    let mut found = Vec::new();
    for file in sources(&root.join("crates")) {
        let is_exempt = exempt.iter().any(|folder| file.starts_with(folder))
            || file == root.join("crates/core/src/ecosystems.rs")
            || file == root.join("crates/limpid/src/command/demo.rs")
            || file.starts_with(root.join("crates/testkit"));
        if is_exempt {
            continue;
        }
        let code = code_of(&file);
        for name in &names {
            let literal = ['"', ':', '/'].map(|end| format!("\"{name}{end}"));
            let path = format!("ecosystems::{name}");
            if literal.iter().any(|text| code.contains(text.as_str())) || code.contains(&path) {
                found.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "these name an ecosystem; make it a field of its value instead: {found:#?}");
}

/// The Rust sources below `src` folders.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if !["tests", "benches", "examples", "fixtures", "target"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && name != "tests.rs" {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty());
    files
}

/// A source without comments and without its module of tests, which stands last in a file.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}
