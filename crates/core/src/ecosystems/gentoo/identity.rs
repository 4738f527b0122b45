//! Tells whether a system is Gentoo Linux or made from it. There are no releases.

use crate::{
    BlindSpot, Reason,
    ecosystem::{Identified, Strength, SystemFiles},
};

/// Its only namespace.
pub(super) const NAMESPACE: &str = "Gentoo";

/// `Gentoo Base System release 2.14`; the number is that of one package and no release of the distribution.
pub(super) const FILES: &[&str] = &[GENTOO_RELEASE];

const GENTOO_RELEASE: &str = "etc/gentoo-release";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared =
        files.os_release.filter(|release| release.id().is_some() || release.id_like().next().is_some());
    let Some(os_release) = declared else {
        (files.text)(GENTOO_RELEASE)?;
        return Some(identified(Strength::Fallback, "Gentoo Linux"));
    };
    let name = os_release.pretty_name().or(os_release.name()).unwrap_or("Gentoo Linux");
    Some(identified(os_release.strength("gentoo")?, name))
}

fn identified(strength: Strength, name: &str) -> Identified {
    let doubts = if strength == Strength::Derived {
        let detail = "made from Gentoo Linux: its packages are judged by Gentoo's advisories under their names and versions, \
                      and what it changes or holds back is not known";
        vec![BlindSpot::new(Reason::ThirdParty, name, detail)]
    } else {
        Vec::new()
    };
    Identified { strength, name: name.to_owned(), namespace: NAMESPACE.to_owned(), doubts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    fn identified(os_release: Option<&str>, has_file: bool) -> Option<(Strength, String, usize)> {
        let os_release = os_release.map(|text| OsRelease::parse(text.as_bytes()));
        let text = |path: &str| (has_file && path == GENTOO_RELEASE).then(String::new);
        let one = identify(&SystemFiles { os_release: os_release.as_ref(), text: &text })?;
        Some((one.strength, one.name, one.doubts.len()))
    }

    #[test]
    fn gentoo_and_its_kin_are_told_apart() {
        let gentoo = "NAME=Gentoo\nID=gentoo\nPRETTY_NAME=\"Gentoo Linux\"\nVERSION_ID=\"2.17\"\n";
        let of = |strength, name: &str, doubts| Some((strength, name.to_owned(), doubts));
        assert_eq!(identified(Some(gentoo), true), of(Strength::Named, "Gentoo Linux", 0));
        let calculate = "NAME=\"Calculate Linux\"\nID=calculate\nID_LIKE=gentoo\n";
        assert_eq!(identified(Some(calculate), true), of(Strength::Derived, "Calculate Linux", 1));
        assert_eq!(identified(None, true), of(Strength::Fallback, "Gentoo Linux", 0));
        assert_eq!(identified(None, false), None);
        assert_eq!(identified(Some("ID=debian"), true), None);
    }
}
