//! Tells whether a system is Photon OS, and which release.

use crate::ecosystem::{Identified, SystemFiles};

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let os_release = files.os_release?;
    let strength = os_release.strength("photon")?;
    let version = os_release.version_id().map(release);
    let namespace = version.as_ref().map_or("Photon OS".to_owned(), |version| format!("Photon OS:{version}"));
    let name = version.map_or("Photon OS".to_owned(), |version| format!("VMware Photon OS {version}"));
    let name = os_release.pretty_name().map_or(name, str::to_owned);
    Some(Identified { strength, name, namespace, doubts: Vec::new() })
}

/// `5.0` is itself, and so is `5`.
fn release(version: &str) -> String {
    if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{version}.0");
    }
    version.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    #[test]
    fn any_release_is_read_by_rule() {
        for (version, expected) in
            [("VERSION_ID=5.0", "Photon OS:5.0"), ("VERSION_ID=6", "Photon OS:6.0"), ("", "Photon OS")]
        {
            let os_release = OsRelease::parse(format!("ID=photon\n{version}\n").as_bytes());
            let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
            assert_eq!(identify(&files).unwrap().namespace, expected);
        }
    }
}
