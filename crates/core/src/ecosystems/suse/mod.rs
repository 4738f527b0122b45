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
    formats::{builders::Builders, rpm},
    revision,
};

/// SUSE Linux Enterprise and SUSE Linux Micro.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "suse",
    name: "SUSE Linux Enterprise",
    osv_name: "SUSE",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("suse"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope: |question| BUILDERS.scope(question),
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

/// SUSE and openSUSE. Their build services name projects in the field of the vendor, and of those only the distributions'
/// own count: in the public one everybody has some, with packages of the distributions' names and versions of their own.
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
    use super::*;
    use crate::Package;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "SUSE");
    }

    #[test]
    fn builders_are_told_apart() {
        for (vendor, is_own) in [
            ("SUSE LLC <https://www.suse.com/>", true),
            ("SUSE LINUX Products GmbH, Nuernberg, Germany", true),
            ("openSUSE", true),
            ("obs://build.suse.de/SUSE:Maintenance", true),
            ("obs://build.opensuse.org/openSUSE:Leap:15.5", true),
            ("obs://build.opensuse.org/openSUSE:Backports:SLE-15-SP5", true),
            ("obs://build.opensuse.org/home:somebody", false),
            ("obs://build.opensuse.org/isv:somebody", false),
            ("obs://build.opensuse.org/server:database:postgresql", false),
            ("obs://build.opensuse.org/devel:languages:python", false),
            ("NVIDIA Corporation", false),
        ] {
            let package = Package { vendor: Some(vendor.to_owned()), ..Package::default() };
            assert_eq!(BUILDERS.stranger(&package).is_none(), is_own, "{vendor}");
        }
    }
}
