//! From when on Bitnami's advisories are whole.
//!
//! The database has what was published since 2020: of a version that may be older it lacks what was known before.

use std::cmp::Ordering;

use super::program_version::VERSIONS;
use crate::{BlindSpot, Package, Reason};

/// A component, and its first versions of which no release, of any branch, is from before, and that have the fixes of all CVEs of
/// 2019: from one on, or from one up to another (`-`). Of components that are not here nobody looked.
const WHOLE: &[&str] = &[
    "apache 2.4.48",
    "haproxy 2.2.0",
    "java 8.0.251-9 11.0.7-12 14.0.1",
    "memcached 1.6.0",
    "nginx 1.17.8",
    "node 14.0.0",
    "php 8.0.0",
    "postgresql 13.0",
    "python 3.9.0",
    "redis 6.0.0",
    "ruby 3.0.0",
];

/// The ranges of a row: the first version, and the one that ends it.
fn ranges(row: &'static str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let ranges = row.split(' ').skip(1);
    ranges.map(|range| range.split_once('-').map_or((range, None), |(first, end)| (first, Some(end))))
}

/// That advisories may lack what was known of a component's version (in the form of its authors) when they began. One that follows no
/// rule is told of anyway.
pub(crate) fn doubt(component: &str, version: &str, package: &Package) -> Option<BlindSpot> {
    let row = WHOLE.iter().find(|row| row.split(' ').next() == Some(component))?;
    (VERSIONS.check)(version).ok()?;
    let is = |order: fn(Ordering) -> bool, other: &str| (VERSIONS.compare)(version, other).is_ok_and(order);
    let is_whole = |(first, end): (&str, Option<&str>)| {
        is(Ordering::is_ge, first) && end.is_none_or(|end| is(Ordering::is_lt, end))
    };
    if ranges(row).any(is_whole) {
        return None;
    }
    let detail = "the advisories begin with the CVEs of 2020, and this version may be older: what was published before is not \
                  compared";
    let subject = format!("{} {}", package.name, package.version);
    Some(BlindSpot::new(Reason::ReleaseNotCovered, subject, detail).with_packages(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_by_its_own_order() {
        for row in WHOLE {
            assert!(ranges(row).next().is_some(), "{row}");
            for (first, end) in ranges(row) {
                assert!((VERSIONS.check)(first).is_ok(), "{row}");
                let is_after = |end: &str| (VERSIONS.compare)(first, end) == Ok(Ordering::Less);
                assert!(end.is_none_or(is_after), "{row}");
            }
        }
        assert!(WHOLE.is_sorted());
    }
}
