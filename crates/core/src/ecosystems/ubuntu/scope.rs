//! Which statements hold for a package on Ubuntu, and which packages are not Ubuntu's.

use super::feeds;
use crate::{
    BlindSpot, Package, Reason,
    formats::dpkg,
    scope::{Scope, ScopeQuestion},
};

/// Words of the revisions of its own packages, beside those of every distribution: each takes the other's packages over.
const OWN_WORDS: [&str; 5] = ["debian", "ubuntu", "esm", "fips", "Fips"];

/// What names or versions of kernels for one use have in them, and the streams in which Canonical speaks about them.
///
/// Source: the ecosystems of Canonical's OSV data, which has names in an older form too.
const STREAMS: &[(&str, &[&str])] = &[
    ("realtime", &["Pro:Realtime:RELEASE", "Pro:RELEASE:Realtime:Kernel"]),
    ("bluefield", &["Nvidia-BlueField:RELEASE", "RELEASE:for:NVIDIA:BlueField"]),
];

/// See [`crate::Ecosystem::scope`].
pub(super) fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    if let Some(by) = stranger(package, question.distribution) {
        return Scope::ThirdParty { by };
    }
    if is_certified(package) { certified(question) } else { beside_the_release(question) }
}

/// Kernels for one use have names, and advisories, of their own.
fn beside_the_release(question: &ScopeQuestion<'_>) -> Scope {
    let own = format!("{} {}", question.package.source_name(), question.package.version).to_ascii_lowercase();
    let release = question.namespace.strip_prefix("Ubuntu:").unwrap_or_default();
    let streams = STREAMS.iter().filter(|(mark, _)| own.contains(mark)).flat_map(|(_, streams)| *streams);
    let streams = streams.map(|stream| format!("Ubuntu:{}", stream.replace("RELEASE", release)));
    Scope::Namespaces(std::iter::once(question.namespace.to_owned()).chain(streams).collect())
}

/// Certified builds (FIPS) are told by their version (`1.1.1-1ubuntu2.fips.2.1~18.04.3.1`, `3.0.2-0ubuntu1.10+Fips1`), or by
/// the name of their source (`linux-aws-fips`).
fn is_certified(package: &Package) -> bool {
    package.version.to_ascii_lowercase().contains("fips")
        || package.source_name().split('-').any(|word| word == "fips")
}

/// Certified builds have versions of their own, higher than those of the fixes in the release's archive: only what is said of
/// them tells whether they have a fix. What the archive has no fix for, they have neither.
fn certified(question: &ScopeQuestion<'_>) -> Scope {
    let release = question.namespace.strip_prefix("Ubuntu:").unwrap_or_default();
    let streams = (question.facts)(feeds::CERTIFIED, release);
    let own: Vec<String> = streams.iter().map(|stream| feeds::certified(stream, release)).collect();
    let archive = vec![question.namespace.to_owned()];
    if own.is_empty() {
        let detail = "there are certified builds of packages, and the advisory data says nothing about those of this release: \
                      what is fixed elsewhere may not be fixed in them";
        let doubt = BlindSpot::new(Reason::ReleaseNotCovered, feeds::certified("FIPS", release), detail);
        return Scope::Ranked { groups: vec![archive], doubts: vec![doubt] };
    }
    Scope::Ranked { groups: vec![own, archive], doubts: Vec::new() }
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
        let package =
            Package { version: version.to_owned(), vendor: vendor.map(str::to_owned), ..Package::default() };
        asked_of("Ubuntu:18.04:LTS", distribution, &package)
    }

    /// The data speaks of certified builds of 18.04 and no other release.
    fn asked_of(namespace: &str, distribution: &str, package: &Package) -> Scope {
        let facts = |subject: &str, key: &str| match (subject, key) {
            (feeds::CERTIFIED, "18.04:LTS") => vec!["FIPS".to_owned(), "FIPS-updates".to_owned()],
            _ => Vec::new(),
        };
        scope(&ScopeQuestion { namespace, distribution, package, repositories: &[], facts: &facts })
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

    fn build_of(version: &str, source: &str) -> Package {
        let source = Some(crate::package::SourcePackage::new(source, version));
        Package { version: version.to_owned(), source, ..Package::default() }
    }

    #[test]
    fn kernels_for_one_use_have_statements_of_their_own() {
        let package = build_of("5.15.0-1032.35", "linux-realtime");
        let expected = ["18.04:LTS", "Pro:Realtime:18.04:LTS", "Pro:18.04:LTS:Realtime:Kernel"];
        let expected = Scope::Namespaces(expected.map(|one| format!("Ubuntu:{one}")).into());
        assert_eq!(asked_of("Ubuntu:18.04:LTS", "ubuntu", &package), expected);
    }

    #[test]
    fn what_is_said_of_certified_builds_outweighs_what_is_said_of_the_archive() {
        let own =
            ["Ubuntu:Pro:FIPS:18.04:LTS", "Ubuntu:Pro:FIPS-updates:18.04:LTS"].map(str::to_owned).to_vec();
        let expected =
            Scope::Ranked { groups: vec![own, vec!["Ubuntu:18.04:LTS".to_owned()]], doubts: Vec::new() };
        for (version, source) in [
            ("1.1.1-1ubuntu2.fips.2.1~18.04.3.1", "openssl"),
            ("3.0.2-0ubuntu1.10+Fips1", "openssl"),
            ("4.15.0-1011.12", "linux-fips"),
        ] {
            let package = build_of(version, source);
            assert_eq!(asked_of("Ubuntu:18.04:LTS", "ubuntu", &package), expected, "{version}");
        }
    }

    #[test]
    fn certified_builds_of_which_nothing_is_said_are_no_silence() {
        let package = build_of("3.0.2-0ubuntu1.10+Fips1", "openssl");
        let Scope::Ranked { groups, doubts } = asked_of("Ubuntu:22.04:LTS", "ubuntu", &package) else {
            panic!("a package of Ubuntu");
        };
        assert_eq!(groups, [["Ubuntu:22.04:LTS"]]);
        let subjects: Vec<&str> = doubts.iter().map(|doubt| doubt.subject.as_str()).collect();
        assert_eq!(
            (subjects, doubts[0].reason),
            (vec!["Ubuntu:Pro:FIPS:22.04:LTS"], Reason::ReleaseNotCovered)
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
