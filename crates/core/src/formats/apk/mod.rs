//! The formats of apk-tools: the installed database, the order of versions, the security database.
use std::cmp::Ordering;
use crate::version::{VersionOrder, InvalidVersion};

/// The order of apk versions.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "apk", check, compare };
fn check(version: &str) -> Result<(), InvalidVersion> { Err(InvalidVersion { scheme: "apk", version: version.to_owned() }) }
fn compare(a: &str, _b: &str) -> Result<Ordering, InvalidVersion> { Err(InvalidVersion { scheme: "apk", version: a.to_owned() }) }
