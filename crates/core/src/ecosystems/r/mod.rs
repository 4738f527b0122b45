//! R: packages that are installed in its libraries, judged by OSV's export of CRAN.
//!
//! What is installed is what R has built into a folder of a library. What R brings itself is no package of CRAN, and Bioconductor's
//! have records of their own: both are told.

mod description;
mod limits;
mod version;

use crate::{
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::osv::language::{self, IsLanguage, Language},
    revision,
    scope::{Scope, ScopeQuestion, own_namespace},
    wants::{Pattern, Want},
};

/// R and its archive.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "r",
    name: "R",
    osv_name: R::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["cran"],
    purl: PurlNames::language("cran", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &language::feeds::<R>(),
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`DESCRIPTION` of packages in R's libraries",
        releases: "all versions",
        severity: "the score that an advisory gives",
        not_covered: &[
            "R itself with the packages that it brings, and packages of Bioconductor: both are told and count where no package of the \
             distribution brought them",
            "sources of packages, which are told",
        ],
    },
    revision: revision::of("ecosystems/r"),
};

struct R;

impl IsLanguage for R {
    const LANGUAGE: Language = Language {
        name: "CRAN",
        feed: "r/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        // Of all languages it has the fewest records: some ten.
        floor: 2,
    };
}

const DETECTOR: Detector = Detector {
    id: "r",
    revision: revision::of("ecosystems/r"),
    wants: &[Want::new(Pattern::Name("DESCRIPTION"), limits::MOST_DESCRIPTION_BYTES)],
    companions: &[],
    parse: description::read,
};

fn scope(question: &ScopeQuestion<'_>) -> Scope {
    match question.package.repository.as_deref() {
        Some(repository @ (description::R | description::BIOCONDUCTOR)) => {
            Scope::ThirdParty { by: repository.to_owned() }
        }
        Some(_) | None => own_namespace(question),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn of_what_is_not_from_the_archive_no_record_speaks() {
        let of = |repository: Option<&str>| {
            let package = Package { repository: repository.map(str::to_owned), ..Package::default() };
            let facts = |_: &str, _: &str| Vec::new();
            let namespace = R::LANGUAGE.name;
            scope(&ScopeQuestion {
                namespace,
                distribution: "",
                package: &package,
                repositories: &[],
                facts: &facts,
            })
        };
        for own in [None, Some("CRAN"), Some("RSPM")] {
            assert_eq!(of(own), Scope::Namespaces(vec!["CRAN".to_owned()]), "{own:?}");
        }
        for other in [description::R, description::BIOCONDUCTOR] {
            assert_eq!(of(Some(other)), Scope::ThirdParty { by: other.to_owned() });
        }
    }
}
