//! Azure Linux, and CBL-Mariner as it was called up to release 2.0.
//!
//! Each release has one OVAL document, about source packages.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::rpm,
    revision,
    scope::{self, Scope, ScopeQuestion},
};

/// Azure Linux and CBL-Mariner.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "azurelinux",
    name: "Azure Linux",
    osv_name: "Azure Linux",
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("azurelinux"), others: &[("mariner", "mariner")] },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[], identify: identity::identify }),
    versions: &rpm::VERSIONS,
    feeds: &feeds::FAMILY,
    scope,
    crosses: false,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `azurelinux` or `mariner`",
        releases: "release numbers that are tried",
        severity: "Microsoft, for each vulnerability",
        not_covered: &["packages of others"],
    },
    revision: revision::of("ecosystems/azurelinux"),
};

/// Source: the announcements of Microsoft.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

fn scope(question: &ScopeQuestion<'_>) -> Scope {
    scope::by_vendor(question, &["microsoft"])
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_is_a_release_and_a_day() {
        crate::ends::check(super::END_OF_LIFE, "Azure Linux");
    }
}
