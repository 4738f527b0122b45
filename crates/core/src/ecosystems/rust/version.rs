//! The order of crates' versions: semantic versions, as Cargo reads them.
//!
//! Cargo's numbers have 64 bits. Builds decide nothing for requirements and advisories.
//!
//! Source of the rules: Cargo's reference, “SemVer”, and the crate `semver`, which a test asks.

use std::cmp::Ordering;

use crate::{
    formats::{digits, semver::Semver},
    version::{InvalidVersion, VersionOrder},
};

/// The order of crates' versions.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "cargo", check, compare };

/// Largest number, of 64 bits.
const LARGEST_NUMBER: &str = "18446744073709551615";

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    Ok(read(a)?.precedence(&read(b)?))
}

fn read(text: &str) -> Result<Semver<'_>, InvalidVersion> {
    let is_bounded = |version: &Semver<'_>| {
        version.numbers.iter().all(|number| digits::compare(number, LARGEST_NUMBER).is_le())
    };
    let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() };
    Semver::read(text).filter(is_bounded).ok_or_else(invalid)
}
