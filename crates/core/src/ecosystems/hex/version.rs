//! The order of Hex's packages: semantic versions, to the letter, as Elixir reads them.
//!
//! Source of the rules: Hex's specification of packages (“version: … must be semver”); Elixir's `Version`, which a test asks.

use std::cmp::Ordering;

use crate::{
    formats::semver::Semver,
    version::{InvalidVersion, VersionOrder},
};

/// The order of Hex's packages.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "hex", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    Ok(read(a)?.precedence(&read(b)?))
}

fn read(version: &str) -> Result<Semver<'_>, InvalidVersion> {
    let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() };
    Semver::read(version).ok_or_else(invalid)
}
