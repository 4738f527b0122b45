//! From when on Bitnami's advisories are whole.
//!
//! The database has what was published since 2020: of a version that may be older it lacks what was known before.

use std::cmp::Ordering;

use super::program_version::VERSIONS;
use crate::{BlindSpot, Package, Reason};

/// Versions from one on, up to another (or all).
type Since = &'static [(&'static str, Option<&'static str>)];

/// The first versions of components of which no release, of any branch, is from before, and that have the fixes of all CVEs of 2019.
/// Of components that are not here nobody looked.
const WHOLE: &[(&str, Since)] = &[
    ("apache", &[("2.4.48", None)]),
    ("haproxy", &[("2.2.0", None)]),
    ("java", &[("8.0.251", Some("9")), ("11.0.7", Some("12")), ("14.0.1", None)]),
    ("memcached", &[("1.6.0", None)]),
    ("nginx", &[("1.17.8", None)]),
    ("node", &[("14.0.0", None)]),
    ("php", &[("8.0.0", None)]),
    ("postgresql", &[("13.0", None)]),
    ("python", &[("3.9.0", None)]),
    ("redis", &[("6.0.0", None)]),
    ("ruby", &[("3.0.0", None)]),
];

/// That advisories may lack what was known of a component's version (in the form of its authors) when they began. One that follows no
/// rule is told of anyway.
pub(crate) fn doubt(component: &str, version: &str, package: &Package) -> Option<BlindSpot> {
    let (_, whole) = WHOLE.iter().find(|(name, _)| *name == component)?;
    (VERSIONS.check)(version).ok()?;
    let is = |order: fn(Ordering) -> bool, other: &str| (VERSIONS.compare)(version, other).is_ok_and(order);
    let is_whole = |(first, end): &(&'static str, Option<&'static str>)| {
        is(Ordering::is_ge, first) && end.is_none_or(|end| is(Ordering::is_lt, end))
    };
    if whole.iter().any(is_whole) {
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
        for (component, whole) in WHOLE {
            assert!(!whole.is_empty(), "{component}");
            for (first, end) in *whole {
                assert!((VERSIONS.check)(first).is_ok(), "{first}");
                let is_after = |end: &str| (VERSIONS.compare)(first, end) == Ok(Ordering::Less);
                assert!(end.is_none_or(is_after), "{first}");
            }
        }
        assert!(WHOLE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
