//! Tells whether a system is Oracle Linux, and which release: the major number, since minor ones are updates of it.

use crate::ecosystem::{Identified, Strength, SystemFiles};

/// What the releases before os-release had.
pub(super) const FILES: &[&str] = &["etc/oracle-release", "etc/enterprise-release"];

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared = files.os_release.filter(|release| release.id().is_some());
    let Some(os_release) = declared else {
        let text = FILES.iter().find_map(|file| (files.text)(file))?;
        let name = text.lines().find(|line| !line.trim().is_empty())?.trim().to_owned();
        let version = name.split_whitespace().find(|word| word.starts_with(|one: char| one.is_ascii_digit()));
        let namespace = namespace(version);
        return Some(Identified { strength: Strength::Fallback, name, namespace, doubts: Vec::new() });
    };
    let strength = os_release.strength("ol")?;
    let version = os_release.version_id();
    let name = format!("Oracle Linux {}", version.unwrap_or_default());
    let name = os_release.pretty_name().unwrap_or(name.trim_end()).to_owned();
    Some(Identified { strength, name, namespace: namespace(version), doubts: Vec::new() })
}

fn namespace(version: Option<&str>) -> String {
    // A release that nobody tells is none that the data covers, as it does the bare name.
    let major = version.and_then(|version| version.split('.').next()).unwrap_or("untold");
    format!("Oracle Linux:{major}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    #[test]
    fn any_release_is_read_by_rule() {
        for (version, expected) in [
            ("8.9", "Oracle Linux:8"),
            ("10.0", "Oracle Linux:10"),
            ("11", "Oracle Linux:11"),
            ("", "Oracle Linux:untold"),
        ] {
            let os_release = OsRelease::parse(format!("ID=\"ol\"\nVERSION_ID=\"{version}\"\n").as_bytes());
            let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
            assert_eq!(identify(&files).unwrap().namespace, expected);
        }
    }

    #[test]
    fn the_first_releases_have_files_of_their_own() {
        for (file, text, expected) in [
            ("etc/oracle-release", "Oracle Linux Server release 6.10\n", "Oracle Linux:6"),
            (
                "etc/enterprise-release",
                "Enterprise Linux Enterprise Linux Server release 5.11 (Carthage)",
                "Oracle Linux:5",
            ),
        ] {
            let files =
                SystemFiles { os_release: None, text: &|path| (path == file).then(|| text.to_owned()) };
            let identified = identify(&files).unwrap();
            assert_eq!((identified.namespace.as_str(), identified.strength), (expected, Strength::Fallback));
        }
        assert_eq!(identify(&SystemFiles { os_release: None, text: &|_| None }), None);
    }
}
