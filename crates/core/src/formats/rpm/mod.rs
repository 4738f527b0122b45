//! rpm: a stub until the branch `rpm` brings it.
use std::cmp::Ordering;

use crate::{
    Detector, FoundFile, Parsed, revision,
    version::{InvalidVersion, VersionOrder},
    wants::{Pattern, Want},
};

/// Finds rpm packages.
pub const DETECTOR: Detector = Detector {
    id: "rpm",
    revision: revision::of("formats/rpm"),
    wants: &[Want::new(Pattern::System("var/lib/rpm/Packages"), 64 << 20)],
    companions: &[],
    parse: |_: &FoundFile<'_>| Parsed::default(),
};

/// rpm's order.
pub const VERSIONS: VersionOrder = VersionOrder {
    scheme: "rpm",
    check: |_: &str| Ok(()),
    compare: |a: &str, b: &str| Ok::<Ordering, InvalidVersion>(a.cmp(b)),
};
