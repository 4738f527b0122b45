//! Programs that no package brought and that are known all the same: by their bytes, by the note that a distribution wrote into
//! them, or by the file beside a Java runtime.
//!
//! Nobody publishes advisories about them that name their versions. So none is ever judged: each is listed, and counts by name and
//! version as what no feed speaks about. One that a package of the distribution has is judged with it, and is not listed again; what is
//! said of a wheel says nothing of the programs in it.

mod file;
mod java;
mod version;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::program,
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Well-known programs.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "programs",
    name: "Programs without a package",
    osv_name: "programs",
    clair_names: &[],
    purl: PurlNames::language("generic", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily::NONE,
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "bytes of well-known programs, package notes in programs, the file `release` of a Java runtime",
        releases: "none: they are listed, and count as not judged by name and version",
        severity: "none is given",
        not_covered: &[
            "all of them: no feed speaks about programs without a package",
            "programs that are called otherwise than they are",
        ],
    },
    revision: revision::of("ecosystems/programs"),
};

const DETECTOR: Detector = Detector {
    id: "programs",
    revision: revision::of("ecosystems/programs"),
    wants: &[
        Want::extract(Pattern::Program, program::MOST_BYTES, &program::EXTRACTOR),
        Want::extract(Pattern::ProgramCalled(program::FILES), program::MOST_BYTES, &program::SEARCHER),
        Want::new(Pattern::Name("release"), java::MOST_BYTES),
    ],
    companions: &[],
    parse: file::read,
};
