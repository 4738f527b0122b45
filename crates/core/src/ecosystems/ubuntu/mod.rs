//! Ubuntu and what is derived from it.
//!
//! Canonical's data says for each release what its own archive fixes and what Ubuntu Pro (ESM) does. Both are read as
//! statements about the release: a fix that needs Ubuntu Pro is a finding with that fix and those words, never silence.

mod feeds;
mod identity;
mod releases;
mod scope;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    formats::dpkg,
    revision,
};

/// Ubuntu and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "ubuntu",
    name: "Ubuntu",
    osv_name: "Ubuntu",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "deb", namespace: Some("ubuntu"), ..PurlNames::BY_SOURCE },
    detectors: &[&dpkg::DETECTOR],
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &dpkg::VERSIONS,
    upgrade: crate::upgrade::APT,
    feeds: &feeds::FAMILY,
    scope: scope::scope,
    crosses: true,
    end_of_life: releases::end_of_life,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `ubuntu`",
        releases: "the releases that the documents name; a derived system by the codename that it was made from",
        severity: "Canonical's priority",
        not_covered: &["snaps", "packages of others, and of archives of persons (PPA)"],
    },
    revision: revision::of("ecosystems/ubuntu"),
};
