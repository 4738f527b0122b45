//! Tests of the configuration, from files, variables and flags to exact values and exact errors.

mod bad;
mod clair;
mod documents;
mod files;
mod good;
mod secrets;
mod sources;

use std::{fs, path::Path};

use tempfile::TempDir;

use super::{ConfigurationFile, Flag, Loaded, Sources, load};

/// A directory in which files are, and everything else that a configuration comes from.
struct Place {
    directory: TempDir,
    sources: Sources,
}

impl Place {
    fn new() -> Self {
        let sources = Sources { data: Some("/data".into()), ..Sources::default() };
        Self { directory: tempfile::tempdir().unwrap(), sources }
    }

    /// A place with this configuration file.
    fn with(text: &str) -> Self {
        let mut place = Self::new();
        place.write("limpid.toml", text);
        place.sources.file = Some(ConfigurationFile::Limpid(place.path().join("limpid.toml")));
        place
    }

    /// A place with this configuration of Clair.
    fn with_clair(name: &str, text: &str) -> Self {
        let mut place = Self::new();
        place.write(name, text);
        place.sources.file = Some(ConfigurationFile::Clair(place.path().join(name)));
        place
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, name: &'static str, key: &'static str, value: &str) -> Self {
        self.sources.flags.push(Flag { name, key, value: value.to_owned() });
        self
    }

    fn load(&self) -> Loaded {
        load(&self.sources).unwrap_or_else(|unusable| panic!("{unusable}"))
    }

    /// What is wrong, one line a problem, with paths as from within the directory.
    fn problems(&self) -> Vec<String> {
        let unusable = load(&self.sources).expect_err("it can be used");
        unusable.problems.iter().map(|problem| self.short(&problem.to_string())).collect()
    }

    fn short(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.path().display()), "")
    }
}
