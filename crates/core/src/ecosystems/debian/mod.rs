//! Debian, distroless images made of its packages, and what is derived from it.
//!
//! The security tracker speaks about source packages of releases, by codename; what has no release number yet (testing and
//! sid) is told apart from nothing else by a system, so it is judged by both. Packages that others built are nobody's.

mod feeds;
mod identity;
mod releases;
mod scope;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    formats::dpkg,
    revision,
};

/// Debian and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "debian",
    name: "Debian",
    osv_name: "Debian",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "deb", namespace: Some("debian"), ..PurlNames::BY_SOURCE },
    detectors: &[&dpkg::DETECTOR],
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &dpkg::VERSIONS,
    upgrade: crate::upgrade::APT,
    feeds: &feeds::FAMILY,
    scope: scope::scope,
    crosses: true,
    end_of_life: releases::end_of_life,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `debian`",
        releases: "the releases that the tracker names, by codename; numbers of later ones are read from the versions of their fixes",
        severity: "Debian's urgency, where it gives one",
        not_covered: &["packages of others, and what a derived distribution changed"],
    },
    revision: revision::of("ecosystems/debian"),
};
