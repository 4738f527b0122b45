//! Reading the release of a distribution whose releases are whole numbers: minor ones are updates of it.

use crate::ecosystem::{Identified, Strength, SystemFiles};

/// How such a distribution is recognised.
#[derive(Debug, Clone, Copy)]
pub struct Numbered {
    /// `ID` of os-release.
    pub id: &'static str,
    /// OSV's name, which begins its namespaces.
    pub name: &'static str,
    /// The file that only this distribution ships, such as `etc/almalinux-release`: `NAME release 9.3 (…)`.
    pub file: &'static str,
}

impl Numbered {
    /// By `ID`, `ID_LIKE`, or the file where there is no os-release.
    pub fn identify(&self, files: &SystemFiles<'_>) -> Option<Identified> {
        let Some(os_release) = files.os_release.filter(|release| release.id().is_some()) else {
            let text = (files.text)(self.file)?;
            let name = text.lines().map(str::trim).find(|line| line.starts_with(self.name))?.to_owned();
            return Some(self.identified(Strength::Fallback, &name, written(&name)));
        };
        let strength = os_release.strength(self.id)?;
        let text = (files.text)(self.file);
        let version = match strength {
            // A derived distribution may count its own releases; the file tells what it was made from.
            Strength::Derived => text.as_deref().and_then(written).or_else(|| os_release.version_id()),
            Strength::Named | Strength::Fallback => {
                os_release.version_id().or_else(|| text.as_deref().and_then(written))
            }
        };
        let plain = format!("{} {}", self.name, version.unwrap_or_default());
        Some(self.identified(strength, os_release.pretty_name().unwrap_or(plain.trim_end()), version))
    }

    fn identified(&self, strength: Strength, name: &str, version: Option<&str>) -> Identified {
        let release = version.and_then(|version| version.split('.').next()).filter(|one| !one.is_empty());
        // A release that nobody tells is none that the data covers.
        let namespace = format!("{}:{}", self.name, release.unwrap_or("unknown"));
        Identified { strength, name: name.to_owned(), namespace, doubts: Vec::new() }
    }
}

/// The release in `NAME release 9.3 (…)`.
fn written(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with(|one: char| one.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    const STONE: Numbered = Numbered { id: "stone", name: "Stone Linux", file: "etc/stone-release" };

    fn identified(os_release: &str, file: Option<&str>) -> Option<(Strength, String)> {
        let os_release = OsRelease::parse(os_release.as_bytes());
        let text = |path: &str| file.filter(|_| path == STONE.file).map(str::to_owned);
        let files = SystemFiles { os_release: Some(&os_release), text: &text };
        STONE.identify(&files).map(|one| (one.strength, one.namespace))
    }

    #[test]
    fn any_release_is_read_by_rule() {
        for (version, expected) in
            [("8.10", "8"), ("9", "9"), ("10.0", "10"), ("99.9", "99"), ("", "unknown")]
        {
            let text = format!("ID=\"stone\"\nVERSION_ID=\"{version}\"");
            let expected = format!("Stone Linux:{expected}");
            assert_eq!(identified(&text, None), Some((Strength::Named, expected)), "{version}");
        }
    }

    #[test]
    fn the_file_tells_where_os_release_does_not() {
        let file = Some("Stone Linux release 8.5 (Grey Heron)\n");
        let found = |strength, release: &str| Some((strength, format!("Stone Linux:{release}")));
        assert_eq!(identified("", file), found(Strength::Fallback, "8"));
        assert_eq!(identified("ID=stone", file), found(Strength::Named, "8"));
        assert_eq!(identified("ID=stone\nVERSION_ID=9.1", file), found(Strength::Named, "9"));
        assert_eq!(
            identified("ID=mine\nID_LIKE=\"stone rhel\"\nVERSION_ID=3", file),
            found(Strength::Derived, "8")
        );
        assert_eq!(identified("ID=mine\nID_LIKE=stone\nVERSION_ID=9.4", None), found(Strength::Derived, "9"));
        assert_eq!(identified("ID=other\nVERSION_ID=8", file), None);
        assert_eq!(identified("", Some("Other release 8")), None);
        assert_eq!(identified("", None), None);
    }
}
