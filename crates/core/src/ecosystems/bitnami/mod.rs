//! Bitnami's images: what stands in their documents below `/opt/bitnami`, and package URLs of Bitnami's in lists of packages.
//!
//! Its database has, for each component, the CVEs since 2020 that NVD names for the product. Of what is packaged beside a component in its
//! folder many are never named: each of those is told. A component's version has the number of its packaging behind it
//! (`17.2.0-8`), which the advisories do not know.
//!
//! Source: `https://github.com/bitnami/vulndb`, README.md, “How to consume this CVE feed”.

mod document;
mod feed;
mod version;

use crate::{
    BlindSpot, Package,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::bitnami,
    revision,
    scope::{Scope, ScopeQuestion},
    wants::{Pattern, Want},
};

/// Bitnami's packages.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "bitnami",
    name: "Bitnami",
    osv_name: feed::NAMESPACE,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { as_detected, ..PurlNames::language("bitnami", None) },
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &feed::FAMILY,
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`.spdx-*.spdx` in folders below `/opt/bitnami`",
        releases: "components that Bitnami's database names: CVEs since 2020",
        severity: "the word of the advisory, which is that of NVD's score",
        not_covered: &[
            "components that the database names in no version, which are told and count",
            "CVEs from before 2020, which matters for components that are as old: those that are well known are told, others not",
            "what of other types Bitnami's documents list: it is found by its own files",
            "images from before these documents, of which only `.bitnami_components.json` tells",
        ],
    },
    revision: revision::of("ecosystems/bitnami"),
};

const DETECTOR: Detector = Detector {
    id: "bitnami",
    revision: revision::of("ecosystems/bitnami"),
    wants: &[Want::new(Pattern::Anywhere(".spdx-*.spdx"), document::MOST_BYTES)],
    companions: &[],
    parse: document::read,
};

/// Names of components are in small letters.
fn as_detected(package: Package) -> Package {
    Package { name: package.name.to_ascii_lowercase(), ..package }
}

fn doubt(package: &Package) -> Option<BlindSpot> {
    bitnami::doubt(&package.name, version::of_authors(&package.version), package)
}

/// The database speaks about some components and not of all that there are.
fn scope(question: &ScopeQuestion<'_>) -> Scope {
    match &question.package.owned_by {
        Some(owner) => Scope::ThirdParty { by: owner.clone() },
        None => Scope::IfNamed {
            namespaces: vec![question.namespace.to_owned()],
            doubts: doubt(question.package).into_iter().collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_older_than_the_data_is_doubted() {
        for (name, version, is_doubted) in [
            ("redis", "5.0.7-23", true),
            ("redis", "7.4.1-0", false),
            ("apache", "2.4.46-0", true),
            ("geos", "3.8.0", false),
        ] {
            let package =
                Package { name: name.to_owned(), version: version.to_owned(), ..Package::default() };
            assert_eq!(doubt(&package).is_some(), is_doubted, "{name} {version}");
        }
    }
}
