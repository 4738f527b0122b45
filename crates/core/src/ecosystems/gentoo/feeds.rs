//! Gentoo's security advisories: the archive of the repository that has them all.

use crate::{
    ecosystems::gentoo::identity::NAMESPACE,
    feed::{DiscoveryError, FeedFamily, FeedSource, Guard, Upstream},
    formats::glsa,
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| if namespace == NAMESPACE { vec![source()] } else { Vec::new() },
    discover: |upstream: &dyn Upstream| {
        Ok::<_, DiscoveryError>(upstream.exists(URL)?.then(source).into_iter().collect())
    },
    locate: None,
    parse: glsa::parse,
    increments: None,
    mark: None,
    guard: |_| GUARD,
    // Ranges are computed with the order of versions.
    revisions: &[revision::of("formats/glsa"), revision::of("formats/portage")],
    is_second: |_| false,
};

/// A tar of the branch, with a file for each advisory. Security.gentoo.org itself has a page for each and no archive.
const URL: &str = "https://gitweb.gentoo.org/data/glsa.git/snapshot/glsa-master.tar.bz2";

const GUARD: Guard = Guard {
    // There are more than 3,000 advisories, and excerpts of them are used offline; an empty archive is never real.
    floor: 1,
    // Advisories stay.
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // Some 15 MB after twenty years.
    most_bytes: 256 << 20,
};

fn source() -> FeedSource {
    FeedSource { name: "gentoo/glsa".to_owned(), namespace: NAMESPACE.to_owned(), url: URL.to_owned() }
}
