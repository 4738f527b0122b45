//! Tells whether a system is Azure Linux or CBL-Mariner, and which release.

use crate::ecosystem::{Identified, SystemFiles};

/// Both names of the distribution.
const IDS: [&str; 2] = ["azurelinux", "mariner"];

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let os_release = files.os_release?;
    let strength = IDS.iter().filter_map(|id| os_release.strength(id)).max()?;
    let version = os_release.version_id();
    let namespace = match version {
        // Every release is `N.0`, and OSV calls it `N`.
        Some(version) => format!("Azure Linux:{}", version.strip_suffix(".0").unwrap_or(version)),
        None => "Azure Linux".to_owned(),
    };
    let name = format!("{} {}", os_release.name().unwrap_or("Azure Linux"), version.unwrap_or_default());
    let name = os_release.pretty_name().unwrap_or(name.trim_end()).to_owned();
    Some(Identified { strength, name, namespace, doubts: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    #[test]
    fn both_names_and_any_release_are_read_by_rule() {
        for (text, expected) in [
            ("ID=mariner\nVERSION_ID=\"2.0\"", "Azure Linux:2"),
            ("ID=azurelinux\nVERSION_ID=\"3.0\"", "Azure Linux:3"),
            ("ID=azurelinux\nVERSION_ID=\"4.1\"", "Azure Linux:4.1"),
            ("ID=mine\nID_LIKE=azurelinux\nVERSION_ID=\"3.0\"", "Azure Linux:3"),
            ("ID=azurelinux", "Azure Linux"),
        ] {
            let os_release = OsRelease::parse(text.as_bytes());
            let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
            assert_eq!(identify(&files).unwrap().namespace, expected);
        }
        let other = OsRelease::parse(b"ID=fedora");
        assert_eq!(identify(&SystemFiles { os_release: Some(&other), text: &|_| None }), None);
    }
}
