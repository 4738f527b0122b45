//! Go: the modules that programs say they were built from, judged by OSV's export of Go's database.
//!
//! A program tells the version of Go (and so of the standard library), its own module, and every module that its packages come
//! from, with replacements. One that tells nothing, because it was packed or is older than Go's modules, is unidentified.

mod build;
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

/// Go and its database.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "golang",
    name: "Go",
    osv_name: Go::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["gobin", "go"],
    purl: PurlNames::language("golang", Some('/')),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &language::feeds::<Go>(),
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "the build information in programs and libraries",
        releases: "all versions",
        severity: "the score that an advisory gives, where it gives one",
        not_covered: &[
            "programs that were packed, or built without modules",
            "programs that do not say for which system they are built: what an advisory says of others counts for them",
            "which functions of a module a program has: all of it counts, and a finding says in which functions a vulnerability is where Go's database tells",
            "modules whose makers number their versions otherwise than Go does: every version of them counts, and a finding says the makers' own",
            "modules that were not built from a version: they are told, and count where an advisory names them",
        ],
    },
    revision: revision::of("ecosystems/golang"),
};

struct Go;

impl IsLanguage for Go {
    const LANGUAGE: Language = Language {
        name: "Go",
        feed: "golang/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        floor: 1000,
    };
}

const DETECTOR: Detector = Detector {
    id: "golang",
    revision: revision::of("ecosystems/golang"),
    wants: &[Want::extract(Pattern::Program, program::MOST_BYTES, &program::EXTRACTOR)],
    companions: &[],
    parse: build::read,
};
