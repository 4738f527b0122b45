//! Red Hat Enterprise Linux, UBI, and what is made from it and has no data of its own, such as CentOS.
//!
//! Red Hat speaks about products, named by CPEs, and not about releases. A namespace is a CPE as OSV writes it,
//! `Red Hat:enterprise_linux:8::baseos`; which of them hold for a package follows from the repositories that it came from.

mod cpe;
mod end_of_life;
mod feeds;
mod identity;
mod limits;
mod manifests;
mod repositories;
mod scope;
mod vex;

use crate::{
    Detector,
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    formats::rpm,
    revision,
};

/// Red Hat Enterprise Linux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "redhat",
    name: "Red Hat Enterprise Linux",
    osv_name: cpe::OSV_NAME,
    namespace_within: |_| None,
    clair_names: &["rhel", "rhel-container", "rhel-vex"],
    purl: PurlNames {
        kind: "rpm",
        namespace: Some("redhat"),
        others: &[("centos", "centos")],
        separator: None,
        ..PurlNames::BY_SOURCE
    },
    detectors: DETECTORS,
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &feeds::FAMILY,
    scope: scope::scope,
    crosses: true,
    end_of_life: end_of_life::end_of_life,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `rhel` or `centos`",
        releases: "the products that the documents name, by CPE; which hold for a package follows from its repository",
        severity: "Red Hat's impact, for each product where they differ",
        not_covered: &[
            "packages of others, such as EPEL's",
            "what CentOS and other derived systems do otherwise than Red Hat",
        ],
    },
    revision: revision::of("ecosystems/redhat"),
};

#[expect(clippy::indexing_slicing, reason = "a constant: an index that is wrong does not compile")]
const DETECTORS: &[&Detector] = &{
    let mut all = [&manifests::DETECTOR; rpm::DETECTORS.len() + 1];
    let mut place = 0;
    while place < rpm::DETECTORS.len() {
        all[place] = rpm::DETECTORS[place];
        place += 1;
    }
    all
};
