//! What a detector says beside packages reaches the report: files that belong to a database, repositories, owners.

use std::sync::Arc;

use limpid_core::{
    Detector, FilePath, FoundFile, Package, Parsed, ParsedPackage, Reason,
    ecosystem::{InstalledFrom, OwnedFiles},
    wants::{Pattern, Want},
};
use limpid_image::index::Indexer;

use super::{ALPINE, index_with, named, spots, with_detector};
use crate::packs::{Item, kept};

const DATABASE: &str = "lib/apk/db/installed";
const LOG: &str = "var/log/installations";
const OWNERS: &str = "var/owners";

const WANTS: &[Want] = &[
    Want::new(Pattern::System(DATABASE), 1 << 20),
    Want::companion(Pattern::System("lib/apk/db/installed-wal"), 1 << 20),
    Want::new(Pattern::System(LOG), 1 << 20),
    Want::new(Pattern::SystemGlob("var/owners/*.list"), 1 << 20),
];

/// A database is names, one a line, and so is what belongs to it; other files are told by their place.
fn parse(file: &FoundFile<'_>) -> Parsed {
    let lines =
        |content: &[u8]| String::from_utf8_lossy(content).lines().map(str::to_owned).collect::<Vec<_>>();
    let path = file.path.to_string();
    if path == LOG {
        let from = |line: String| InstalledFrom {
            name: line,
            version: "1-r0".to_owned(),
            architecture: String::new(),
            repository: "extra".to_owned(),
        };
        let installed_from = lines(file.content).into_iter().map(from).collect();
        return Parsed { installed_from, repositories: vec!["base".to_owned()], ..Parsed::default() };
    }
    if path.starts_with(OWNERS) {
        let files: Vec<_> =
            lines(file.content).iter().map(|line| FilePath::from(line.as_str()).into()).collect();
        return Parsed {
            owned: vec![OwnedFiles { package: "a".to_owned(), files: Arc::from(files) }],
            ..Parsed::default()
        };
    }
    let beside = file.companions.iter().flat_map(|(_, content)| lines(content));
    let package = |name| {
        ParsedPackage::new(Package {
            name,
            version: "1-r0".to_owned(),
            kind: "apk".to_owned(),
            ..Package::default()
        })
    };
    Parsed {
        packages: lines(file.content).into_iter().chain(beside).map(package).collect(),
        ..Parsed::default()
    }
}

fn indexer() -> Indexer {
    let detector = |one: Detector| Detector { wants: WANTS, companions: &["-wal"], parse, ..one };
    Indexer::new(with_detector(detector), "")
}

fn names(indexer: &Indexer, layers: &[&[Item]]) -> Vec<String> {
    let report = index_with(indexer, layers);
    report.packages.into_iter().map(|one| one.package.name).collect()
}

#[test]
fn a_file_that_belongs_to_a_database_is_read_with_it_and_never_by_itself() {
    let base = [kept("etc/os-release", ALPINE), kept(DATABASE, "a\n")];
    let log = |content: &'static str| [kept("lib/apk/db/installed-wal", content)];
    // One that remembers what it parsed.
    let indexer = indexer();
    let names = |layers: &[&[Item]]| names(&indexer, layers);
    assert_eq!(names(&[&base]), ["a"]);
    assert_eq!(names(&[&base, &log("b\n")]), ["a", "b"], "it comes from another layer");
    assert_eq!(names(&[&base, &log("b\n"), &log("c\n")]), ["a", "c"], "the same database, another log");
    assert_eq!(names(&[&base, &log("b\n"), &[Item::Whiteout("lib/apk/db/installed-wal")]]), ["a"]);
    assert_eq!(names(&[&[kept("etc/os-release", ALPINE)], &log("b\n")]), [""; 0]);
}

#[test]
fn one_that_was_not_kept_is_a_blind_spot() {
    let items =
        [kept("etc/os-release", ALPINE), kept(DATABASE, "a\n"), Item::Plain("lib/apk/db/installed-wal")];
    let report = index_with(&indexer(), &[&items]);
    assert_eq!(spots(&report), [(Reason::DatabaseUnreadable, "lib/apk/db/installed-wal", 0)]);
}

#[test]
fn repositories_are_those_of_the_image_and_of_single_packages() {
    let items = [kept("etc/os-release", ALPINE), kept(DATABASE, "a\nb\n"), kept(LOG, "b\nc\n")];
    let report = index_with(&indexer(), &[&items]);
    assert_eq!(report.repositories, ["base"]);
    assert_eq!(named(&report, "a").package.repository, None);
    assert_eq!(named(&report, "b").package.repository.as_deref(), Some("extra"));
    // A log of another file system says nothing about this one.
    let elsewhere = [
        kept("etc/os-release", ALPINE),
        kept(DATABASE, "b\n"),
        kept("srv/root/var/log/installations", "b\n"),
    ];
    let report = index_with(&indexer(), &[&elsewhere]);
    assert_eq!(named(&report, "b").package.repository, None);
}

#[test]
fn what_a_list_says_to_be_a_packages_own_is_not_unidentified() {
    let base = || [kept("etc/os-release", ALPINE), kept(DATABASE, "a\n"), Item::Program("usr/bin/tool")];
    let report = index_with(&indexer(), &[&base()]);
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "1 program", 0)]);
    let report = index_with(&indexer(), &[&base(), &[kept("var/owners/a.list", "usr/bin/tool\n")]]);
    assert_eq!(spots(&report), []);
}
