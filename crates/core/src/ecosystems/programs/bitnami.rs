//! The feed of most programs: OSV's export of Bitnami's database.
//!
//! Only what is said of programs of the table is kept, under the names that they have here: of other products nothing would ever be
//! asked. A range of theirs is a list of pairs, of which some overlap (`14.0.0` to `14.14.0`, and `14.0.0` to `14.21.3`).

use super::products::Product;
use crate::{
    Affected,
    advisory::{Names, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource, Guard},
    formats::{
        osv::{self, Dialect, Reported, Said, export::Export},
        program_version::VERSIONS,
    },
};

/// The namespace of the programs that it speaks about, and of those that nobody does.
pub(super) const NAMESPACE: &str = "programs";

const EXPORT: Export = Export { feed: "programs/bitnami", ecosystem: "Bitnami" };

pub(super) const GUARD: Guard = Guard {
    // It has some 1,500 records about these programs; a mirror may have a part of them.
    floor: 5,
    most_shrink_percent: 10,
    stale_after_hours: 72,
    // All members together have some 30 MB.
    most_bytes: 1 << 30,
};

pub(super) fn source() -> FeedSource {
    FeedSource { namespace: NAMESPACE.to_owned(), ..EXPORT.source() }
}

pub(super) fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let dialect = Dialect {
        ecosystem: EXPORT.ecosystem,
        versions: &VERSIONS,
        reported: Reported::AsItself,
        in_pairs: true,
        rate: |_| None,
        state: &state,
    };
    osv::parse(&dialect, source, document, sink)
}

fn state(said: &Said<'_>) -> Vec<Affected> {
    let Some(product) = Product::of_component(said.package.name.trim()) else { return Vec::new() };
    let mut affected = said.about(Names::Binary);
    NAMESPACE.clone_into(&mut affected.namespace);
    product.program().clone_into(&mut affected.package);
    vec![affected]
}
