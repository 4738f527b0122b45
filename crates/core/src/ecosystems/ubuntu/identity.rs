//! Tells whether a system is Ubuntu or made from it, and which release. By rule, without a list of releases.

use super::releases;
use crate::{
    BlindSpot, Reason,
    ecosystem::{Identified, Strength, SystemFiles},
    os_release::OsRelease,
};

/// What Ubuntu ships beside os-release, and where derived systems keep what they were made from.
pub(super) const FILES: &[&str] = &[LSB_RELEASE, UPSTREAM_RELEASE];

const LSB_RELEASE: &str = "etc/lsb-release";
const UPSTREAM_RELEASE: &str = "etc/upstream-release/lsb-release";

/// The release of which nothing is told. No data covers it.
const UNTOLD: &str = "untold";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared =
        files.os_release.filter(|release| release.id().is_some() || release.id_like().next().is_some());
    let Some(os_release) = declared else {
        return Some(identified(Strength::Fallback, None, &by_file(files, LSB_RELEASE)?));
    };
    let strength = os_release.strength("ubuntu")?;
    let release = if strength == Strength::Named {
        os_release
            .version_id()
            .and_then(word)
            .or_else(|| by_file(files, LSB_RELEASE))
            .or_else(|| by_codename(os_release))
    } else {
        // A derived distribution counts its own releases.
        by_codename(os_release).or_else(|| by_file(files, UPSTREAM_RELEASE))
    };
    Some(identified(strength, os_release.pretty_name(), &release.unwrap_or_else(|| UNTOLD.to_owned())))
}

fn identified(strength: Strength, name: Option<&str>, release: &str) -> Identified {
    let name = name.map_or_else(|| format!("Ubuntu {release}"), str::to_owned);
    let doubts = if strength == Strength::Derived {
        let detail = "made from Ubuntu: only packages that carry Ubuntu's name and version are judged, by Ubuntu's advisories, \
                      and what was changed in them without saying so is not known";
        vec![BlindSpot::new(Reason::ThirdParty, &*name, detail)]
    } else {
        Vec::new()
    };
    Identified { strength, name, namespace: releases::namespace(release), doubts }
}

/// `UBUNTU_CODENAME=jammy`, which Ubuntu and all that is made from it write.
fn by_codename(os_release: &OsRelease) -> Option<String> {
    let codename = os_release.get("UBUNTU_CODENAME").and_then(word)?;
    Some(releases::number(&codename).map_or(codename, str::to_owned))
}

/// `DISTRIB_RELEASE=22.04` of a file that says that it is about Ubuntu.
fn by_file(files: &SystemFiles<'_>, path: &str) -> Option<String> {
    let fields = OsRelease::parse((files.text)(path)?.as_bytes());
    fields.get("DISTRIB_ID").filter(|id| id.eq_ignore_ascii_case("ubuntu"))?;
    fields.get("DISTRIB_RELEASE").and_then(word)
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().filter(|one| one.is_ascii_alphanumeric() || *one == '.').collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identified(os_release: Option<&str>, path: &str, content: &str) -> Option<(Strength, String)> {
        let os_release = os_release.map(|text| OsRelease::parse(text.as_bytes()));
        let text = |asked: &str| (asked == path).then(|| content.to_owned());
        let one = identify(&SystemFiles { os_release: os_release.as_ref(), text: &text })?;
        assert_eq!(one.doubts.len(), usize::from(one.strength == Strength::Derived));
        Some((one.strength, one.namespace))
    }

    #[test]
    fn releases_are_told_by_their_number() {
        for (os_release, expected) in [
            ("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"", "Ubuntu:22.04:LTS"),
            ("ID=ubuntu\nVERSION_ID=23.10", "Ubuntu:23.10"),
            ("ID=ubuntu\nUBUNTU_CODENAME=noble", "Ubuntu:24.04:LTS"),
            ("ID=ubuntu", "Ubuntu:untold"),
        ] {
            assert_eq!(
                identified(Some(os_release), "", ""),
                Some((Strength::Named, expected.to_owned())),
                "{os_release}"
            );
        }
        let lsb = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n";
        let expected = Some((Strength::Fallback, "Ubuntu:14.04:LTS".to_owned()));
        assert_eq!(identified(None, LSB_RELEASE, lsb), expected);
    }

    #[test]
    fn derived_systems_are_what_they_were_made_from() {
        let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=21.2\nUBUNTU_CODENAME=jammy";
        let of = |namespace: &str| Some((Strength::Derived, namespace.to_owned()));
        assert_eq!(identified(Some(mint), "", ""), of("Ubuntu:22.04:LTS"));
        let later = "ID=pop\nID_LIKE=ubuntu\nUBUNTU_CODENAME=zany";
        assert_eq!(identified(Some(later), "", ""), of("Ubuntu:zany"));
        let old = "ID=elementary\nID_LIKE=ubuntu\nVERSION_ID=5.1";
        let upstream = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=18.04\n";
        assert_eq!(identified(Some(old), UPSTREAM_RELEASE, upstream), of("Ubuntu:18.04:LTS"));
        assert_eq!(identified(Some(old), "", ""), of("Ubuntu:untold"));
    }

    #[test]
    fn other_systems_are_not_claimed() {
        assert_eq!(identified(Some("ID=debian"), LSB_RELEASE, "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=1"), None);
        assert_eq!(identified(None, LSB_RELEASE, "DISTRIB_ID=Debian\nDISTRIB_RELEASE=9"), None);
    }
}
