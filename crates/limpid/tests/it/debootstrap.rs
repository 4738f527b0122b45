//! A real system: what debootstrap installs, and dpkg changes in a layer above, is listed as the system's own `dpkg-query`
//! lists it.
//!
//! Needs root, debootstrap, and the mirror that apt of this machine asks. The packages are kept below Cargo's `target`, so only
//! the first run fetches them; what debootstrap does with them takes most of a minute.

use std::{
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use limpid_testkit::{
    folder::Folder,
    image::{ImageBuilder, Layout, Stored},
    registry::{is_installed, is_there},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::Place;

/// Neither texts nor caches; what nobody asks for here.
const LEFT_OUT: [&str; 8] = [
    "dev",
    "proc",
    "sys",
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/zoneinfo",
    "var/cache/apt",
];

fn try_to(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.env("LC_ALL", "C").output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = || format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(output.stdout) } else { Err(said()) }
}

fn ran(command: &mut Command) -> String {
    String::from_utf8(try_to(command).unwrap()).unwrap()
}

/// The address and the release of the first source of apt that is a whole system and that debootstrap knows.
fn mirror() -> Option<(String, String)> {
    let words =
        ["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Identifier: Packages", "Component: main"];
    let sources = try_to(Command::new("apt-get").args(words)).ok()?;
    let sources = String::from_utf8(sources).ok()?;
    let pairs = sources.lines().filter_map(|line| line.split_once(' '));
    let known = |release: &str| Path::new("/usr/share/debootstrap/scripts").join(release).exists();
    pairs.map(|(address, release)| (address.to_owned(), release.to_owned())).find(|(_, one)| known(one))
}

/// A system in a directory, and the archives of its packages.
struct System {
    root: TempDir,
    archives: PathBuf,
}

impl System {
    /// `None` where this machine cannot have one, which is said.
    fn install() -> Option<Self> {
        const REMEDY: &str = "run as root on Debian, with apt's sources, after apt-get install debootstrap";
        if !is_installed("debootstrap", "apt-get install debootstrap") {
            return None;
        }
        let is_root = try_to(Command::new("id").arg("-u")).is_ok_and(|id| id == b"0\n");
        if !is_there(is_root, "debootstrap needs root", REMEDY) {
            return None;
        }
        let mirror = mirror();
        is_there(mirror.is_some(), "apt has no source that debootstrap knows", REMEDY);
        let (address, release) = mirror?;
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let system = Self {
            root: tempfile::tempdir_in(kept).unwrap(),
            archives: kept.join("debootstrap").join(&release),
        };
        fs::create_dir_all(&system.archives).unwrap();
        let mut command = Command::new("debootstrap");
        command.args(["--variant=minbase", "--include=less,nano,psmisc", "--cache-dir"]);
        let done = try_to(command.arg(&system.archives).args([&*release, &system.text(), &*address]));
        let said = done.err();
        let lack = format!("debootstrap fails: {}", said.as_deref().unwrap_or_default());
        is_there(said.is_none(), &lack, "a mirror that can be reached").then_some(system)
    }

    fn text(&self) -> String {
        self.root.path().display().to_string()
    }

    /// Runs a program of the system in it.
    fn run(&self, words: &[&str]) -> String {
        ran(Command::new("chroot").arg(self.root.path()).args(words))
    }

    /// The archive of a package.
    fn archive(&self, package: &str) -> PathBuf {
        let name = |path: &PathBuf| path.file_name().unwrap().as_bytes().starts_with(package.as_bytes());
        let files = fs::read_dir(&self.archives).unwrap().map(|entry| entry.unwrap().path());
        // An older version may have been kept from an earlier run.
        files.filter(name).max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap()).unwrap()
    }

    fn install_archive(&self, archive: &Path) {
        fs::copy(archive, self.root.path().join("tmp/package.deb")).unwrap();
        self.run(&["dpkg", "--install", "/tmp/package.deb"]);
        fs::remove_file(self.root.path().join("tmp/package.deb")).unwrap();
    }

    /// Installs a package again as a rebuild of the same source, as Debian does it: the version gets `+b9`, and the field
    /// `Source` that of the source.
    fn rebuild(&self, package: &str) {
        let place = self.root.path().join("tmp/rebuilt");
        ran(Command::new("dpkg-deb")
            .arg("--raw-extract")
            .arg(self.archive(&format!("{package}_")))
            .arg(&place));
        let control = fs::read_to_string(place.join("DEBIAN/control")).unwrap();
        assert!(!control.contains("\nSource:"), "its source has its name: {control}");
        let line = control.lines().find(|line| line.starts_with("Version: ")).unwrap();
        let version = line.strip_prefix("Version: ").unwrap();
        let rebuilt = format!("Source: {package} ({version})\nVersion: {version}+b9");
        fs::write(place.join("DEBIAN/control"), control.replace(line, &rebuilt)).unwrap();
        let archive = self.archives.join(format!("rebuilt-{package}.deb"));
        ran(Command::new("dpkg-deb").args(["--build", "-Znone"]).arg(&place).arg(&archive));
        fs::remove_dir_all(&place).unwrap();
        self.install_archive(&archive);
    }

    /// What its own program lists: name, version, architecture, source and its version.
    fn listed(&self) -> Vec<String> {
        let format =
            "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n";
        let text = self.run(&["dpkg-query", "-W", "-f", format]);
        let there = |line: &str| {
            let (status, rest) = line.split_once(' ').unwrap();
            (!["config-files", "not-installed"].contains(&status)).then(|| rest.to_owned())
        };
        let mut lines: Vec<String> = text.lines().filter_map(there).collect();
        lines.sort();
        lines
    }

    /// All of it as a layer.
    fn layer(&self) -> Vec<u8> {
        let left_out = LEFT_OUT.map(|path| format!("--exclude=./{path}"));
        try_to(Command::new("tar").args(["-C", &self.text(), "-c"]).args(left_out).arg(".")).unwrap()
    }

    fn folder(&self) -> Folder<'_> {
        Folder { root: self.root.path(), left_out: &LEFT_OUT }
    }
}

/// What Limpid lists of an image, in the same form, and its blind spots.
fn indexed(place: &Place, name: &str, layers: &[&[u8]]) -> (Vec<String>, Vec<Value>) {
    let image = layers.iter().fold(ImageBuilder::new(), |image, layer| image.layer(*layer, Stored::Plain));
    let file = place.path(name);
    Layout::of(&image, "latest").write_archive(&file);
    let report = place.run(&format!("index {} --format json", file.display())).json();
    let one = |package: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let source = &package["source"];
        let fields = [
            &package["name"],
            &package["version"],
            &package["architecture"],
            &source["name"],
            &source["version"],
        ];
        fields.map(text).join(" ")
    };
    let packages = report["packages"].as_array().unwrap().iter();
    let mut lines: Vec<String> = packages.filter(|package| package["type"] == "deb").map(one).collect();
    lines.sort();
    (lines, report["blind_spots"].as_array().unwrap().clone())
}

#[test]
fn the_packages_of_a_debootstrapped_system_are_those_that_its_dpkg_lists() {
    let Some(system) = System::install() else { return };
    // It comes back in the layer above.
    system.run(&["dpkg", "--purge", "less"]);
    let (lower, lower_listed, before) = (system.layer(), system.listed(), system.folder().state());
    system.install_archive(&system.archive("less_"));
    system.rebuild("psmisc");
    // It leaves its configuration, and is gone all the same.
    system.run(&["dpkg", "--remove", "nano"]);
    let (upper, upper_listed) = (system.folder().changes(&before), system.listed());

    let place = Place::new();
    assert_eq!(indexed(&place, "lower.tar", &[&lower]), (lower_listed.clone(), Vec::new()));
    assert_eq!(indexed(&place, "both.tar", &[&lower, &upper]), (upper_listed.clone(), Vec::new()));

    let differences = |one: &[String], other: &[String]| -> Vec<String> {
        let names = one
            .iter()
            .filter(|line| !other.contains(line))
            .map(|line| line.split(' ').next().unwrap().to_owned());
        names.collect()
    };
    eprintln!("{} packages, then {}", lower_listed.len(), upper_listed.len());
    assert!(lower_listed.len() > 60);
    assert_eq!(differences(&lower_listed, &upper_listed), ["nano", "psmisc"]);
    assert_eq!(differences(&upper_listed, &lower_listed), ["less", "psmisc"]);
}
