//! Real programs of Go: what `go version -m` says of them is what is found.
//!
//! Those that come with Go are read in every run. `LIMPID_GO_BUILDS=1` has others built, for several systems, from modules of
//! the registry.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use limpid_core::{FoundFile, Parsed, ecosystems, extract::Memory};

/// What is found in a program; `None` where it says nothing.
fn found(path: &Path) -> Option<Parsed> {
    let all = ecosystems::all();
    let detector = all.of_namespace("Go").unwrap().detectors[0];
    let extractor = detector.wants[0].extractor.unwrap();
    let extract = (extractor.extract)(&mut fs::File::open(path).unwrap(), &Memory).unwrap();
    let file = FoundFile { path: &"tool".into(), content: &extract, companions: &[] };
    (!extract.is_empty()).then(|| (detector.parse)(&file))
}

/// Name and version of each module that Go's own tool tells, and of the standard library; `None` where it tells nothing.
fn told(path: &Path) -> Option<BTreeSet<String>> {
    let output = Command::new("go").args(["version", "-m"]).arg(path).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (first, lines) = text.split_once('\n')?;
    let (_, version) = first.rsplit_once(": go")?;
    let version = version.split(' ').next().unwrap();
    let dots = version.matches('.').count();
    let mut told = BTreeSet::from([format!("stdlib {version}{}", ".0".repeat(2 - dots))]);
    let mut lines = lines.lines().map(|line| line.split('\t').skip(1).collect::<Vec<_>>()).peekable();
    while let Some(line) = lines.next() {
        match line[..] {
            ["path", path] if path.starts_with("cmd/") => {
                told.insert(format!("toolchain {version}{}", ".0".repeat(2 - dots)));
            }
            ["mod" | "dep", path, version, ..] => {
                told.insert(match lines.peek().map(|next| &next[..]) {
                    Some(["=>", folder, ..]) if folder.starts_with('.') => format!("{path} (devel)"),
                    Some(["=>", other, version, ..]) => format!("{other} {version}"),
                    _ => format!("{path} {version}"),
                });
            }
            _ => {}
        }
    }
    Some(told)
}

/// For what Go's own tool tells that a program is built.
fn told_platform(path: &Path) -> Option<String> {
    let output = Command::new("go").args(["version", "-m"]).arg(path).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let of = |name: &str| {
        text.lines().find_map(|line| line.trim_start().strip_prefix("build\t")?.strip_prefix(name))
    };
    Some(format!("{}/{}", of("GOOS=")?, of("GOARCH=")?))
}

/// Holds what is found against what is told; how many modules there are.
fn hold(path: &Path) -> usize {
    let shown = |parsed: &Parsed| -> BTreeSet<String> {
        parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect()
    };
    let found = found(path);
    assert_eq!(found.iter().flat_map(|one| &one.blind_spots).count(), 0, "{}", path.display());
    let platform = told_platform(path);
    for package in found.iter().flat_map(|one| &one.packages).map(|one| &one.package) {
        let expected = platform.as_ref().filter(|_| package.name != "toolchain");
        assert_eq!(package.built_for.as_ref(), expected, "{} {}", path.display(), package.name);
    }
    let told = told(path);
    assert_eq!(found.as_ref().map(shown), told, "{}", path.display());
    told.map_or(0, |told| told.len())
}

fn root() -> Option<String> {
    let output = Command::new("go").args(["env", "GOROOT"]).output();
    if output.is_err() {
        eprintln!("SKIPPED: go is not installed (apt-get install golang-go)");
    }
    Some(String::from_utf8(output.ok()?.stdout).unwrap().trim().to_owned())
}

#[test]
fn programs_that_come_with_go_are_read_as_go_reads_them() {
    let Some(root) = root() else { return };
    let mut count = 0;
    for folder in ["bin", "pkg/tool/linux_amd64"] {
        let Ok(programs) = fs::read_dir(Path::new(&root).join(folder)) else { continue };
        for program in programs {
            hold(&program.unwrap().path());
            count += 1;
        }
    }
    assert!(count > 0, "go has no programs at {root}");
}

/// What programs are built from: modules of the registry, one of another version in its place, and a folder in that of another.
const MODULE: &str = "module example.org/tool

go 1.21

require (
	example.org/local v1.0.0
	github.com/BurntSushi/toml v1.3.2
	golang.org/x/text v0.3.7
	golang.org/x/net v0.17.0
)

replace golang.org/x/text => golang.org/x/text v0.14.0

replace example.org/local => ./local
";

const MAIN: &str = "package main

import (
	\"fmt\"

	\"example.org/local\"
	\"github.com/BurntSushi/toml\"
	\"golang.org/x/net/html\"
	\"golang.org/x/text/language\"
)

func main() {
	fmt.Println(local.Name, toml.Undecoded, language.English, html.ErrBufferExceeded)
}
";

#[test]
fn programs_built_from_the_registry_are_read_as_go_reads_them() {
    if std::env::var_os("LIMPID_GO_BUILDS").is_none() || root().is_none() {
        eprintln!("SKIPPED: LIMPID_GO_BUILDS is not set, or go is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("local")).unwrap();
    fs::write(at("local/local.go"), "package local\n\nconst Name = \"local\"\n").unwrap();
    fs::write(at("local/go.mod"), "module example.org/local\n").unwrap();
    fs::write(at("go.mod"), MODULE).unwrap();
    fs::write(at("main.go"), MAIN.replace("toml.Undecoded", "toml.Key{}")).unwrap();
    let go = |arguments: &[&str], target: &str| {
        let (system, architecture) = target.split_once('/').unwrap();
        let mut command = Command::new("go");
        command.args(arguments).current_dir(folder.path()).env("CGO_ENABLED", "0");
        assert!(
            command.env("GOOS", system).env("GOARCH", architecture).status().unwrap().success(),
            "{target}"
        );
    };
    go(&["mod", "tidy"], "linux/amd64");
    for target in [
        "linux/amd64",
        "linux/386",
        "linux/s390x",
        "linux/mips",
        "linux/arm64",
        "windows/amd64",
        "darwin/arm64",
        "freebsd/amd64",
    ] {
        for flags in ["", "-s -w"] {
            go(&["build", "-ldflags", flags, "-o", "tool", "."], target);
            assert_eq!(told_platform(&at("tool")).as_deref(), Some(target));
            let modules = hold(&at("tool"));
            assert!(modules >= 6, "{target}: {modules}");
            eprintln!("{target} {flags:?}: {modules} modules");
        }
    }
}
