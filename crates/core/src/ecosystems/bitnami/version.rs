//! The order of versions of Bitnami's components: that of their authors, whatever the number of the packaging behind it.
//!
//! The advisories name versions of authors alone: `17.2.0-8` is 17.2.0, and no version before it as Semantic Versioning would have it. Of
//! some the authors' own build stands between (`17.0.9-11-0` of Java).

use std::cmp::Ordering;

use crate::{
    formats::{digits, program_version},
    version::{InvalidVersion, VersionOrder},
};

/// The order.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "bitnami", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    (program_version::VERSIONS.check)(of_authors(version)).map_err(|_invalid| invalid(version))
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    check(a)?;
    check(b)?;
    (program_version::VERSIONS.compare)(of_authors(a), of_authors(b))
}

fn invalid(version: &str) -> InvalidVersion {
    InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() }
}

/// A version without the numbers of its packaging.
pub(super) fn of_authors(version: &str) -> &str {
    let mut rest = version;
    while let Some((before, _)) = rest.rsplit_once('-').filter(|(_, number)| digits::is_number(number)) {
        rest = before;
    }
    rest
}
