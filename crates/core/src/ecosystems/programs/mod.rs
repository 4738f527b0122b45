//! Programs that no package brought and that are known all the same: by their bytes, by the note that a distribution wrote into
//! them, or by the file beside a Java runtime.
//!
//! curl and OpenSSL are judged by what their authors publish, and those that Bitnami's advisories name by them ([`products`]), all
//! where they are as their authors released them. Of the others nobody publishes advisories that name their versions: each is
//! listed, and counts by name and version as what no feed speaks about. One that a package of the distribution has is judged with it, and is not listed again; what is said of a wheel says nothing
//! of the programs in it. Go's own programs say what they are, and are judged by Go's database.

mod bitnami;
mod curl;
mod feeds;
mod file;
mod java;
mod openssl;
mod products;
mod sources;

use self::sources::Source;
use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::{program, program_version},
    revision,
    scope::{Scope, ScopeQuestion},
    wants::{Pattern, Want},
};

/// Well-known programs.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "programs",
    name: "Programs without a package",
    osv_name: bitnami::NAMESPACE,
    namespace_within: sources::namespace_within,
    clair_names: &[],
    purl: PurlNames::language("generic", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &program_version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &feeds::FAMILY,
    scope,
    // A package has the namespace of its branch, and what is said of all branches holds for it too.
    crosses: true,
    end_of_life: openssl::end_of_life,
    notes: Notes {
        recognised: "bytes of well-known programs, package notes in programs, the file `release` of a Java runtime",
        releases: "curl; openssl, by branch, as long as it is looked after; haproxy, httpd, java (BellSoft's), memcached, nginx, node, php, postgresql, python, redis, ruby: CVEs since 2020",
        severity: "the word of the advisory; Bitnami's is that of NVD's score",
        not_covered: &[
            "bash, busybox, perl, and builds of vendors (java of others than BellSoft, NGINX Plus, what a package note \
             tells of): no feed speaks about them in a way that proves anything, and they count by name and version",
            "versions that may be from before 2020: they are judged, and told as not covered as a whole",
            "branches of OpenSSL after their end, and those that no record names yet: they are told as ended, or not covered",
            "versions of curl and OpenSSL before a release, which are told; libraries that were linked into other programs",
            "programs that are called otherwise than they are",
        ],
    },
    revision: revision::of("ecosystems/programs"),
};

/// Theirs who speak about the program. What the distribution owns is the distribution's.
fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    match (&package.owned_by, Source::of(package)) {
        (None, Some(source)) => {
            Scope::IfNamed { namespaces: source.namespaces(package), doubts: source.doubts(package) }
        }
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
