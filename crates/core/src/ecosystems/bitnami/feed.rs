//! The feed: OSV's export of Bitnami's database, with all components.
//!
//! What is said there of well-known programs holds for those that Bitnami did not package too: they have a feed of their own, made from
//! the same document, because they need no other part of it.

use super::version::VERSIONS;
use crate::{
    Affected,
    advisory::{Names, Record},
    feed::{FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard},
    formats::osv::{self, Dialect, Reported, Said, export::Export, language},
};

/// Its namespace.
pub(super) const NAMESPACE: &str = "Bitnami";

const EXPORT: Export = Export { feed: "bitnami/osv", ecosystem: NAMESPACE };

/// The one feed.
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| (namespace == NAMESPACE).then(|| EXPORT.source()).into_iter().collect(),
    discover: |upstream| EXPORT.discover(upstream),
    locate: None,
    parse,
    increments: None,
    mark: None,
    guard: |_| Guard {
        // It has some thousands of records; a mirror may have a part of them.
        floor: 5,
        // Components that Bitnami gives up are removed with all that was said of them.
        most_shrink_percent: 20,
        stale_after_hours: 72,
        // All members together have some 30 MB.
        most_bytes: 1 << 30,
    },
    revisions: language::REVISIONS,
    is_second: |_| false,
};

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let dialect = Dialect {
        ecosystem: NAMESPACE,
        versions: &VERSIONS,
        reported: Reported::AsItself,
        // Pairs that may overlap, each of which counts.
        in_pairs: true,
        rate: |_| None,
        state: &state,
    };
    osv::parse(&dialect, source, document, sink)
}

fn state(said: &Said<'_>) -> Vec<Affected> {
    let mut affected = said.about(Names::Binary);
    NAMESPACE.clone_into(&mut affected.namespace);
    affected.package.make_ascii_lowercase();
    vec![affected]
}
