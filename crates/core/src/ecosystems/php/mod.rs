//! PHP: what Composer has installed, judged by OSV's export of Packagist.
//!
//! What is installed is what Composer wrote into its folder of packages. Lock files prove nothing.

mod installed;
mod limits;
mod version;

use crate::{
    Package,
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::osv::language::{self, IsLanguage, Language},
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// PHP and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "php",
    name: "PHP",
    osv_name: Php::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["packagist"],
    purl: PurlNames {
        as_detected: |package| Package { name: package.name.to_ascii_lowercase(), ..package },
        ..PurlNames::language("composer", Some('/'))
    },
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::COMPOSER,
    feeds: &language::feeds::<Php>(),
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "Composer's `installed.json`",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &[
            "PHP itself and its extensions",
            "packages of PEAR",
            "archives of PHP (phar), which are told",
        ],
    },
    revision: revision::of("ecosystems/php"),
};

struct Php;

impl IsLanguage for Php {
    const LANGUAGE: Language = Language {
        name: "Packagist",
        feed: "php/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_ascii_lowercase,
        floor: 5,
    };
}

const DETECTOR: Detector = Detector {
    id: "php",
    revision: revision::of("ecosystems/php"),
    wants: &[Want::new(Pattern::Name("installed.json"), limits::MOST_INSTALLED_BYTES)],
    companions: &[],
    parse: installed::read,
};
