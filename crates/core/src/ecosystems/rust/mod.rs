//! Rust: the crates that programs say they were built from, judged by OSV's export of crates.io.
//!
//! Only what cargo-auditable built tells. Other programs in Rust are unidentified.

mod crates;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::{
        osv::language::{self, Language},
        program,
    },
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Rust and its registry.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "rust",
    name: "Rust",
    osv_name: LANGUAGE.name,
    clair_names: &[],
    purl: PurlNames::language("cargo", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    feeds: &FeedFamily {
        needed_by: |namespace| LANGUAGE.needed_by(namespace),
        discover: |upstream| LANGUAGE.discover(upstream),
        locate: None,
        parse: |source, document, sink| LANGUAGE.parse(source, document, sink),
        increments: None,
        guard: |_| LANGUAGE.guard(),
        revisions: language::REVISIONS,
        is_second: |_| false,
    },
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "the list of crates in programs and libraries",
        releases: "all versions",
        severity: "the score that an advisory gives, where it gives one",
        not_covered: &["programs that cargo-auditable did not build", "Rust's standard library"],
    },
    revision: revision::of("ecosystems/rust"),
};

const LANGUAGE: Language = Language {
    name: "crates.io",
    feed: "rust/osv",
    versions: &version::VERSIONS,
    names: Names::Binary,
    normalised: str::to_owned,
    floor: 300,
};

const DETECTOR: Detector = Detector {
    id: "rust",
    revision: revision::of("ecosystems/rust"),
    wants: &[Want::extract(Pattern::Program, program::MOST_BYTES, &program::EXTRACTOR)],
    companions: &[],
    parse: crates::read,
};
