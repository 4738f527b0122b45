//! C and C++: packages of Conan, in the caches of both of its versions, and where its second deploys them.
//!
//! No advisory data that is free to read speaks about them: they are listed, and told as not judged.

mod cache;
mod limits;
mod manifest;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::plain,
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Conan and its packages.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "conan",
    name: "Conan",
    osv_name: "ConanCenter",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames::language("conan", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &plain::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily::NONE,
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`conanmanifest.txt` in the caches of Conan 1 and 2, there with the database `cache.sqlite3`, and in folders of `full_deploy`",
        releases: "nothing: no advisory data speaks about it",
        severity: "nobody",
        not_covered: &[
            "all of it is listed and not judged, which counts",
            "packages in a cache of Conan 2 whose database is not there or does not know them: they are told",
            "libraries that were copied out of their package",
        ],
    },
    revision: revision::of("ecosystems/conan"),
};

const DETECTOR: Detector = Detector {
    id: "conan",
    revision: revision::of("ecosystems/conan"),
    wants: &[
        Want::new(Pattern::Name("conanmanifest.txt"), limits::MOST_MANIFEST_BYTES),
        Want::companion(Pattern::Name("cache.sqlite3"), limits::MOST_DATABASE_BYTES),
    ],
    companions: &cache::DATABASES,
    parse: manifest::read,
};
