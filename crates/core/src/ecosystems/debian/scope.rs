//! Which statements hold for a package on Debian, and which packages are not Debian's.
//!
//! Better a package of nobody, which is shown, than one judged by statements about another with its name.

use super::{feeds, releases};
use crate::{
    Package,
    formats::dpkg,
    scope::{Scope, ScopeQuestion},
};

/// Words of the revisions of its own packages, beside those of every distribution: each takes the other's packages over.
const OWN_WORDS: [&str; 4] = ["debian", "ubuntu", "esm", "fips"];

/// What versions of packages have that were built for a release from a later one.
const BACKPORT: &str = "~bpo";

/// See [`crate::Ecosystem::scope`].
pub(super) fn scope(question: &ScopeQuestion<'_>) -> Scope {
    if let Some(by) = stranger(question.package, question.distribution) {
        return Scope::ThirdParty { by };
    }
    let release = question.namespace.strip_prefix("Debian:").unwrap_or_default();
    let is_number = release.bytes().all(|byte| byte.is_ascii_digit());
    let mut namespaces = vec![question.namespace.to_owned()];
    if is_number {
        if question.package.version.contains(BACKPORT) {
            // Built from testing: newer than the release's fixes without having them. Only sid tells from where on they are in it.
            let groups = vec![vec!["Debian:sid".to_owned()], namespaces];
            return Scope::Ranked { groups, doubts: Vec::new() };
        }
        if !releases::has_number(release) {
            // A release that is newer than this program: the tracker's document told which codename is meant.
            let codenames = (question.facts)(feeds::CODENAMES, question.namespace);
            namespaces.extend(codenames.iter().map(|codename| format!("Debian:{codename}")));
        }
    } else {
        // Testing or sid: a package of sid may be newer than testing's, or not be in testing at all.
        namespaces.extend(releases::number(release).map(|number| format!("Debian:{number}")));
        namespaces.push("Debian:sid".to_owned());
        namespaces.dedup();
    }
    Scope::Namespaces(namespaces)
}

/// Who built the package, where that is not Debian.
fn stranger(package: &Package, distribution: &str) -> Option<String> {
    let vendor = package.vendor.as_deref();
    let by = |why: String| vendor.map_or(why, str::to_owned);
    if let Some(word) = dpkg::foreign_word(&package.version, &OWN_WORDS) {
        return Some(by(format!("versions with “{word}”")));
    }
    // Who maintains a package of Debian has an address. A vendor without one is the field Origin, which Debian leaves out, or
    // the maintainer of somebody else's package.
    let says_debian = |text: &str| text.to_ascii_lowercase().contains("debian");
    let is_marked = || dpkg::foreign_addition(&package.version, &OWN_WORDS).is_some();
    if vendor.is_some_and(|vendor| !says_debian(vendor) && (!vendor.contains('@') || is_marked())) {
        return Some(by(String::new()));
    }
    let is_derived = !distribution.is_empty() && !distribution.eq_ignore_ascii_case("debian");
    (is_derived && !vendor.is_some_and(says_debian)).then(|| by(format!("packages of {distribution}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(namespace: &str, distribution: &str, version: &str, vendor: Option<&str>) -> Scope {
        let package = Package {
            name: "nginx".to_owned(),
            version: version.to_owned(),
            vendor: vendor.map(str::to_owned),
            ..Package::default()
        };
        let facts = |subject: &str, key: &str| {
            let known = (subject, key) == (feeds::CODENAMES, "Debian:99");
            known.then(|| "later".to_owned()).into_iter().collect()
        };
        scope(&ScopeQuestion { namespace, distribution, package: &package, repositories: &[], facts: &facts })
    }

    fn namespaces(namespace: &str) -> Scope {
        asked(
            namespace,
            "debian",
            "1.22.1-9+deb12u1",
            Some("Debian Nginx Maintainers <x@alioth-lists.debian.net>"),
        )
    }

    #[test]
    fn testing_is_judged_by_testing_and_by_sid() {
        let of = |names: &[&str]| Scope::Namespaces(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(namespaces("Debian:12"), of(&["Debian:12"]));
        assert_eq!(namespaces("Debian:forky"), of(&["Debian:forky", "Debian:14", "Debian:sid"]));
        assert_eq!(namespaces("Debian:sid"), of(&["Debian:sid"]));
        assert_eq!(namespaces("Debian:99"), of(&["Debian:99", "Debian:later"]));
    }

    #[test]
    fn a_backport_is_judged_by_what_it_was_built_from_before_the_release() {
        let groups = [["Debian:sid"], ["Debian:12"]].map(|group| group.map(str::to_owned).to_vec()).to_vec();
        assert_eq!(
            asked("Debian:12", "debian", "2.0-1~bpo12+1", None),
            Scope::Ranked { groups, doubts: Vec::new() }
        );
    }

    #[test]
    fn packages_of_others_are_theirs() {
        for (distribution, version, vendor, by) in [
            ("debian", "1.25.3-1~bookworm", Some("NGINX <a@nginx.com>"), "NGINX <a@nginx.com>"),
            ("debian", "15.5-1.pgdg120+1", None, "versions with “pgdg”"),
            ("debian", "1.0", Some("Docker"), "Docker"),
            ("debian", "1.0-1", Some("Docker <https://docker.com>"), "Docker <https://docker.com>"),
            ("debian", "1:11.2.2+maria~deb12", Some("MariaDB <a@mariadb.org>"), "MariaDB <a@mariadb.org>"),
            (
                "kali",
                "1.0+kali1",
                Some("Kali Developers <devel@kali.org>"),
                "Kali Developers <devel@kali.org>",
            ),
            ("kali", "1.0", None, "packages of kali"),
        ] {
            assert_eq!(
                asked("Debian:12", distribution, version, vendor),
                Scope::ThirdParty { by: by.to_owned() },
                "{version}"
            );
        }
    }

    #[test]
    fn a_private_address_does_not_make_a_package_of_debian_foreign() {
        for (distribution, vendor) in
            [("debian", "A Person <a@example.com>"), ("raspbian", "Debian Perl Group <p@lists.debian.org>")]
        {
            assert!(
                matches!(asked("Debian:12", distribution, "1.2-3", Some(vendor)), Scope::Namespaces(_)),
                "{vendor}"
            );
        }
    }
}
