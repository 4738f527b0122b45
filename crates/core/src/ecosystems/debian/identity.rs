//! Tells whether a system is Debian or made from it, and which release.
//!
//! By rule, without a list of releases. A system without release number is testing or sid; both say the same of themselves,
//! so its namespace is that of the codename, and [`super::scope`] has it judged by both.

use crate::{
    BlindSpot, Reason,
    ecosystem::{Identified, Strength, SystemFiles},
    os_release::OsRelease,
};

/// What Debian ships beside os-release; and what tells that a system without os-release is another.
pub(super) const FILES: &[&str] = &[DEBIAN_VERSION, LSB_RELEASE];

const DEBIAN_VERSION: &str = "etc/debian_version";
const LSB_RELEASE: &str = "etc/lsb-release";

/// The release of which nothing is told. No data covers it.
const UNTOLD: &str = "untold";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared =
        files.os_release.filter(|release| release.id().is_some() || release.id_like().next().is_some());
    let Some(os_release) = declared else {
        let release = by_file(files)?;
        let is_other = (files.text)(LSB_RELEASE)
            .is_some_and(|text| text.contains("DISTRIB_ID=") && !text.contains("DISTRIB_ID=Debian"));
        return (!is_other).then(|| identified(Strength::Fallback, None, &release));
    };
    let strength = os_release.strength("debian")?;
    let release = if strength == Strength::Named {
        by_number(os_release)
            .or_else(|| by_file(files).filter(|one| is_number(one)))
            .or_else(|| by_codename(os_release))
    } else {
        // A derived distribution counts its own releases.
        None
    };
    let release = release
        .or_else(|| by_file(files))
        .or_else(|| os_release.get("DEBIAN_CODENAME").and_then(word))
        .unwrap_or_else(|| UNTOLD.to_owned());
    Some(identified(strength, os_release.pretty_name(), &release))
}

fn identified(strength: Strength, name: Option<&str>, release: &str) -> Identified {
    let name = name.map_or_else(|| format!("Debian GNU/Linux {release}"), str::to_owned);
    let doubts = if strength == Strength::Derived {
        let detail = "made from Debian: only packages that carry Debian's name and version are judged, by Debian's advisories, \
                      and what was changed in them without saying so is not known";
        vec![BlindSpot::new(Reason::ThirdParty, &*name, detail)]
    } else {
        Vec::new()
    };
    Identified { strength, name, namespace: format!("Debian:{release}"), doubts }
}

/// `VERSION_ID="12"`; a point release (`12.4`) is its release.
fn by_number(os_release: &OsRelease) -> Option<String> {
    let major = os_release.version_id()?.split('.').next()?;
    is_number(major).then(|| major.to_owned())
}

/// `VERSION_CODENAME=trixie`, or `PRETTY_NAME="Debian GNU/Linux trixie/sid"`.
fn by_codename(os_release: &OsRelease) -> Option<String> {
    let pretty = || os_release.pretty_name()?.strip_suffix("/sid")?.rsplit(' ').next().and_then(word);
    os_release.get("VERSION_CODENAME").and_then(word).or_else(pretty)
}

/// `12.5`, or `trixie/sid`; derived distributions write their own (`kali-rolling`).
fn by_file(files: &SystemFiles<'_>) -> Option<String> {
    let text = (files.text)(DEBIAN_VERSION)?;
    let line = text.lines().find(|line| !line.trim().is_empty())?.trim();
    let major = line.split('.').next().filter(|major| is_number(major));
    match major {
        Some(major) => Some(major.to_owned()),
        None => word(line.strip_suffix("/sid").unwrap_or(line)),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn word(text: &str) -> Option<String> {
    let word: String =
        text.chars().filter(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '.')).collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests;
