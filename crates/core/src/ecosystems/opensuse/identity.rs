//! Tells whether a system is openSUSE, and which release.

use crate::ecosystem::{Identified, Strength, SystemFiles};

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let os_release = files.os_release?;
    let id = os_release.id()?.to_ascii_lowercase();
    let own = id.strip_prefix("opensuse");
    let is_like = os_release.id_like().any(|one| one.eq_ignore_ascii_case("opensuse"));
    let strength = match own {
        Some(_) => Strength::Named,
        None if is_like => Strength::Derived,
        None => return None,
    };
    let version = os_release.version_id().unwrap_or_default();
    let release = match own {
        Some("-leap") => format!("Leap {version}"),
        Some("-leap-micro") => format!("Leap Micro {version}"),
        // These have days for releases.
        Some("-tumbleweed" | "-microos" | "-aeon" | "-kalpa") => "Tumbleweed".to_owned(),
        // Leap 42 called itself so.
        Some("") if os_release.name().is_some_and(|name| name.contains("Leap")) => format!("Leap {version}"),
        Some(other) => format!("{} {version}", other.trim_start_matches('-')),
        None => format!("{id} {version}"),
    };
    let release = release.trim();
    let name = format!("openSUSE {release}");
    let name = os_release.pretty_name().unwrap_or(name.trim_end()).to_owned();
    let namespace = if release.is_empty() { "openSUSE".to_owned() } else { format!("openSUSE:{release}") };
    Some(Identified { strength, name, namespace, doubts: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    #[test]
    fn any_release_is_read_by_rule() {
        for (text, expected) in [
            ("ID=opensuse-leap\nVERSION_ID=15.5", "openSUSE:Leap 15.5"),
            ("ID=opensuse-leap\nVERSION_ID=16.0", "openSUSE:Leap 16.0"),
            ("ID=opensuse\nNAME=\"openSUSE Leap\"\nVERSION_ID=42.3", "openSUSE:Leap 42.3"),
            ("ID=opensuse\nNAME=openSUSE\nVERSION_ID=13.2", "openSUSE:13.2"),
            ("ID=opensuse-leap-micro\nVERSION_ID=5.5", "openSUSE:Leap Micro 5.5"),
            ("ID=opensuse-tumbleweed\nVERSION_ID=20240101", "openSUSE:Tumbleweed"),
            ("ID=opensuse-microos\nVERSION_ID=20240101", "openSUSE:Tumbleweed"),
            ("ID=opensuse", "openSUSE"),
            ("ID=opensuse-slowroll\nVERSION_ID=20240101", "openSUSE:slowroll 20240101"),
            ("ID=geckolinux\nID_LIKE=\"opensuse suse\"\nVERSION_ID=1", "openSUSE:geckolinux 1"),
        ] {
            let os_release = OsRelease::parse(text.as_bytes());
            let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
            assert_eq!(identify(&files).unwrap().namespace, expected);
        }
        let other = OsRelease::parse(b"ID=sles\nID_LIKE=suse");
        assert_eq!(identify(&SystemFiles { os_release: Some(&other), text: &|_| None }), None);
    }
}
