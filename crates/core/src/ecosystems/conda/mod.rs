//! Conda: what conda, mamba, micromamba and pixi have installed in their prefixes.
//!
//! No advisory data that is free to read speaks about these packages: they are listed, and told as not judged. What a Python package
//! among them brought into `site-packages` describes itself there, and is judged with Python's.

mod limits;
mod record;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::plain,
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Conda and its packages.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "conda",
    name: "Conda",
    osv_name: "Conda",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames::language("conda", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &plain::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily::NONE,
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "records of installed packages, `conda-meta/*.json`",
        releases: "nothing: no advisory data speaks about it",
        severity: "nobody",
        not_covered: &[
            "all of it is listed and not judged, which counts; Python packages among it are judged by what they have in `site-packages`, \
             and not in the place of the package of Conda, which may have libraries of C beside",
            "packages that are only in a cache (`pkgs`), which are not installed",
        ],
    },
    revision: revision::of("ecosystems/conda"),
};

const DETECTOR: Detector = Detector {
    id: "conda",
    revision: revision::of("ecosystems/conda"),
    wants: &[Want::new(Pattern::Anywhere("conda-meta/*.json"), limits::MOST_RECORD_BYTES)],
    companions: &[],
    parse: record::read,
};
