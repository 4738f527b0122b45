//! Tells whether a system is Fedora Linux or made from it, and which release.
//!
//! “Like Fedora” is also what distributions say that build and count for themselves, such as Mageia: with that alone a
//! system is nobody's, and told as such.

use super::RELEASES;
use crate::ecosystem::{Identified, Strength, SystemFiles};

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let identified = RELEASES.identify(files)?;
    if identified.strength != Strength::Derived || (files.text)(RELEASES.file).is_some() {
        return Some(identified);
    }
    // `platform:f40`: whose packages it has, whatever its own release is called.
    let release = files.os_release?.get("PLATFORM_ID")?.strip_prefix("platform:f")?;
    Some(Identified { namespace: format!("{}:{release}", RELEASES.name), ..identified })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    fn identified(os_release: &str, file: Option<&str>) -> Option<(Strength, String)> {
        let os_release = OsRelease::parse(os_release.as_bytes());
        let text = |path: &str| file.filter(|_| path == RELEASES.file).map(str::to_owned);
        let files = SystemFiles { os_release: Some(&os_release), text: &text };
        identify(&files).map(|one| (one.strength, one.namespace))
    }

    #[test]
    fn what_is_only_like_fedora_is_not_judged_by_its_number() {
        let fedora = |strength| Some((strength, "Fedora:40".to_owned()));
        assert_eq!(identified("ID=fedora\nVERSION_ID=40", None), fedora(Strength::Named));
        assert_eq!(identified("", Some("Fedora release 40 (Forty)")), fedora(Strength::Fallback));
        let made_from = "ID=mine\nID_LIKE=fedora\nVERSION_ID=3";
        assert_eq!(identified(made_from, Some("Fedora release 40 (Forty)")), fedora(Strength::Derived));
        let platform = format!("{made_from}\nPLATFORM_ID=\"platform:f40\"");
        assert_eq!(identified(&platform, None), fedora(Strength::Derived));
        for other in ["ID=mageia\nID_LIKE=\"mandriva fedora\"\nVERSION_ID=9", made_from] {
            assert_eq!(identified(other, None), None, "{other}");
        }
    }
}
