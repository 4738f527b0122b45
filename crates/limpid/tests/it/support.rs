//! What every test of the command needs: a place of its own, the program run in it, and what came out.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chrono::{DateTime, Days, Utc};
use limpid_testkit::alpine::{Mirror, System};
use serde_json::Value;
use tempfile::TempDir;

/// A temporary directory with everything that one test touches. The program runs in it, and its home is in it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for name in ["home", "here", "mirror"] {
            fs::create_dir(place.path(name)).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The data directory.
    pub(crate) fn db(&self) -> PathBuf {
        self.path("db")
    }

    /// The mirror directory.
    pub(crate) fn mirror(&self) -> Mirror {
        Mirror::at(&self.path("mirror"))
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name).display().to_string()
    }

    /// Writes a system as an archive of an OCI layout and returns its path.
    pub(crate) fn image(&self, name: &str, system: &System) -> String {
        self.write(name, system.layout().tar().finish())
    }

    /// The program with these words as arguments. None of them may have a space in it; see [`Command::arg`].
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_limpid"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("LIMPID_DB", self.db())
            .current_dir(self.path("here"))
            .args(words.split_whitespace());
        command
    }

    /// Runs the program with these words as arguments.
    pub(crate) fn run(&self, words: &str) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    /// Brings all of Alpine up to date from the mirror directory.
    pub(crate) fn update(&self) -> Ran {
        self.run(&format!("db update alpine --mirror {}", self.path("mirror").display()))
    }

    /// Scans without asking anybody for advisory data, and returns the report.
    pub(crate) fn report(&self, image: &str) -> Value {
        self.run(&format!("scan {image} --offline --format json")).json()
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            // No status: ended by a signal, which nothing here expects.
            status: output.status.code().unwrap_or_else(|| panic!("{output:?}")),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts the exit status, and shows everything where it is another.
    #[track_caller]
    pub(crate) fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// Alpine 3.99, which nobody has heard of, with four packages of three sources: two vulnerable by `busybox`, one by
/// `openssl`, one not.
pub(crate) fn vulnerable() -> System {
    System::alpine("3.99.1")
        .package("busybox", "1.36.0-r1", "busybox")
        .package("ssl_client", "1.36.0-r1", "busybox")
        .package("libcrypto3", "3.1.0-r0", "openssl")
        .package("musl", "1.2.4-r0", "musl")
}

/// The same release, with packages that are not vulnerable.
pub(crate) fn clean() -> System {
    System::alpine("3.99.1").package("busybox", "1.36.1-r0", "busybox").package("musl", "1.2.4-r0", "musl")
}

/// Puts the advisory data of 3.99 into a mirror.
pub(crate) fn advise(mirror: &Mirror) {
    mirror.alpine(
        "v3.99",
        "main",
        &[
            ("busybox", "1.36.1-r0", &["CVE-2099-0001 XSA-9"]),
            ("busybox", "0", &["CVE-2099-0002"]),
            ("openssl", "3.1.0-r5", &["CVE-2099-0003"]),
            ("openssl", "3.1.0-r0", &["CVE-2099-0004"]),
            ("musl", "1.2.4-r0", &["CVE-2099-0005"]),
        ],
    );
    mirror.alpine("v3.99", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
}

/// A place whose data directory knows 3.99.
pub(crate) fn advised() -> Place {
    let place = Place::new();
    advise(&place.mirror());
    place.update().ended(0);
    place
}

/// Moves every instant of the catalog back by some days, as if all that had happened then.
pub(crate) fn move_back(place: &Place, days: u64) {
    fn moved(value: &mut Value, days: u64) {
        match value {
            Value::String(text) => {
                if let Ok(instant) = text.parse::<DateTime<Utc>>() {
                    *text = (instant - Days::new(days)).to_rfc3339();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| moved(item, days)),
            Value::Object(fields) => fields.values_mut().for_each(|field| moved(field, days)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let file = place.db().join("catalog.json");
    let mut state: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    moved(&mut state, days);
    fs::write(&file, state.to_string()).unwrap();
}

/// A report without the one part that two runs may differ in.
pub(crate) fn proven(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("observed").expect("every report has it");
    report
}

/// (reason, subject, packages) of the blind spots that count.
pub(crate) fn counting(report: &Value) -> Vec<(String, String, u64)> {
    let spots = report["blind_spots"].as_array().unwrap().iter();
    spots
        .filter(|spot| spot["counts"] == true)
        .map(|spot| {
            let text = |field: &str| spot[field].as_str().unwrap().to_owned();
            (text("reason"), text("subject"), spot["packages"].as_u64().unwrap())
        })
        .collect()
}

/// The detail of the only blind spot of a reason.
pub(crate) fn detail<'a>(report: &'a Value, reason: &str) -> &'a str {
    let spots = report["blind_spots"].as_array().unwrap().iter();
    let details: Vec<&str> =
        spots.filter(|spot| spot["reason"] == reason).map(|spot| spot["detail"].as_str().unwrap()).collect();
    assert_eq!(details.len(), 1, "{reason}: {report:#}");
    details[0]
}

/// (identifier, package) of the findings, in the order of the report.
pub(crate) fn findings(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| (finding["id"].as_str().unwrap(), finding["package"]["name"].as_str().unwrap()))
        .collect()
}

/// Every file below a directory with its bytes' digest, sorted.
pub(crate) fn listing(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                directories.push(path);
            } else {
                let digest = fs::read(&path).map_or_else(
                    |error| error.to_string(),
                    |bytes| limpid_core::Digest::of(&bytes).to_string(),
                );
                files.push((path, digest));
            }
        }
    }
    files.sort();
    files
}

/// A file of the corpus of real images and feeds. Says that the test is skipped where there is no corpus.
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let corpus = std::env::var_os("LIMPID_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("SKIPPED: no corpus at {}", corpus.display());
        return None;
    }
    Some(corpus.join(path).canonicalize().unwrap_or_else(|error| panic!("{path}: {error}")))
}
