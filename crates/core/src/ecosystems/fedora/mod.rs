//! Fedora Linux: the updateinfo of its repositories of updates.
//!
//! A vulnerability without a fix is not in it, nor is one that was fixed in the release's first packages. A repository keeps
//! only the newest version of a package with its advisory, so that a vulnerability that an update between fixed is missing
//! once a later update replaced that one.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{builders::Builders, releases::Numbered, rpm},
    revision,
};

/// Fedora Linux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "fedora",
    name: "Fedora Linux",
    osv_name: RELEASES.name,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("fedora"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[RELEASES.file], identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope: |question| BUILDERS.scope(question),
    crosses: false,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `fedora`",
        releases: "upstream's folders, or release numbers that are tried",
        severity: "Fedora, for each update, where it gives one",
        not_covered: &[
            "vulnerabilities without a fix, or that the first packages of a release had fixed",
            "updates that later ones replaced",
            "packages of others",
        ],
    },
    revision: revision::of("ecosystems/fedora"),
};

const RELEASES: Numbered = Numbered { id: "fedora", name: "Fedora", file: "etc/fedora-release" };

/// All of its packages have the vendor: one that is signed and has none is another's.
const BUILDERS: Builders = Builders { vendors: &["Fedora Project"], keys: Some(&[]), marks: &[] };

/// Source: `https://docs.fedoraproject.org/en-US/releases/eol/`.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "Fedora");
    }
}
