//! Ruby: gems that are installed, come with Ruby, or were bundled, judged by OSV's export of RubyGems.
//!
//! What is installed is what has a specification in a folder of specifications, which is what Ruby itself goes by.

mod limits;
mod specification;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::osv::language::{self, IsLanguage, Language},
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Ruby and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "ruby",
    name: "Ruby",
    osv_name: Ruby::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["ruby-gem", "rubygems"],
    purl: PurlNames::language("gem", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::BUNDLER,
    feeds: &language::feeds::<Ruby>(),
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "specifications of installed, default and bundled gems",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &["Ruby itself", "gems that were copied without their specification"],
    },
    revision: revision::of("ecosystems/ruby"),
};

struct Ruby;

impl IsLanguage for Ruby {
    const LANGUAGE: Language = Language {
        name: "RubyGems",
        feed: "ruby/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        floor: 15,
    };
}

const DETECTOR: Detector = Detector {
    id: "ruby",
    revision: revision::of("ecosystems/ruby"),
    wants: &[Want::new(Pattern::NameEnding(".gemspec"), limits::MOST_SPECIFICATION_BYTES)],
    companions: &[],
    parse: specification::read,
};
