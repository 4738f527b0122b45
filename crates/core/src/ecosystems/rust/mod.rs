//! Rust: the crates that programs say they were built from, judged by OSV's export of crates.io.
//!
//! Only what cargo-auditable built tells. Other programs in Rust are unidentified.

mod crates;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::{
        osv::language::{self, IsLanguage, Language},
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
    osv_name: Rust::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames::language("cargo", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &language::feeds::<Rust>(),
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

struct Rust;

impl IsLanguage for Rust {
    const LANGUAGE: Language = Language {
        name: "crates.io",
        feed: "rust/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        floor: 300,
    };
}

const DETECTOR: Detector = Detector {
    id: "rust",
    revision: revision::of("ecosystems/rust"),
    wants: &[Want::extract(Pattern::Program, program::MOST_BYTES, &program::EXTRACTOR)],
    companions: &[],
    parse: crates::read,
};
