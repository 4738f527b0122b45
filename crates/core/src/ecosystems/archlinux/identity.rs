//! Tells whether a system is Arch Linux or made from it. There are no releases.

use crate::{
    BlindSpot, Reason,
    ecosystem::{Identified, Strength, SystemFiles},
};

/// Its name, and its only namespace.
pub(super) const NAME: &str = "Arch Linux";

/// An empty file that Arch has always shipped.
pub(super) const FILES: &[&str] = &[ARCH_RELEASE];

const ARCH_RELEASE: &str = "etc/arch-release";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared =
        files.os_release.filter(|release| release.id().is_some() || release.id_like().next().is_some());
    let Some(os_release) = declared else {
        (files.text)(ARCH_RELEASE)?;
        return Some(identified(Strength::Fallback, NAME));
    };
    let name = os_release.pretty_name().or(os_release.name()).unwrap_or(NAME);
    Some(identified(os_release.strength("arch")?, name))
}

fn identified(strength: Strength, name: &str) -> Identified {
    let doubts = if strength == Strength::Derived {
        let detail = "made from Arch Linux: its packages are judged by Arch's advisories under their names and versions, and \
                      what it builds itself, changes or holds back is not known";
        vec![BlindSpot::new(Reason::ThirdParty, name, detail)]
    } else {
        Vec::new()
    };
    Identified { strength, name: name.to_owned(), namespace: NAME.to_owned(), doubts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    fn identified(os_release: Option<&str>, has_file: bool) -> Option<(Strength, String, usize)> {
        let os_release = os_release.map(|text| OsRelease::parse(text.as_bytes()));
        let text = |path: &str| (has_file && path == ARCH_RELEASE).then(String::new);
        let one = identify(&SystemFiles { os_release: os_release.as_ref(), text: &text })?;
        Some((one.strength, one.name, one.doubts.len()))
    }

    #[test]
    fn arch_and_its_kin_are_told_apart() {
        let arch = "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n";
        let of = |strength, name: &str, doubts| Some((strength, name.to_owned(), doubts));
        assert_eq!(identified(Some(arch), true), of(Strength::Named, NAME, 0));
        for (os_release, name) in [
            ("NAME=\"Manjaro Linux\"\nID=manjaro\nID_LIKE=arch\n", "Manjaro Linux"),
            ("PRETTY_NAME=EndeavourOS\nID=endeavouros\nID_LIKE=arch\n", "EndeavourOS"),
            ("NAME=\"Arch Linux ARM\"\nID=archarm\nID_LIKE=arch\n", "Arch Linux ARM"),
        ] {
            assert_eq!(identified(Some(os_release), true), of(Strength::Derived, name, 1));
        }
        assert_eq!(identified(None, true), of(Strength::Fallback, NAME, 0));
        assert_eq!(identified(None, false), None);
        assert_eq!(identified(Some("ID=debian"), true), None);
    }
}
