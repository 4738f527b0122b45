//! Node.js: packages as npm, yarn and pnpm lay them out, judged by OSV's export of npm.
//!
//! What is installed is what has a `package.json` at the top of its folder. Lock files prove nothing: they say what may have
//! been installed once.

mod limits;
mod manifest;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::osv::language::{self, IsLanguage, Language},
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Node.js and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "nodejs",
    name: "Node.js",
    osv_name: Node::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["nodejs"],
    purl: PurlNames::language("npm", Some('/')),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NPM,
    feeds: &language::feeds::<Node>(),
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`package.json` of installed packages",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &[
            "bundles into which packages were copied",
            "archives of Yarn's Plug'n'Play and of Electron, which are told",
        ],
    },
    revision: revision::of("ecosystems/nodejs"),
};

struct Node;

impl IsLanguage for Node {
    const LANGUAGE: Language = Language {
        name: "npm",
        feed: "nodejs/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        floor: 100,
    };
}

const DETECTOR: Detector = Detector {
    id: "nodejs",
    revision: revision::of("ecosystems/nodejs"),
    wants: &[Want::new(Pattern::Name("package.json"), limits::MOST_MANIFEST_BYTES)],
    companions: &[],
    parse: manifest::read,
};
