//! Amazon Linux: the updateinfo of its core repositories.
//!
//! A vulnerability without a fix is not in it. The Extras of Amazon Linux 2 have repositories of their own, a hundred of
//! them, which are not read: packages that are known to be from there are nobody's, and where topics are enabled and nothing
//! tells which packages are from them, the report says so.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{builders::Builders, rpm},
    revision,
    scope::{Scope, ScopeQuestion},
};

/// Amazon Linux.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "amazon",
    name: "Amazon Linux",
    osv_name: "Amazon Linux",
    namespace_within: |_| None,
    clair_names: &["aws"],
    purl: PurlNames { kind: "rpm", namespace: Some("amzn"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope,
    crosses: false,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `amzn`",
        releases: "`2018.03`, `2`, and years that are tried",
        severity: "Amazon, for each update",
        not_covered: &["vulnerabilities without a fix", "the Extras of Amazon Linux 2", "packages of others"],
    },
    revision: revision::of("ecosystems/amazon"),
};

const BUILDERS: Builders = Builders {
    vendors: &["Amazon"],
    // Of 2, and 2023.
    keys: Some(&["11cf1f95c87f5b1a", "e951904ad832c631"]),
    marks: &[],
};

/// Source: `https://aws.amazon.com/amazon-linux-2/faqs/` and its likes.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

/// The one topic of the Extras that is enabled from the first.
const DOCKER: &str = "docker";

/// Its packages, which are in no other repository of the release.
const OF_DOCKER: [&str; 5] =
    ["amazon-ecr-credential-helper", "containerd", "docker", "oci-add-hooks", "runc"];

fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let repository = question.package.repository.as_deref().unwrap_or_default();
    let is_of_docker = || OF_DOCKER.contains(&question.package.name.as_str());
    let by_name = || (question.namespace == "Amazon Linux:2" && is_of_docker()).then_some(DOCKER);
    if let Some(topic) = repository.strip_prefix("amzn2extra-").or_else(by_name) {
        return Scope::ThirdParty { by: format!("Amazon Linux Extras: {topic}") };
    }
    BUILDERS.scope(question)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "Amazon Linux");
    }

    #[test]
    fn packages_of_the_extras_and_of_others_are_not_judged() {
        let scope_named = |name: &str, vendor: &str, repository: &str| {
            let (vendor, repository) = (Some(vendor.to_owned()), Some(repository.to_owned()));
            let package = Package { name: name.to_owned(), vendor, repository, ..Package::default() };
            scope(&ScopeQuestion {
                namespace: "Amazon Linux:2",
                distribution: "amzn",
                package: &package,
                repositories: &[],
                facts: &|_, _| Vec::new(),
            })
        };
        let scope_of = |vendor: &str, repository: &str| scope_named("bash", vendor, repository);
        let third = |by: &str| Scope::ThirdParty { by: by.to_owned() };
        assert_eq!(
            scope_of("Amazon Linux", "amzn2-core"),
            Scope::Namespaces(vec!["Amazon Linux:2".to_owned()])
        );
        assert_eq!(scope_of("Amazon Linux", "amzn2extra-docker"), third("Amazon Linux Extras: docker"));
        assert_eq!(scope_of("Fedora Project", "epel"), third("Fedora Project"));
        assert_eq!(scope_named("runc", "Amazon Linux", ""), third("Amazon Linux Extras: docker"));
    }
}
