//! Which statements hold for a package on Ubuntu, and which packages are not Ubuntu's.

use crate::{
    Package,
    formats::dpkg,
    scope::{Scope, ScopeQuestion},
};

/// Words of the revisions of its own packages, beside those of every distribution: each takes the other's packages over.
const OWN_WORDS: [&str; 4] = ["debian", "ubuntu", "esm", "fips"];

/// What names or versions have in them, and the streams in which Canonical speaks about such builds.
///
/// Source: the ecosystems of Canonical's OSV data, which has names in an older form too.
const STREAMS: &[(&str, &[&str])] = &[
    ("fips", &["Pro:FIPS:RELEASE", "Pro:FIPS-updates:RELEASE", "Pro:FIPS-preview:RELEASE"]),
    ("realtime", &["Pro:Realtime:RELEASE", "Pro:RELEASE:Realtime:Kernel"]),
    ("bluefield", &["Nvidia-BlueField:RELEASE", "RELEASE:for:NVIDIA:BlueField"]),
];

/// See [`crate::Ecosystem::scope`].
pub(super) fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    if let Some(by) = stranger(package, question.distribution) {
        return Scope::ThirdParty { by };
    }
    let mut namespaces = vec![question.namespace.to_owned()];
    // Builds for one use have names or versions, and advisories, of their own.
    let own = format!("{} {}", package.source_name(), package.version).to_ascii_lowercase();
    let release = question.namespace.strip_prefix("Ubuntu:").unwrap_or_default();
    let streams = STREAMS.iter().filter(|(mark, _)| own.contains(mark)).flat_map(|(_, streams)| *streams);
    namespaces.extend(streams.map(|stream| format!("Ubuntu:{}", stream.replace("RELEASE", release))));
    Scope::Namespaces(namespaces)
}

/// Who built the package, where that is not Ubuntu.
fn stranger(package: &Package, distribution: &str) -> Option<String> {
    let vendor = package.vendor.as_deref();
    let by = |why: String| vendor.map_or(why, str::to_owned);
    if let Some(word) = dpkg::foreign_word(&package.version, &OWN_WORDS) {
        return Some(by(format!("versions with “{word}”")));
    }
    let says_ubuntu = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["ubuntu", "canonical", "launchpad", "debian"].iter().any(|word| text.contains(word))
    };
    // Ubuntu's builders put Ubuntu's developers in the place of whoever maintains a package elsewhere.
    if vendor.is_some_and(|vendor| !says_ubuntu(vendor)) {
        return Some(by(String::new()));
    }
    let is_derived = !distribution.is_empty() && !distribution.eq_ignore_ascii_case("ubuntu");
    (is_derived && vendor.is_none()).then(|| by(format!("packages of {distribution}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(distribution: &str, version: &str, vendor: Option<&str>) -> Scope {
        asked_of("openssl", distribution, version, vendor)
    }

    fn asked_of(name: &str, distribution: &str, version: &str, vendor: Option<&str>) -> Scope {
        let (name, version, vendor) = (name.to_owned(), version.to_owned(), vendor.map(str::to_owned));
        let package = Package { name, version, vendor, ..Package::default() };
        let namespace = "Ubuntu:18.04:LTS";
        let facts = |_: &str, _: &str| Vec::new();
        scope(&ScopeQuestion { namespace, distribution, package: &package, repositories: &[], facts: &facts })
    }

    #[test]
    fn packages_of_the_archive_and_of_esm_are_judged_by_the_release() {
        let own = Scope::Namespaces(vec!["Ubuntu:18.04:LTS".to_owned()]);
        for version in [
            "1.1.1-1ubuntu2.1~18.04.23",
            "1.1.1-1ubuntu2.1~18.04.23+esm3",
            "4.15.0-213.224",
            "1:7.6p1-4build1",
        ] {
            assert_eq!(asked("ubuntu", version, None), own, "{version}");
        }
        assert_eq!(asked("pop", "1.0-1ubuntu1", Some("Ubuntu Developers <u@lists.ubuntu.com>")), own);
    }

    #[test]
    fn builds_for_one_use_have_statements_of_their_own() {
        for version in ["1.1.1-1ubuntu2.fips.2.1~18.04.3.1", "3.0.5-0ubuntu0.1+Fips2.1"] {
            let Scope::Namespaces(namespaces) = asked("ubuntu", version, None) else {
                panic!("a package of Ubuntu");
            };
            assert!(namespaces.contains(&"Ubuntu:Pro:FIPS-updates:18.04:LTS".to_owned()), "{namespaces:?}");
        }
        let Scope::Namespaces(namespaces) = asked_of("linux-realtime", "ubuntu", "5.15.0-1032.35", None)
        else {
            panic!("a package of Ubuntu");
        };
        assert_eq!(
            namespaces,
            ["18.04:LTS", "Pro:Realtime:18.04:LTS", "Pro:18.04:LTS:Realtime:Kernel"]
                .map(|one| format!("Ubuntu:{one}"))
        );
    }

    #[test]
    fn packages_of_others_are_theirs() {
        for (distribution, version, vendor, by) in [
            (
                "ubuntu",
                "5:24.0.7-1~ubuntu.18.04~bionic",
                Some("Docker <a@docker.com>"),
                "Docker <a@docker.com>",
            ),
            (
                "ubuntu",
                "1.6.26-1",
                Some("Containerd team <h@containerd.io>"),
                "Containerd team <h@containerd.io>",
            ),
            ("ubuntu", "7.4.33-1+ubuntu18.04.1+deb.sury.org+1", None, "versions with “sury”"),
            ("ubuntu", "2.0-1ppa1", None, "versions with “ppa”"),
            ("linuxmint", "1.0", Some("Clement <c@linuxmint.com>"), "Clement <c@linuxmint.com>"),
        ] {
            assert_eq!(
                asked(distribution, version, vendor),
                Scope::ThirdParty { by: by.to_owned() },
                "{version}"
            );
        }
    }
}
