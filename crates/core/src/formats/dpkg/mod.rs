//! dpkg: a stub until the branch `dpkg` brings it.
use std::cmp::Ordering;

use crate::{
    Detector, FoundFile, Parsed, revision,
    version::{InvalidVersion, VersionOrder},
    wants::{Pattern, Want},
};

/// Finds deb packages.
pub const DETECTOR: Detector = Detector {
    id: "dpkg",
    revision: revision::of("formats/dpkg"),
    wants: &[Want::new(Pattern::System("var/lib/dpkg/status"), 64 << 20)],
    companions: &[],
    parse: |_: &FoundFile<'_>| Parsed::default(),
};

/// dpkg's order.
pub const VERSIONS: VersionOrder = VersionOrder {
    scheme: "dpkg",
    check: |_: &str| Ok(()),
    compare: |a: &str, b: &str| Ok::<Ordering, InvalidVersion>(a.cmp(b)),
};
