//! Oracle Linux.
//!
//! One OVAL document speaks about all releases. Some packages exist in two builds of the same name: with Ksplice, and as
//! certified cryptography (FIPS). Their versions are not comparable with those of the others (their epochs are higher), so
//! that each build is a namespace of its own below that of its release, such as `Oracle Linux:8:ksplice`.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{builders::Builders, rpm},
    revision,
    scope::{Scope, ScopeQuestion},
};

/// Oracle Linux.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "oracle",
    name: "Oracle Linux",
    osv_name: "Oracle Linux",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("ol"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope,
    crosses: true,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `ol`",
        releases: "the major releases that the document names",
        severity: "Oracle, for each advisory",
        not_covered: &["vulnerabilities without a fix", "packages of others"],
    },
    revision: revision::of("ecosystems/oracle"),
};

/// The ends of premier support. Source: “Oracle Open Source Support Policies”.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

/// Not all of Oracle: the packages of its Java and its MySQL have “Oracle Corporation” and “Oracle and/or its affiliates”,
/// and no advisory for the distribution is about them.
const BUILDERS: Builders =
    Builders { vendors: &["Oracle America", "Oracle USA", "Oracle Linux"], keys: None, marks: &[] };

/// A build of packages whose versions are an order of their own.
struct Build {
    /// The last part of its namespace.
    name: &'static str,
    /// What its versions have in them.
    mark: &'static str,
}

const BUILDS: [Build; 2] =
    [Build { name: "ksplice", mark: ".ksplice" }, Build { name: "fips", mark: "_fips" }];

/// What is said about the release holds for every build: that is how Oracle's own criteria are read.
fn scope(question: &ScopeQuestion<'_>) -> Scope {
    match BUILDERS.scope(question) {
        Scope::Namespaces(mut namespaces) => {
            let version = &question.package.version;
            let builds = BUILDS.iter().filter(|build| version.contains(build.mark));
            namespaces.extend(builds.map(|build| format!("{}:{}", question.namespace, build.name)));
            Scope::Namespaces(namespaces)
        }
        other @ (Scope::ThirdParty { .. } | Scope::Ranked { .. } | Scope::IfNamed { .. }) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "Oracle Linux");
    }

    #[test]
    fn builds_and_builders_are_told_apart() {
        let scope_of = |version: &str, vendor: Option<&str>| {
            let vendor = vendor.map(str::to_owned);
            let package = Package { version: version.to_owned(), vendor, ..Package::default() };
            scope(&ScopeQuestion {
                namespace: "Oracle Linux:8",
                distribution: "ol",
                package: &package,
                repositories: &[],
                facts: &|_, _| Vec::new(),
            })
        };
        let namespaces =
            |names: &[&str]| Scope::Namespaces(names.iter().map(|name| (*name).to_owned()).collect());
        let own = Some("Oracle America");
        assert_eq!(scope_of("1:1.1.1k-6.el8_5", own), namespaces(&["Oracle Linux:8"]));
        assert_eq!(scope_of("1:1.1.1k-6.el8_5", None), namespaces(&["Oracle Linux:8"]));
        assert_eq!(
            scope_of("2:1.1.1g-15.ksplice1.el8_3", own),
            namespaces(&["Oracle Linux:8", "Oracle Linux:8:ksplice"])
        );
        assert_eq!(
            scope_of("10:3.6.16-4.el8_fips", own),
            namespaces(&["Oracle Linux:8", "Oracle Linux:8:fips"])
        );
        for other in ["Docker <support@docker.com>", "Oracle and/or its affiliates", "Oracle Corporation"] {
            let third = Scope::ThirdParty { by: other.to_owned() };
            assert_eq!(scope_of("3:20.10.7-3.el8", Some(other)), third);
        }
    }
}
