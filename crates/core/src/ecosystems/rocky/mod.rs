//! Rocky Linux: one archive of OSV records about all releases, which names source packages.
//!
//! The updateinfo of the repositories would be the other choice: it has only what the current minor release has, so that an
//! image of an earlier one would not be judged by what was fixed between. What has no fix yet is in neither.
//!
//! Versions of source packages come from the names of their files, which have no epoch; the database's reader takes that of
//! the installed package.

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

/// Rocky Linux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "rocky",
    name: REBUILD.releases.name,
    osv_name: REBUILD.releases.name,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "rpm", namespace: Some("rocky"), ..PurlNames::BY_SOURCE },
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
        recognised: "`ID` or `ID_LIKE` `rocky`",
        releases: "the major releases that the records name",
        severity: "Rocky Linux, for each update",
        not_covered: &["vulnerabilities without a fix", "packages of others, such as EPEL's"],
    },
    revision: revision::of("ecosystems/rocky"),
};

const ENDS: Ends = Ends {
    feed: "rocky/end-of-life",
    product: "rocky-linux",
    namespace: |release| Some(format!("Rocky Linux:{release}")),
    until: Until::General,
};

const REBUILD: Rebuild = Rebuild {
    releases: Numbered { id: "rocky", name: "Rocky Linux", file: "etc/rocky-release" },
    feed: "rocky/osv",
    names: Names::Source,
    builders: Builders {
        vendors: &["Rocky"],
        // Of 8, 9, and 10.
        keys: Some(&["15af5dac6d745a60", "702d426d350d275d", "5b106c736fedfc85"]),
        marks: &[],
    },
};

/// Source: `https://wiki.rockylinux.org/rocky/version/`.
const END_OF_LIFE: &str = include_str!("end-of-life.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        ends::check(END_OF_LIFE, "Rocky Linux");
    }
}
