//! Python: what pip, setuptools and their likes have installed, judged by OSV's export of PyPI.
//!
//! Names are one where they are one to the index (PEP 503). A version with a local label, such as `2.0.0+cu118`, is a build of
//! the public version in front of it, by whose number advisories speak.

mod limits;
mod metadata;
mod names;
mod record;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, FoundFile, Notes, Parsed, PurlNames},
    formats::{
        archive,
        osv::language::{self, IsLanguage, Language},
    },
    revision,
    scope::own_namespace,
    wants::{Pattern, Want, ends_with},
};

/// Python and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "python",
    name: "Python",
    osv_name: Python::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["pypi"],
    purl: PurlNames { as_detected: metadata::as_detected, ..PurlNames::language("pypi", None) },
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::PIP,
    feeds: &language::feeds::<Python>(),
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "metadata of installed packages: dist-info, egg-info, eggs",
        releases: "all versions",
        severity: "the score that an advisory gives",
        not_covered: &[
            "packages without metadata, such as copies within others",
            "wheels that are not installed",
            "archives that run (pex, pyz), which are told",
        ],
    },
    revision: revision::of("ecosystems/python"),
};

struct Python;

impl IsLanguage for Python {
    const LANGUAGE: Language = Language {
        name: "PyPI",
        feed: "python/osv",
        versions: &version::VERSIONS,
        names: Names::Source,
        normalised: names::normalised,
        floor: 1000,
    };
}

const DETECTOR: Detector = Detector {
    id: "python",
    revision: revision::of("ecosystems/python"),
    wants: &[
        Want::new(Pattern::Name("METADATA"), limits::MOST_METADATA_BYTES),
        Want::new(Pattern::Name("PKG-INFO"), limits::MOST_METADATA_BYTES),
        Want::new(Pattern::NameEnding(".egg-info"), limits::MOST_METADATA_BYTES),
        Want::extract(Pattern::NameEnding(".egg"), archive::MOST_BYTES, &archive::EXTRACTOR),
        Want::new(Pattern::Name("RECORD"), limits::MOST_RECORD_BYTES),
        Want::companion(Pattern::Name("direct_url.json"), limits::MOST_DIRECT_URL_BYTES),
    ],
    companions: &[METADATA, RECORD, DIRECT_URL],
    parse,
};

/// Side by side, in the same folder.
const METADATA: &str = "/METADATA";
const RECORD: &str = "/RECORD";
const DIRECT_URL: &str = "/direct_url.json";

fn parse(file: &FoundFile<'_>) -> Parsed {
    let folder = file.path.parent();
    let ends = |ending: &[u8]| folder.name().ends_with(ending);
    match file.path.name() {
        b"METADATA" if ends(b".dist-info") => metadata::read(file),
        b"PKG-INFO" if ends(b".egg-info") || folder.name() == b"EGG-INFO" => metadata::read(file),
        b"RECORD" if ends(b".dist-info") => metadata::read_without(file),
        b"METADATA" | b"PKG-INFO" | b"RECORD" => Parsed::default(),
        name if ends_with(name, ".egg") => metadata::read_egg(file),
        _ => metadata::read(file),
    }
}
