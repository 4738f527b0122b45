//! Arch's security tracker: one document of all groups (AVG) of vulnerabilities.

mod groups;

use crate::{
    advisory::Record,
    ecosystems::archlinux::identity::NAME,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| if namespace == NAME { vec![source()] } else { Vec::new() },
    discover: |upstream: &dyn Upstream| {
        Ok::<_, DiscoveryError>(upstream.exists(URL)?.then(source).into_iter().collect())
    },
    locate: None,
    parse,
    increments: None,
    mark: None,
    guard: |_| GUARD,
    revisions: &[revision::of("formats/pacman")],
    is_second: |_| false,
};

const URL: &str = "https://security.archlinux.org/all.json";

const GUARD: Guard = Guard {
    // The real document has thousands, and excerpts of it are used offline; an empty one is never real.
    floor: 1,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // Under 2 MB after ten years.
    most_bytes: 64 << 20,
};

fn source() -> FeedSource {
    FeedSource { name: "archlinux/tracker".to_owned(), namespace: NAME.to_owned(), url: URL.to_owned() }
}

fn parse(
    _: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let unread = groups::read(document.reader, NAME, sink)?;
    Ok(FeedHead { covers: vec![NAME.to_owned()], unread, ..FeedHead::default() })
}
