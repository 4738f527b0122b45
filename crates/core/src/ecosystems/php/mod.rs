//! PHP: what Composer has installed, judged by OSV's export of Packagist.
//!
//! What is installed is what Composer wrote into its folder of packages. Lock files prove nothing.

mod installed;
mod limits;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::osv::language::{self, Language},
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// PHP and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "php",
    name: "PHP",
    osv_name: LANGUAGE.name,
    clair_names: &["packagist"],
    purl: PurlNames::language("composer", Some('/')),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::COMPOSER,
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
        recognised: "Composer's `installed.json`",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &["PHP itself and its extensions", "packages of PEAR", "archives of PHP (phar)"],
    },
    revision: revision::of("ecosystems/php"),
};

const LANGUAGE: Language = Language {
    name: "Packagist",
    feed: "php/osv",
    versions: &version::VERSIONS,
    names: Names::Binary,
    normalised: str::to_ascii_lowercase,
    floor: 5,
};

const DETECTOR: Detector = Detector {
    id: "php",
    revision: revision::of("ecosystems/php"),
    wants: &[Want::new(Pattern::Name("installed.json"), limits::MOST_INSTALLED_BYTES)],
    companions: &[],
    parse: installed::read,
};
