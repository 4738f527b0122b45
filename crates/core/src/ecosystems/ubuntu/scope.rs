//! Which statements hold for a package on Ubuntu, and which packages are not Ubuntu's.

use crate::{
    Package,
    formats::dpkg,
    scope::{Scope, ScopeQuestion},
};

/// Words of the revisions of its own packages, beside those of every distribution: each takes the other's packages over.
const OWN_WORDS: [&str; 4] = ["debian", "ubuntu", "esm", "fips"];

/// See [`crate::Ecosystem::scope`].
pub(super) fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    if let Some(by) = stranger(package, question.distribution) {
        return Scope::ThirdParty { by };
    }
    let mut namespaces = vec![question.namespace.to_owned()];
    if package.version.contains("fips") {
        // Certified builds have versions, and advisories, of their own.
        let release = question.namespace.strip_prefix("Ubuntu:").unwrap_or_default();
        namespaces.extend(
            ["FIPS", "FIPS-updates", "FIPS-preview"].map(|stream| format!("Ubuntu:Pro:{stream}:{release}")),
        );
    }
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
    // A vendor without an address is the field Origin.
    if vendor.is_some_and(|vendor| !vendor.contains('@') && !vendor.contains('<') && !says_ubuntu(vendor)) {
        return Some(by(String::new()));
    }
    let is_derived = !distribution.is_empty() && !distribution.eq_ignore_ascii_case("ubuntu");
    (is_derived && !vendor.is_some_and(says_ubuntu)).then(|| by(format!("packages of {distribution}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(distribution: &str, version: &str, vendor: Option<&str>) -> Scope {
        let package =
            Package { version: version.to_owned(), vendor: vendor.map(str::to_owned), ..Package::default() };
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
    fn certified_builds_have_statements_of_their_own() {
        let Scope::Namespaces(namespaces) = asked("ubuntu", "1.1.1-1ubuntu2.fips.2.1~18.04.3.1", None) else {
            panic!("a package of Ubuntu");
        };
        assert!(namespaces.contains(&"Ubuntu:Pro:FIPS-updates:18.04:LTS".to_owned()), "{namespaces:?}");
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
