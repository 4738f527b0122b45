//! Revisions: digests of the code and data tables that decide a result, computed at build time.
//!
//! Nobody bumps a version by hand, so nobody can forget to. The build script hashes each folder under `ecosystems/`
//! and `formats/`, and the sources that all detectors share, that all parsers share, and that judge.

/// (unit, revision), written by `build.rs`.
const REVISIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/revisions.rs"));

/// The revision of a unit: `ecosystems/alpine`, `formats/apk`, `shared`, `parsers`, `judgement`, `wants`,
/// `clair`.
///
/// Meant for constants: a unit that does not exist fails the build.
pub const fn of(unit: &str) -> &'static str {
    let mut index = 0;
    while index < REVISIONS.len() {
        #[allow(
            clippy::indexing_slicing,
            reason = "bounded by the loop; constant functions have no iterators"
        )]
        let (name, revision) = REVISIONS[index];
        if equal(name.as_bytes(), unit.as_bytes()) {
            return revision;
        }
        index += 1;
    }
    #[allow(clippy::panic, reason = "a wrong unit name is a compile error, which is what we want")]
    {
        panic!("no such unit")
    }
}

/// Every unit with its revision.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    REVISIONS.iter().copied()
}

#[allow(clippy::indexing_slicing, reason = "both lengths are checked; constant functions have no iterators")]
const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}
