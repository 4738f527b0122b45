//! Photon OS.
//!
//! Each release has one OVAL document, of advisories (PHSA) for installed packages.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{builders::Builders, rpm},
    revision,
};

/// Photon OS.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "photon",
    name: "Photon OS",
    osv_name: "Photon OS",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("photon"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[], identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope: |question| BUILDERS.scope(question),
    crosses: false,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `photon`",
        releases: "upstream's listing, or release numbers that are tried",
        severity: "Photon, for each advisory",
        not_covered: &["vulnerabilities without a fix", "packages of others"],
    },
    revision: revision::of("ecosystems/photon"),
};

/// Source: the lifecycle pages of VMware and Broadcom.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

/// Its vendor has more products than the distribution, and no advisory is about them.
const BUILDERS: Builders = Builders { vendors: &["VMware", "Broadcom"], keys: None, marks: &[".ph"] };

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_is_a_release_and_a_day() {
        crate::ends::check(super::END_OF_LIFE, "Photon OS");
    }
}
