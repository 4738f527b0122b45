//! openSUSE: Leap, Leap Micro, Tumbleweed.
//!
//! MicroOS is Tumbleweed's packages in another form, and is judged as it.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{builders::Builders, rpm},
    revision,
};

/// openSUSE.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "opensuse",
    name: "openSUSE",
    osv_name: "openSUSE",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("opensuse"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[], identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope: |question| BUILDERS.scope(question),
    crosses: true,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` that begins with `opensuse`, or `ID_LIKE` `opensuse`",
        releases: "upstream's listing of Leap, Leap Micro and Tumbleweed",
        severity: "SUSE, for each vulnerability",
        not_covered: &["packages of persons in the build service, and of others"],
    },
    revision: revision::of("ecosystems/opensuse"),
};

/// Source: “Lifetime” in openSUSE's wiki.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

/// As SUSE's: each of the two has packages of the other.
const BUILDERS: Builders = Builders {
    vendors: &[
        "SUSE",
        "openSUSE",
        "obs://build.suse.de/SUSE:",
        "obs://build.opensuse.org/SUSE:",
        "obs://build.opensuse.org/openSUSE:Backports",
        "obs://build.opensuse.org/openSUSE:Factory",
        "obs://build.opensuse.org/openSUSE:Leap",
    ],
    keys: None,
    marks: &[],
};

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_is_a_release_and_a_day() {
        crate::ends::check(super::END_OF_LIFE, "openSUSE");
    }
}
