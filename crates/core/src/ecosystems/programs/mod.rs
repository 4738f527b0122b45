//! Programs that no package brought and that are known all the same: by their bytes, by the note that a distribution wrote into
//! them, or by the file beside a Java runtime.
//!
//! Those that Bitnami's advisories name are judged by them, where they are as their authors released them ([`products`]). Of the
//! others nobody publishes advisories that name their versions: each is listed, and counts by name and version as what no feed speaks
//! about. One that a package of the distribution has is judged with it, and is not listed again; what is said of a wheel says nothing
//! of the programs in it. Go's own programs say what they are, and are judged by Go's database.

mod feed;
mod file;
mod java;
mod products;
mod version;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::program,
    revision,
    scope::{Scope, ScopeQuestion},
    wants::{Pattern, Want},
};

/// Well-known programs.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "programs",
    name: "Programs without a package",
    osv_name: feed::NAMESPACE,
    clair_names: &[],
    purl: PurlNames::language("generic", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &feed::FEEDS,
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "bytes of well-known programs, package notes in programs, the file `release` of a Java runtime",
        releases: "haproxy, httpd, java (BellSoft's), memcached, nginx, node, php, postgresql, python, redis, ruby: CVEs since 2020",
        severity: "the word of the advisory, which is that of NVD's score",
        not_covered: &[
            "bash, busybox, curl, openssl, perl, and builds of vendors (java of others than BellSoft, NGINX Plus, what a package note \
             tells of): no feed speaks about them, and they count by name and version",
            "versions that may be from before 2020: they are judged, and told as not covered as a whole",
            "programs that are called otherwise than they are",
        ],
    },
    revision: revision::of("ecosystems/programs"),
};

/// Bitnami's for what it may know. What the distribution owns is the distribution's.
fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    match (&package.owned_by, products::Product::of(package)) {
        (None, Some(product)) => Scope::IfNamed {
            namespaces: vec![question.namespace.to_owned()],
            doubts: product.doubt(package).into_iter().collect(),
        },
        (Some(owner), _) => Scope::ThirdParty { by: owner.clone() },
        (None, None) => Scope::ThirdParty { by: package.vendor.clone().unwrap_or_default() },
    }
}

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
