//! Gentoo Linux, and what is made from it with Portage.
//!
//! Rolling, so there is one namespace and one feed: Gentoo's security advisories (GLSA), which speak about installed packages
//! by category and name. They come with a fix and for packages of the main repository only: what else is installed is named
//! as somebody else's.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    formats::portage,
    revision,
    scope::{self, Scope, ScopeQuestion},
};

/// Gentoo Linux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "gentoo",
    name: "Gentoo Linux",
    osv_name: identity::NAMESPACE,
    namespace_within: |_| None,
    clair_names: &[],
    // Names carry their own: `category/name`.
    purl: PurlNames {
        kind: "ebuild",
        namespace: None,
        others: &[],
        separator: Some('/'),
        ..PurlNames::BY_BINARY
    },
    detectors: &[&portage::DETECTOR],
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &portage::VERSIONS,
    upgrade: crate::upgrade::PORTAGE,
    feeds: &feeds::FAMILY,
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `gentoo`",
        releases: "rolling",
        severity: "Gentoo, for each advisory",
        not_covered: &[
            "vulnerabilities without an advisory (GLSA): Gentoo publishes one when a fix is stable, and not for every one",
            "packages of other repositories (overlays)",
            "images that were built without Portage's database: their programs are named as nobody's",
            "what a derived distribution changed or holds back",
        ],
    },
    revision: revision::of("ecosystems/gentoo"),
};

/// The name of Gentoo's own repository.
const OWN: &str = "gentoo";

fn scope(question: &ScopeQuestion<'_>) -> Scope {
    match question.package.repository.as_deref() {
        Some(OWN) => scope::own_namespace(question),
        Some(other) => Scope::ThirdParty { by: format!("the repository {other}") },
        // Portage writes none for a repository that has no name; Gentoo's has one.
        None => Scope::ThirdParty { by: "a repository without a name".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn packages_of_other_repositories_are_somebody_elses() {
        for (repository, expected) in [
            (Some("gentoo"), None),
            (Some("guru"), Some("the repository guru")),
            (None, Some("a repository without a name")),
        ] {
            let package = Package { repository: repository.map(str::to_owned), ..Package::default() };
            let question = ScopeQuestion {
                namespace: identity::NAMESPACE,
                distribution: "gentoo",
                package: &package,
                repositories: &[],
                facts: &|_, _| Vec::new(),
            };
            let expected = expected.map_or_else(
                || Scope::Namespaces(vec![identity::NAMESPACE.to_owned()]),
                |by| Scope::ThirdParty { by: by.to_owned() },
            );
            assert_eq!(scope(&question), expected, "{repository:?}");
        }
    }
}
