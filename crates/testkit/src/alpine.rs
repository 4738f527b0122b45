//! Writes what an Alpine system and its security databases consist of: os-release, the database of installed packages,
//! an unpacked root file system, and a mirror of the advisory data.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    image::{ImageBuilder, Layout, Stored},
    tar::Tar,
};

/// Where apk keeps the database of installed packages.
pub const DATABASE: &str = "lib/apk/db/installed";

/// A small system of Alpine's kind.
#[derive(Debug, Clone)]
pub struct System {
    os_release: Option<String>,
    database: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
}

impl System {
    /// Alpine in this version, such as `3.16.0`, without packages.
    pub fn alpine(version: &str) -> Self {
        let release = version.rsplit_once('.').map_or(version, |(release, _)| release);
        Self::declared(&format!(
            "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID={version}\nPRETTY_NAME=\"Alpine Linux v{release}\"\n"
        ))
    }

    /// A system that declares itself so.
    pub fn declared(os_release: &str) -> Self {
        Self { os_release: Some(os_release.to_owned()), database: Vec::new(), files: Vec::new() }
    }

    /// A system that does not say what it is.
    pub fn undeclared() -> Self {
        Self { os_release: None, database: Vec::new(), files: Vec::new() }
    }

    /// Installs a package that was built from the source package `origin`. It owns `usr/share/NAME/readme`.
    pub fn package(mut self, name: &str, version: &str, origin: &str) -> Self {
        let entry = format!(
            "P:{name}\nV:{version}\nA:x86_64\no:{origin}\nF:usr\nF:usr/share\nF:usr/share/{name}\nR:readme\n\n"
        );
        self.database.extend_from_slice(entry.as_bytes());
        self.file(&format!("usr/share/{name}/readme"), name)
    }

    /// Adds any bytes to the database of installed packages.
    pub fn in_database(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.database.extend_from_slice(bytes.as_ref());
        self
    }

    /// Adds a file.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), content.into()));
        self
    }

    /// The bytes of the database of installed packages.
    pub fn database(&self) -> &[u8] {
        &self.database
    }

    /// All files. There is no database where no package is installed.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let os_release =
            self.os_release.iter().map(|text| ("etc/os-release".to_owned(), text.clone().into_bytes()));
        let database =
            Some((DATABASE.to_owned(), self.database.clone())).filter(|(_, bytes)| !bytes.is_empty());
        os_release.chain(database).chain(self.files.iter().cloned()).collect()
    }

    /// The system as a layer.
    pub fn tar(&self) -> Tar {
        self.files().into_iter().fold(Tar::new(), |tar, (path, bytes)| tar.file(path, bytes))
    }

    /// The system as an image of one layer.
    pub fn image(&self) -> ImageBuilder {
        ImageBuilder::new().layer(self.tar().finish(), Stored::Gzip)
    }

    /// The system as an OCI layout of one image.
    pub fn layout(&self) -> Layout {
        Layout::of(&self.image(), "latest")
    }

    /// Unpacks the system into a directory.
    pub fn unpack(&self, directory: &Path) {
        for (path, bytes) in self.files() {
            write(&directory.join(path), &bytes);
        }
    }
}

/// What a security database says: (source package, version that fixes, identifiers).
pub type Fix<'a> = (&'a str, &'a str, &'a [&'a str]);

/// A security database of Alpine for one release and repository.
pub fn security_database(release: &str, repository: &str, fixes: &[Fix<'_>]) -> Value {
    json!({"distroversion": release, "reponame": repository, "packages": packages(fixes)})
}

/// A security database without a release, as Wolfi (repository `os`) and Chainguard (`chainguard`) publish it.
pub fn rolling_security_database(repository: &str, fixes: &[Fix<'_>]) -> Value {
    json!({"apkurl": "{{urlprefix}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk", "archs": ["x86_64"], "reponame": repository,
        "urlprefix": "https://packages.example", "packages": packages(fixes)})
}

fn packages(fixes: &[Fix<'_>]) -> Vec<Value> {
    let mut packages: Vec<(&str, Value)> = Vec::new();
    for (name, version, identifiers) in fixes {
        if !packages.iter().any(|(known, _)| known == name) {
            packages.push((name, json!({})));
        }
        let (_, fixes) = packages.iter_mut().find(|(known, _)| known == name).expect("it was just added");
        fixes[*version] = json!(identifiers);
    }
    packages.into_iter().map(|(name, fixes)| json!({"pkg": {"name": name, "secfixes": fixes}})).collect()
}

/// A directory that mirrors upstream: `https://HOST/PATH` is the file `HOST/PATH`.
#[derive(Debug, Clone)]
pub struct Mirror(PathBuf);

impl Mirror {
    /// An empty one.
    pub fn at(directory: &Path) -> Self {
        fs::create_dir_all(directory).expect("the directory is made");
        Self(directory.to_owned())
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where Alpine's security database of a release and repository is, such as `v3.16` and `main`.
    pub fn alpine_file(&self, release: &str, repository: &str) -> PathBuf {
        self.0.join(format!("secdb.alpinelinux.org/{release}/{repository}.json"))
    }

    /// Puts Alpine's security database of a release and repository there.
    pub fn alpine(&self, release: &str, repository: &str, fixes: &[Fix<'_>]) {
        let document = security_database(release, repository, fixes).to_string();
        write(&self.alpine_file(release, repository), document.as_bytes());
    }

    /// Puts any document there, by its address without `https://`.
    pub fn document(&self, address: &str, content: impl AsRef<[u8]>) {
        write(&self.0.join(address), content.as_ref());
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file has a directory")).expect("the directory is made");
    fs::write(path, bytes).expect("the file is written");
}
