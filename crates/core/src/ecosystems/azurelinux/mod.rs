//! Azure Linux, and CBL-Mariner as it was called up to release 2.0.
//!
//! Each release has one OVAL document, about source packages.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::{builders::Builders, rpm},
    revision,
};

/// Azure Linux and CBL-Mariner.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "azurelinux",
    name: "Azure Linux",
    osv_name: "Azure Linux",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames {
        kind: "rpm",
        namespace: Some("azurelinux"),
        others: &[("mariner", "mariner")],
        separator: None,
        ..PurlNames::BY_SOURCE
    },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[], identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope: |question| BUILDERS.scope(question),
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

/// Microsoft has repositories of more than the distribution (.NET, drivers of databases), and no definition is about them.
const BUILDERS: Builders = Builders { vendors: &["Microsoft"], keys: None, marks: &[".cm", ".azl"] };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn what_microsoft_builds_for_any_system_is_not_judged() {
        let stranger = |version: &str| {
            let vendor = Some("Microsoft Corporation".to_owned());
            BUILDERS.stranger(&Package { version: version.to_owned(), vendor, ..Package::default() })
        };
        assert_eq!((stranger("1.1.1k-15.cm2"), stranger("3.3.0-2.azl3")), (None, None));
        let outside = "Microsoft Corporation, outside of the distribution";
        assert_eq!(stranger("18.3.3.1-1").as_deref(), Some(outside));
    }

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "Azure Linux");
    }
}
