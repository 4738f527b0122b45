use super::*;

fn identified(os_release: &str, debian_version: Option<&str>) -> Option<Identified> {
    let os_release = OsRelease::parse(os_release.as_bytes());
    let text = |path: &str| debian_version.filter(|_| path == DEBIAN_VERSION).map(str::to_owned);
    identify(&SystemFiles { os_release: Some(&os_release), text: &text })
}

fn namespace(os_release: &str, debian_version: Option<&str>) -> Option<String> {
    identified(os_release, debian_version).map(|one| one.namespace)
}

#[test]
fn releases_are_named_by_their_number_and_what_has_none_by_its_codename() {
    for (os_release, debian_version, expected) in [
        ("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm", Some("12.15"), "Debian:12"),
        ("ID=\"debian\"\nVERSION_ID=\"12\"", None, "Debian:12"),
        ("ID=debian\nVERSION_ID=12.4", None, "Debian:12"),
        (
            "ID=debian\nVERSION_CODENAME=forky\nPRETTY_NAME=\"Debian GNU/Linux forky/sid\"",
            Some("forky/sid"),
            "Debian:forky",
        ),
        ("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"", None, "Debian:trixie"),
        ("ID=debian", Some("trixie/sid\n"), "Debian:trixie"),
        ("ID=debian\nVERSION_CODENAME=bookworm", Some("12.5"), "Debian:12"),
        ("ID=debian\nVERSION_ID=99", None, "Debian:99"),
        ("ID=debian", None, "Debian:untold"),
        ("PRETTY_NAME=x", Some("9.13"), "Debian:9"),
    ] {
        assert_eq!(namespace(os_release, debian_version).as_deref(), Some(expected), "{os_release}");
    }
}

#[test]
fn derived_systems_are_what_they_were_made_from_and_say_so() {
    for (os_release, debian_version, expected) in [
        ("ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"", Some("11.7"), "Debian:11"),
        ("ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.1\"", Some("kali-rolling"), "Debian:kali-rolling"),
        ("ID=linuxmint\nID_LIKE=debian\nVERSION_ID=6\nDEBIAN_CODENAME=bookworm", None, "Debian:bookworm"),
        ("ID=mine\nID_LIKE=debian\nVERSION_ID=12", None, "Debian:untold"),
    ] {
        let one = identified(os_release, debian_version).unwrap();
        assert_eq!((one.strength, one.namespace.as_str()), (Strength::Derived, expected), "{os_release}");
        assert_eq!(one.doubts.len(), 1);
    }
}

#[test]
fn other_systems_are_not_claimed() {
    assert_eq!(namespace("ID=alpine", Some("12.5")), None);
    let text =
        |path: &str| Some(if path == LSB_RELEASE { "DISTRIB_ID=Ubuntu" } else { "squeeze/sid" }.to_owned());
    assert_eq!(identify(&SystemFiles { os_release: None, text: &text }), None);
}
