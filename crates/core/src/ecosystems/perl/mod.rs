//! Perl: distributions that were installed from CPAN.
//!
//! No advisory data that is free to read speaks about them: they are listed, and told as not judged.

mod limits;
mod metadata;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::plain,
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Perl and its packages.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "perl",
    name: "Perl",
    osv_name: "CPAN",
    namespace_within: |_| None,
    clair_names: &[],
    // The type `cpan` asks for the author, whom nothing names.
    purl: PurlNames::language("perl", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &plain::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily::NONE,
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`MYMETA.json` that cpanm and its like leave beside an installed distribution",
        releases: "nothing: no advisory data speaks about it",
        severity: "nobody",
        not_covered: &[
            "all of it is listed and not judged, which counts",
            "Perl itself with the modules that it brings",
            "distributions that left only a list of files (`.packlist`), which is told",
        ],
    },
    revision: revision::of("ecosystems/perl"),
};

const DETECTOR: Detector = Detector {
    id: "perl",
    revision: revision::of("ecosystems/perl"),
    wants: &[Want::new(Pattern::Name("MYMETA.json"), limits::MOST_METADATA_BYTES)],
    companions: &[],
    parse: metadata::read,
};
