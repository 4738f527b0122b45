//! Tells whether a system is Red Hat Enterprise Linux, CentOS or made from them, and which major release.
//!
//! By rule. Systems with data of their own (AlmaLinux, Rocky, Oracle) are claimed by `ID_LIKE` alone, so that their own
//! ecosystem wins.

use super::cpe;
use crate::{
    BlindSpot, Reason,
    ecosystem::{Identified, Strength, SystemFiles},
};

/// What systems before os-release ship: a line for people.
pub(super) const FILES: &[&str] = &[REDHAT_RELEASE, CENTOS_RELEASE];

const REDHAT_RELEASE: &str = "etc/redhat-release";
const CENTOS_RELEASE: &str = "etc/centos-release";

const RED_HAT: &str = "Red Hat Enterprise Linux";

/// The release of which nothing is told. No data covers it, as it does the bare name, under which nothing is said.
const UNTOLD: &str = "untold";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared =
        files.os_release.filter(|release| release.id().is_some() || release.id_like().next().is_some());
    let Some(os_release) = declared else { return by_file(files) };
    let strength = os_release.strength("rhel").max(os_release.strength("centos"))?;
    let version = os_release.version_id().or(os_release.get("PLATFORM_ID").and_then(platform_release));
    let name = os_release.pretty_name().or(os_release.name()).unwrap_or(RED_HAT);
    let doubts = match (strength, os_release.id()) {
        (Strength::Named, Some(id)) if id.eq_ignore_ascii_case("rhel") => Vec::new(),
        (Strength::Named, _) => vec![centos(name)],
        (Strength::Derived | Strength::Fallback, _) => vec![derived(name)],
    };
    Some(identified(strength, name, version.and_then(major), doubts))
}

/// `platform:el8`, which derived systems have too.
fn platform_release(platform: &str) -> Option<&str> {
    platform.strip_prefix("platform:el")
}

/// `CentOS release 6.10 (Final)`, `Red Hat Enterprise Linux Server release 6.10 (Santiago)`.
fn by_file(files: &SystemFiles<'_>) -> Option<Identified> {
    let line = [CENTOS_RELEASE, REDHAT_RELEASE].iter().find_map(|file| {
        let text = (files.text)(file)?;
        text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    })?;
    let doubts = match &line {
        line if line.starts_with(RED_HAT) => Vec::new(),
        line if line.starts_with("CentOS") => vec![centos(line)],
        _ => return None,
    };
    let release = line.split_once(" release ").and_then(|(_, after)| major(after));
    Some(identified(Strength::Fallback, &line, release, doubts))
}

fn identified(strength: Strength, name: &str, release: Option<&str>, doubts: Vec<BlindSpot>) -> Identified {
    let namespace = format!("{}:enterprise_linux:{}", cpe::OSV_NAME, release.unwrap_or(UNTOLD));
    Identified { strength, name: name.to_owned(), namespace, doubts }
}

/// The major release of a version such as `8.10`.
fn major(version: &str) -> Option<&str> {
    let digits = version.find(|one: char| !one.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits).filter(|digits| !digits.is_empty())
}

fn centos(name: &str) -> BlindSpot {
    let differs = if name.contains("Stream") {
        "CentOS Stream runs ahead of it, so that fixes may be there earlier or under other versions"
    } else {
        "CentOS rebuilds its packages, and fixes came later, with other versions in modules, or not at all"
    };
    let detail = format!("CentOS publishes no advisories: it is judged by those of {RED_HAT}; {differs}");
    BlindSpot::new(Reason::ReleaseNotCovered, name, detail)
}

fn derived(name: &str) -> BlindSpot {
    let detail = format!(
        "it says that it is made from {RED_HAT} and is judged by its advisories; what it changed is not known"
    );
    BlindSpot::new(Reason::ReleaseNotCovered, name, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    fn identify_with(os_release: Option<&str>, files: &[(&str, &str)]) -> Option<Identified> {
        let os_release = os_release.map(|text| OsRelease::parse(text.as_bytes()));
        let text =
            |path: &str| files.iter().find(|(one, _)| *one == path).map(|(_, text)| (*text).to_owned());
        identify(&SystemFiles { os_release: os_release.as_ref(), text: &text })
    }

    fn shown(os_release: &str) -> Option<(Strength, String, usize)> {
        let identified = identify_with(Some(os_release), &[])?;
        Some((identified.strength, identified.namespace, identified.doubts.len()))
    }

    #[test]
    fn a_release_is_read_by_rule() {
        let red_hat = |release: &str| format!("Red Hat:enterprise_linux:{release}");
        for (text, expected) in [
            ("ID=\"rhel\"\nVERSION_ID=\"8.0\"\nID_LIKE=fedora", (Strength::Named, red_hat("8"), 0)),
            ("ID=rhel\nVERSION_ID=10.1", (Strength::Named, red_hat("10"), 0)),
            ("ID=rhel\nVERSION_ID=99", (Strength::Named, red_hat("99"), 0)),
            ("ID=rhel", (Strength::Named, red_hat("untold"), 0)),
            ("ID=rhel\nVERSION_ID=odd", (Strength::Named, red_hat("untold"), 0)),
            ("ID=centos\nVERSION_ID=7\nID_LIKE=\"rhel fedora\"", (Strength::Named, red_hat("7"), 1)),
            (
                "ID=virtuozzo\nVERSION_ID=8.4\nID_LIKE=\"rhel fedora centos\"",
                (Strength::Derived, red_hat("8"), 1),
            ),
            ("ID=mine\nPLATFORM_ID=platform:el9\nID_LIKE=rhel", (Strength::Derived, red_hat("9"), 1)),
        ] {
            assert_eq!(shown(text), Some(expected), "{text}");
        }
        assert_eq!(shown("ID=fedora\nVERSION_ID=40"), None);
        assert_eq!(shown("ID=alpine\nVERSION_ID=3.16"), None);
    }

    #[test]
    fn what_centos_differs_in_is_said() {
        let doubt = |text| identify_with(Some(text), &[]).unwrap().doubts.remove(0);
        let linux = doubt("ID=centos\nVERSION_ID=8\nPRETTY_NAME=\"CentOS Linux 8\"");
        assert!(linux.counts && linux.detail.contains("rebuilds"), "{linux:?}");
        let stream = doubt("ID=centos\nVERSION_ID=9\nPRETTY_NAME=\"CentOS Stream 9\"");
        assert!(stream.counts && stream.detail.contains("runs ahead"), "{stream:?}");
    }

    #[test]
    fn a_system_before_os_release_is_told_by_its_line() {
        let of =
            |file, line| identify_with(None, &[(file, line)]).map(|one| (one.namespace, one.doubts.len()));
        assert_eq!(
            of(REDHAT_RELEASE, "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"),
            Some(("Red Hat:enterprise_linux:6".to_owned(), 0))
        );
        assert_eq!(
            of(REDHAT_RELEASE, "CentOS release 6.10 (Final)"),
            Some(("Red Hat:enterprise_linux:6".to_owned(), 1))
        );
        assert_eq!(of(REDHAT_RELEASE, "Fedora release 12 (Constantine)"), None);
        assert_eq!(of(REDHAT_RELEASE, "\n"), None);
        assert_eq!(identify_with(None, &[]), None);
    }
}
