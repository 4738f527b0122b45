//! Whether a range has a package's version in it, and the comparison that says so.

use std::cmp::Ordering;

use crate::{Affected, AffectedRange, Ecosystem, Package, advisory::Names};

/// Why a package is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Affecting {
    /// The comparison, such as `1.1.1n-r0 < 1.1.1q-r0`.
    pub(super) why: String,
    /// The first version that is not affected, where one is known.
    pub(super) fixed_in: Option<String>,
}

/// Why the package is affected; `None` where it is not. The error says what could not be compared.
pub(super) fn affects(
    affected: &Affected,
    package: &Package,
    ecosystem: &Ecosystem,
) -> Result<Option<Affecting>, String> {
    if affected.only.spares(package).is_some() {
        return Ok(None);
    }
    let (owner, version) = meant_version(affected, package);
    let compare =
        |other: &str| (ecosystem.versions.compare)(version, other).map_err(|error| error.to_string());
    let reached = |introduced: &Option<String>| {
        introduced.as_ref().map_or(Ok(true), |first| compare(first).map(|order| order != Ordering::Less))
    };
    let from = |introduced: &Option<String>| {
        introduced.as_ref().map_or(String::new(), |first| format!("{first} ≤ "))
    };
    let affecting = |why: String, fixed_in: Option<&String>| Affecting { why, fixed_in: fixed_in.cloned() };
    Ok(match &affected.range {
        AffectedRange::NeverAffected => None,
        AffectedRange::Unreadable { text } => return Err(format!("“{text}” could not be read")),
        AffectedRange::Unfixed { introduced } => reached(introduced)?
            .then(|| affecting(format!("{owner}{}{version}, no fix is known", from(introduced)), None)),
        AffectedRange::Fixed { introduced, fixed } => {
            let is_affected = reached(introduced)? && compare(fixed)? == Ordering::Less;
            is_affected
                .then(|| affecting(format!("{owner}{}{version} < {fixed}", from(introduced)), Some(fixed)))
        }
        AffectedRange::Through { introduced, last } => {
            let is_affected = reached(introduced)? && compare(last)? != Ordering::Greater;
            is_affected.then(|| affecting(format!("{owner}{}{version} ≤ {last}", from(introduced)), None))
        }
        AffectedRange::Exactly { versions } => exactly(versions, version, ecosystem)?
            .then(|| affecting(format!("{owner}{version} is one of the affected versions"), None)),
    })
}

/// The version that a statement is about, and what to write in front of it: a statement about a source package is about the
/// source's version.
pub(super) fn meant_version<'a>(affected: &Affected, package: &'a Package) -> (String, &'a str) {
    match (&affected.names, &package.source) {
        (Names::Source, Some(source)) if source.name != package.name || source.version != package.version => {
            (format!("{} ", source.name), source.version.as_str())
        }
        (Names::Source | Names::Binary | Names::Fact, _) => (String::new(), package.version.as_str()),
    }
}

/// Whether a statement lists the package's very version, which needs no comparison.
pub(super) fn lists(affected: &Affected, package: &Package) -> bool {
    let (_, version) = meant_version(affected, package);
    match &affected.range {
        AffectedRange::Exactly { versions } => {
            versions.iter().any(|one| one == version) && affected.only.spares(package).is_none()
        }
        AffectedRange::Fixed { .. }
        | AffectedRange::Unfixed { .. }
        | AffectedRange::Through { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. } => false,
    }
}

/// A listed version that follows no rule still equals itself; whether it equals another cannot be said, but in languages: their
/// indexes know each version by its text, and none that follows the rules by a text that does not.
fn exactly(versions: &[String], version: &str, ecosystem: &Ecosystem) -> Result<bool, String> {
    if versions.iter().any(|one| one == version) {
        return Ok(true);
    }
    let is_ruled = ecosystem.identity.is_none() && (ecosystem.versions.check)(version).is_ok();
    let mut unread = None;
    for one in versions {
        match (ecosystem.versions.compare)(version, one) {
            Ok(Ordering::Equal) => return Ok(true),
            Ok(Ordering::Less | Ordering::Greater) => {}
            Err(_) if is_ruled && (ecosystem.versions.check)(one).is_err() => {}
            Err(error) => unread = Some(error.to_string()),
        }
    }
    unread.map_or(Ok(false), Err)
}
