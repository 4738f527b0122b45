//! AlmaLinux: one archive of OSV records about all releases, which names installed packages.
//!
//! Corrections and enhancements are in it beside security updates. They are kept, because some of them fix what has a CVE;
//! those that do not are rated as negligible. What has no fix yet is not in it.

use crate::{
    advisory::Names,
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    ends,
    feed::FeedFamily,
    formats::{
        builders::Builders,
        end_of_life::{Ends, Until},
        osv::{enterprise::Rebuild, export},
        releases::Numbered,
        rpm,
    },
    revision,
};

/// AlmaLinux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "almalinux",
    name: REBUILD.releases.name,
    osv_name: REBUILD.releases.name,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("almalinux"), ..PurlNames::BY_BINARY },
    detectors: rpm::DETECTORS,
    identity: Some(Identity { files: &[REBUILD.releases.file], identify: |files| REBUILD.identify(files) }),
    versions: &rpm::VERSIONS,
    upgrade: crate::upgrade::RPM,
    feeds: &FeedFamily {
        needed_by: |namespace| ENDS.needed_by(namespace, |namespace| REBUILD.needed_by(namespace)),
        discover: |upstream| {
            let mut sources = REBUILD.discover(upstream)?;
            ENDS.add_to(&mut sources, upstream);
            Ok(sources)
        },
        locate: None,
        parse: |source, document, sink| match ENDS.parse(source, document, sink) {
            Some(head) => head,
            None => REBUILD.parse(source, document, sink),
        },
        guard: |feed| ENDS.guard(feed, |_| export::GUARD),
        revisions: &[
            revision::of("formats/osv"),
            revision::of("formats/rpm"),
            revision::of("formats/end_of_life"),
        ],
        increments: None,
        mark: None,
        is_second: |_| false,
    },
    scope: |question| REBUILD.scope(question),
    crosses: false,
    end_of_life: |namespace| ends::end_in(END_OF_LIFE, namespace),
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `almalinux`",
        releases: "the major releases that the records name",
        severity: "AlmaLinux, for each update",
        not_covered: &["vulnerabilities without a fix", "packages of others, such as EPEL's"],
    },
    revision: revision::of("ecosystems/almalinux"),
};

const ENDS: Ends = Ends {
    feed: "almalinux/end-of-life",
    product: "almalinux",
    namespace: |release| Some(format!("AlmaLinux:{release}")),
    until: Until::General,
};

const REBUILD: Rebuild = Rebuild {
    releases: Numbered { id: "almalinux", name: "AlmaLinux", file: "etc/almalinux-release" },
    feed: "almalinux/osv",
    names: Names::Binary,
    builders: Builders {
        vendors: &["AlmaLinux"],
        // Of 8 (until 2024 and since), 9, and 10.
        keys: Some(&[
            "488fcf7c3abb34f8",
            "51d6647ec21ad6ea",
            "2ae81e8aced7258b",
            "d36cb86cb86b3716",
            "dee5c11cc2a1e572",
        ]),
        marks: &[],
    },
};

/// Source: `https://wiki.almalinux.org/release-notes/`, “security support”.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "AlmaLinux");
    }
}
