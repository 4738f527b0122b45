//! Systems that no ecosystem judges: nobody claims them, so that they stay blind spots by name.

use limpid_core::{
    ecosystem::{Strength, SystemFiles},
    ecosystems,
    os_release::OsRelease,
};

/// (ecosystem, strength, namespace) of every claim. The system has no files beside os-release.
fn claims(os_release: &str) -> Vec<(&'static str, Strength, String)> {
    let os_release = OsRelease::parse(os_release.as_bytes());
    let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
    let all = ecosystems::all();
    let claim = |one: &limpid_core::Ecosystem| {
        let identified = (one.identity?.identify)(&files)?;
        Some((one.id, identified.strength, identified.namespace))
    };
    all.iter().filter_map(claim).collect()
}

#[test]
fn nobody_claims_a_system_that_nobody_judges() {
    for os_release in [
        "NAME=NixOS\nID=nixos\nVERSION_ID=\"24.05\"\nPRETTY_NAME=\"NixOS 24.05 (Uakari)\"\n",
        "NAME=\"Void\"\nID=\"void\"\nPRETTY_NAME=\"Void Linux\"\n",
        "NAME=Slackware\nVERSION=\"15.0\"\nID=slackware\nVERSION_ID=15.0\n",
        "NAME=\"openEuler\"\nVERSION=\"22.03 (LTS-SP3)\"\nID=\"openEuler\"\nVERSION_ID=\"22.03\"\n",
        "NAME=\"OpenWrt\"\nID=\"openwrt\"\nID_LIKE=\"lede openwrt\"\nVERSION_ID=\"23.05.3\"\n",
        // Like Fedora by its own word, but it builds and counts for itself.
        "NAME=\"Mageia\"\nVERSION=\"9\"\nID=mageia\nVERSION_ID=9\nID_LIKE=\"mandriva fedora\"\n",
        // Made from Gentoo once, and does not say so: it is delivered as a whole.
        "NAME=\"Flatcar Container Linux by Kinvolk\"\nID=flatcar\nID_LIKE=coreos\nVERSION_ID=3815.2.0\n",
    ] {
        assert_eq!(claims(os_release), [], "{os_release}");
    }
}

#[test]
fn a_release_that_nobody_tells_is_none_that_a_document_covers_as_a_whole() {
    let all = ecosystems::all();
    for id in [
        "alpine",
        "almalinux",
        "amzn",
        "azurelinux",
        "debian",
        "fedora",
        "ol",
        "opensuse-leap",
        "photon",
        "rhel",
        "rocky",
        "sles",
        "ubuntu",
    ] {
        let claims = claims(&format!("ID={id}\n"));
        assert!(!claims.is_empty(), "{id}");
        for (_, _, namespace) in claims {
            let feeds = all.of_namespace(&namespace).unwrap().feeds;
            let covered =
                (feeds.needed_by)(&namespace).into_iter().any(|source| source.namespace == namespace);
            assert!(!covered, "under {namespace} nothing is said, which would pass for nothing found");
        }
    }
}
