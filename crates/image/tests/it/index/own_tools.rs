//! What the tools of languages install into an image is found as they list it themselves: also after some of it was upgraded and
//! removed in a layer above.
//!
//! Packages come from the registry of their language where that is reached, or the tool installs what is written here.
//! `LIMPID_OWN_TOOLS=1` has more packages installed, and asks tools that take minutes.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use limpid_image::{limits::Limits, progress::Quiet};
use limpid_testkit::{
    folder::{Folder, State},
    image::{ImageBuilder, Layout, Stored},
};
use tempfile::TempDir;

use super::*;
use crate::sources::{opened, options};

mod dotnet;
mod elixir;
mod java;
mod nodejs;
mod php;
mod python;
mod r;
mod ruby;

/// Whether the long forms are wanted.
fn is_long() -> bool {
    env::var_os("LIMPID_OWN_TOOLS").is_some()
}

/// Whether packages may be had from a registry. Says where not.
fn has_registries() -> bool {
    let without = env::var_os("LIMPID_WITHOUT_PACKAGE_REGISTRIES").is_some();
    if without {
        eprintln!("SKIPPED: no package registry is reached, and what is installed comes from one");
    }
    !without
}

/// What a program says, which must succeed.
fn ran(command: &mut Command) -> String {
    let output = command.env("LC_ALL", "C.UTF-8").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// A file of the text, and the folders it is in.
fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A folder that a tool installs into, and the layers that were made of it.
struct Made {
    root: TempDir,
    state: State,
    layers: Vec<Vec<u8>>,
}

impl Made {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), state: State::new(), layers: Vec::new() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Makes a layer of what was changed since the last.
    fn commit(&mut self) {
        let folder = Folder { root: self.root.path(), left_out: &[] };
        self.layers.push(folder.changes(&self.state));
        self.state = folder.state();
    }

    fn report(&self) -> IndexReport {
        let image = self
            .layers
            .iter()
            .fold(ImageBuilder::new(), |image, layer| image.layer(layer.as_slice(), Stored::Plain));
        let store = store();
        let file = Layout::of(&image, "latest").write_archive(&store.path().join("image.tar"));
        let image = opened(&format!("oci-archive:{}", file.display()), &options(store.path()));
        let wants = indexer().wants().clone();
        let packs = read_image(&*image, &store.evidence, &wants, &Limits::default(), &Quiet).unwrap();
        indexer().index(image.facts(), &packs).unwrap()
    }

    /// Name and version of each package of a language, and the number of the layer that brought it. Nothing is left unread.
    fn found(&self, namespace: &str) -> Vec<(String, usize)> {
        let report = self.report();
        let counting: Vec<_> = report.blind_spots.iter().filter(|spot| spot.counts).collect();
        assert!(counting.is_empty(), "{counting:?}");
        let number = |one: &IndexedPackage| {
            report.image.layers.iter().position(|layer| Some(layer) == one.layer.as_ref()).unwrap()
        };
        let of_language = report.packages.iter().filter(|one| one.namespace.as_deref() == Some(namespace));
        let mut found: Vec<_> = of_language
            .map(|one| (format!("{} {}", one.package.name, one.package.version), number(one)))
            .collect();
        found.sort();
        found
    }

    /// Holds what is found against what the tool tells. What is new in the highest layer is told by it.
    fn hold(&self, namespace: &str, mut told: Vec<String>) {
        told.sort();
        let found = self.found(namespace);
        let names: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, told, "{namespace}");
        let mut layers: BTreeMap<usize, usize> = BTreeMap::new();
        found.iter().for_each(|(_, layer)| *layers.entry(*layer).or_default() += 1);
        eprintln!("{namespace}: {} packages, by layer: {layers:?}", told.len());
        assert!(layers.contains_key(&(self.layers.len() - 1)), "{layers:?}");
    }
}
