//! Erlang and Elixir: applications as they are compiled, judged by OSV's export of Hex.
//!
//! What is there is what has a compiled application's description. What Erlang/OTP and Elixir bring themselves are no packages of
//! Hex: no record there speaks about them, and that is told where no package of the distribution brought them. Lock files prove nothing.

mod application;
mod limits;
mod terms;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::osv::language::{self, IsLanguage, Language},
    revision,
    scope::{Scope, ScopeQuestion, own_namespace},
    wants::{Pattern, Want},
};

/// Erlang, Elixir and their index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "hex",
    name: "Erlang and Elixir",
    osv_name: Hex::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames::language("hex", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &language::feeds::<Hex>(),
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`ebin/*.app` of compiled applications and of releases",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &[
            "the applications of Erlang/OTP and Elixir themselves, which are told and count where no package of the distribution \
             brought them",
            "packages whose application has another name than they have",
            "applications in archives: escripts, which are told, and `*.ez`",
        ],
    },
    revision: revision::of("ecosystems/hex"),
};

struct Hex;

impl IsLanguage for Hex {
    const LANGUAGE: Language = Language {
        name: "Hex",
        feed: "hex/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        floor: 5,
    };
}

const DETECTOR: Detector = Detector {
    id: "hex",
    revision: revision::of("ecosystems/hex"),
    wants: &[Want::new(Pattern::NameEnding(".app"), limits::MOST_DESCRIPTION_BYTES)],
    companions: &[],
    parse: application::read,
};

/// Applications of Erlang/OTP and Elixir are told by their names, which Hex lets nobody else have.
fn scope(question: &ScopeQuestion<'_>) -> Scope {
    match application::brought_by(&question.package.name) {
        Some(by) => Scope::ThirdParty { by: by.to_owned() },
        None => own_namespace(question),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn of_what_the_language_brings_no_record_speaks() {
        let of = |name: &str| {
            let package = Package { name: name.to_owned(), ..Package::default() };
            let facts = |_: &str, _: &str| Vec::new();
            let namespace = Hex::LANGUAGE.name;
            scope(&ScopeQuestion {
                namespace,
                distribution: "",
                package: &package,
                repositories: &[],
                facts: &facts,
            })
        };
        let by = |by: &str| Scope::ThirdParty { by: by.to_owned() };
        assert_eq!([of("ssl"), of("logger")], [by("Erlang/OTP"), by("Elixir")]);
        assert_eq!(of("ranch"), Scope::Namespaces(vec!["Hex".to_owned()]));
    }
}
