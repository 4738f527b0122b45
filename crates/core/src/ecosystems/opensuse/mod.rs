//! openSUSE: Leap, Leap Micro, Tumbleweed.
//!
//! MicroOS is Tumbleweed's packages in another form, and is judged as it.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    formats::rpm,
    revision,
    scope::{self, Scope, ScopeQuestion},
};

/// openSUSE.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "opensuse",
    name: "openSUSE",
    osv_name: "openSUSE",
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("opensuse"), others: &[] },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[], identify: identity::identify }),
    versions: &rpm::VERSIONS,
    feeds: &feeds::FAMILY,
    scope,
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

/// Leap has packages of SUSE's as well; in the public build service only the distribution's own projects count.
const OWN: &[&str] = &["suse llc", "suse linux", "opensuse"];

/// Projects of the public build service that are anybody's.
const ANYBODYS: [&str; 2] = ["obs://build.opensuse.org/home:", "obs://build.opensuse.org/isv:"];

fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let vendor = question.package.vendor.as_deref().unwrap_or_default().trim();
    if ANYBODYS.iter().any(|prefix| vendor.starts_with(prefix)) {
        return Scope::ThirdParty { by: vendor.to_owned() };
    }
    scope::by_vendor(question, OWN)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_is_a_release_and_a_day() {
        crate::ends::check(super::END_OF_LIFE, "openSUSE");
    }
}
