//! Wolfi: a rolling distribution, so there is one namespace and one feed.

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    feed::FeedFamily,
    formats::apk::{
        self,
        rolling::{self, Rolling},
    },
    revision,
};

/// Wolfi.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: ROLLING.id,
    name: ROLLING.name,
    osv_name: ROLLING.name,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "apk", namespace: Some(ROLLING.id), ..PurlNames::BY_SOURCE },
    detectors: &[&apk::DETECTOR],
    identity: Some(Identity { files: &[], identify: |files| ROLLING.identify(files) }),
    versions: &apk::VERSIONS,
    upgrade: crate::upgrade::APK,
    feeds: &FeedFamily {
        needed_by: |namespace| ROLLING.needed_by(namespace),
        discover: |upstream| ROLLING.discover(upstream),
        parse: |source, document, sink| ROLLING.parse(source, document, sink),
        locate: None,
        increments: None,
        mark: None,
        guard: |_| rolling::GUARD,
        revisions: &[revision::of("formats/apk")],
        is_second: |_| false,
    },
    scope: apk::scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `wolfi`",
        releases: "rolling",
        severity: "none is given",
        not_covered: &["vulnerabilities without a fix: the database names what was fixed"],
    },
    revision: revision::of("ecosystems/wolfi"),
};

const ROLLING: Rolling = Rolling {
    id: "wolfi",
    name: "Wolfi",
    repository: "os",
    url: "https://packages.wolfi.dev/os/security.json",
    page: "https://images.chainguard.dev/security/",
};
