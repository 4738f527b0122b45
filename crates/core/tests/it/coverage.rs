//! `docs/coverage.md`: what is judged and what is not, written from the ecosystems' own values.
//!
//! `LIMPID_WRITE_COVERAGE=1 cargo test -p limpid-core coverage` writes it; without, a table that is not that of the
//! program fails.

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use limpid_core::{
    Detector, Ecosystem,
    ecosystems::{self, unread},
    matching::END_OF_LIFE,
    wants::Pattern,
};

use crate::conformance::feeds::Everything;

/// The variable that has the document written.
const WRITE: &str = "LIMPID_WRITE_COVERAGE";

/// How many addresses of a family stand for all of them.
const SHOWN: usize = 2;

const HEAD: &str = "# What is judged, and what is not

Written from the program itself, by a test that also holds it up to date (`crates/core/tests/it/coverage.rs`); it is not
edited by hand, but for its last part (`crates/core/tests/it/coverage/compared.md`). How feeds are loaded and when they are not believed: [advisory-data.md](advisory-data.md).

A release that upstream does not know is never green: it is a blind spot by its name (`release-not-covered`). So is a
distribution that is not in this table (`no-distribution`), and packages that another than the distribution built
(`third-party`). Of feeds with a document for each release, the first addresses are shown.

## Distributions

| distribution | recognised by | package databases | feeds | releases that are covered | severity from |
|---|---|---|---|---|---|
";

const LANGUAGES: &str = "
## Languages

Their packages are found wherever their files are, in any image. One whose files a package of the distribution brought is
judged by the distribution's data, as long as that speaks about its owner and the files are as it brought them.

| language | packages | found by | feeds | covered | severity from |
|---|---|---|---|---|---|
";

const ENRICHMENT: &str = "
## What is known of vulnerabilities beside

Looked up by the CVE, of findings of every kind. It judges nothing.

| feed | what it tells | address |
|---|---|---|
";

/// What cannot be written from the program: written by hand, and held by the tests of `image`.
const COMPARED: &str = include_str!("coverage/compared.md");

fn list(values: impl IntoIterator<Item = String>) -> String {
    values.into_iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
}

fn recognised(ecosystem: &Ecosystem) -> String {
    let files = ecosystem.identity.iter().flat_map(|identity| identity.files).map(|file| (*file).to_owned());
    let files = list(files);
    let besides = if files.is_empty() { String::new() } else { format!("; beside it {files}") };
    format!("os-release: {}{besides}", ecosystem.notes.recognised)
}

fn databases(ecosystem: &Ecosystem) -> String {
    ecosystem.detectors.iter().map(|detector| detector.id).collect::<Vec<_>>().join(", ")
}

/// The files that a detector reads by themselves.
fn files(detector: &Detector) -> String {
    list(detector.wants.iter().filter(|want| !want.companion).map(|want| match want.pattern {
        Pattern::System(path) | Pattern::SystemGlob(path) | Pattern::Anywhere(path) => path.to_owned(),
        Pattern::Name(name) => name.to_owned(),
        Pattern::NameEnding(ending) => format!("*{ending}"),
        Pattern::Program => "programs and libraries (ELF, PE, Mach-O)".to_owned(),
        Pattern::ProgramCalled(names) => names.join("`, `"),
    }))
}

/// Of a family whose upstream has everything: the first addresses, whether there are more, and where ends of releases are from.
fn feeds(ecosystem: &Ecosystem) -> String {
    let discovered = (ecosystem.feeds.discover)(&Everything).unwrap();
    let (ends, judging): (Vec<_>, Vec<_>) =
        discovered.iter().partition(|source| source.namespace == END_OF_LIFE);
    let urls: BTreeSet<&str> = judging.iter().map(|source| source.url.as_str()).collect();
    if urls.is_empty() {
        return "none: listed, and not judged".to_owned();
    }
    // Those of a language are each about something else.
    let most = if ecosystem.identity.is_some() { SHOWN } else { urls.len() };
    let mut shown = list(urls.iter().take(most).map(|url| (*url).to_owned()));
    if urls.len() > most {
        shown += " and their likes, for each release";
    }
    if !ends.is_empty() {
        write!(shown, "; ends of releases: {}", list(ends.iter().map(|source| source.url.clone()))).unwrap();
    }
    shown
}

/// A row of a table: what sets the two apart, and what both have.
fn row(one: &Ecosystem, first: [String; 3]) -> String {
    let rest = [feeds(one), one.notes.releases.to_owned(), one.notes.severity.to_owned()];
    format!("| {} |\n", first.into_iter().chain(rest).collect::<Vec<_>>().join(" | "))
}

fn document() -> String {
    let all = ecosystems::all();
    let mut text = HEAD.to_owned();
    for one in all.iter().filter(|one| one.identity.is_some()) {
        text += &row(one, [one.name.to_owned(), recognised(one), databases(one)]);
    }
    text += LANGUAGES;
    for one in all.iter().filter(|one| one.identity.is_none()) {
        text += &row(one, [one.name.to_owned(), one.osv_name.to_owned(), one.notes.recognised.to_owned()]);
    }
    text += ENRICHMENT;
    for publisher in all.enrichments() {
        let sources = (publisher.feeds.discover)(&Everything).unwrap();
        // What is loaded on request has a document for each year.
        let shown = if publisher.on_request { 1 } else { sources.len() };
        let more = if publisher.on_request { " and its likes, for each year; only on request" } else { "" };
        for source in sources.iter().take(shown) {
            writeln!(text, "| `{}`{more} | {} | `{}` |", source.name, source.namespace, source.url).unwrap();
        }
    }
    text += "\n## Files that are read\n\n";
    for detector in all.detectors() {
        writeln!(text, "- **{}**: {}", detector.id, files(detector)).unwrap();
    }
    text += "\n## Not covered\n\n";
    for one in all.iter() {
        writeln!(text, "- **{}**: {}.", one.name, one.notes.not_covered.join("; ")).unwrap();
    }
    text += "\n## Recognised and not read\n\nWhere an image has one of these that no package of its distribution owns, its report says \
             that it is not judged:\n\n";
    for word in unread::words() {
        writeln!(text, "- {word}").unwrap();
    }
    text + COMPARED
}

#[test]
fn the_document_is_that_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/coverage.md");
    let expected = document();
    if env::var_os(WRITE).is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/coverage.md is out of date; {WRITE}=1 in the environment of this test writes it"
    );
}

#[test]
fn every_distribution_says_what_cannot_be_computed() {
    for one in ecosystems::all().iter() {
        let notes = &one.notes;
        for text in [notes.recognised, notes.releases, notes.severity].iter().chain(notes.not_covered) {
            let is_cell = !text.is_empty() && !text.contains(['|', '\n']) && !text.ends_with('.');
            assert!(is_cell, "{}: {text:?}", one.id);
        }
        assert!(!notes.not_covered.is_empty(), "{} does not say what it leaves out", one.id);
    }
}
