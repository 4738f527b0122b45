//! SUSE Linux Enterprise, with its base container images (BCI), and SUSE Linux Micro.
//!
//! SUSE speaks about products, of which a system has many at once: the base, modules, extensions, long term support. A
//! package does not tell which of them it comes from, so all products of a service pack are one namespace, that of its
//! Server: what is said about any of them holds for every package of a system of that service pack.

mod feeds;
mod identity;
mod products;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{rpm, suse},
    revision,
};

/// SUSE Linux Enterprise and SUSE Linux Micro.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "suse",
    name: "SUSE Linux Enterprise",
    osv_name: "SUSE",
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("suse"), others: &[] },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &rpm::VERSIONS,
    feeds: &feeds::FAMILY,
    scope: |question| suse::BUILDERS.scope(question),
    crosses: true,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` that begins with `sles`, `sled`, `sle-`, `sle_` or `sl-micro`; `suse-microos`; `ID_LIKE` `suse`",
        releases: "upstream's listing of Enterprise and Micro; all service packs of a major release are in one document",
        severity: "SUSE, for each vulnerability",
        not_covered: &[
            "which product of a service pack a package is from: all hold",
            "packages of persons in the build service, and of others",
        ],
    },
    revision: revision::of("ecosystems/suse"),
};

/// The ends of long term support where there is one, because SUSE's data speaks about a service pack as long as that.
/// Source: “Product Support Lifecycle”.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "SUSE");
    }
}
