//! Alpine Linux.
//!
//! No list of releases stands here: a release is read from the system by rule, upstream is asked which ones it has,
//! and whether one is covered is a question to the advisory data.

mod end_of_life;
mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    formats::apk,
    revision,
};

/// Alpine Linux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "alpine",
    name: "Alpine Linux",
    osv_name: "Alpine",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "apk", namespace: Some("alpine"), ..PurlNames::BY_SOURCE },
    detectors: &[&apk::DETECTOR],
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &apk::VERSIONS,
    upgrade: crate::upgrade::APK,
    feeds: &feeds::FAMILY,
    scope: apk::scope,
    crosses: false,
    end_of_life: end_of_life::end_of_life,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `alpine`",
        releases: "upstream's folders, or release numbers that are tried; a derived system by the file of what it was made from",
        severity: "none is given",
        not_covered: &[
            "vulnerabilities without a fix: the databases name what was fixed",
            "the repository `testing`, which has no database, and repositories of others: packages of tagged ones are told",
        ],
    },
    revision: revision::of("ecosystems/alpine"),
};
