//! Arch Linux, and what is made from it with pacman.
//!
//! Rolling, so there is one namespace and one feed: the security tracker, which speaks about installed packages by name. The
//! tracker is kept by volunteers: what it does not know, it does not say.

mod feeds;
mod identity;

use crate::{
    ecosystem::{Ecosystem, Identity, Notes, PurlNames},
    formats::pacman,
    revision,
    scope::{self, Scope, ScopeQuestion},
};

/// Arch Linux and what is made from it.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "archlinux",
    name: identity::NAME,
    osv_name: identity::NAME,
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames { kind: "alpm", namespace: Some("arch"), ..PurlNames::BY_BINARY },
    detectors: &[&pacman::DETECTOR],
    identity: Some(Identity { files: identity::FILES, identify: identity::identify }),
    versions: &pacman::VERSIONS,
    upgrade: crate::upgrade::PACMAN,
    feeds: &feeds::FAMILY,
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`ID` or `ID_LIKE` `arch`",
        releases: "rolling",
        severity: "Arch, for each group of vulnerabilities",
        not_covered: &[
            "what the security tracker, which volunteers keep, has not heard of",
            "packages that were built by hand (AUR) or come from other repositories, as far as the database tells",
            "what a derived distribution changed or holds back",
        ],
    },
    revision: revision::of("ecosystems/archlinux"),
};

/// What the repositories of Arch have been called, without `-testing`.
const OWN: [&str; 7] =
    ["core", "extra", "community", "multilib", "testing", "gnome-unstable", "kde-unstable"];

/// What makepkg writes where nobody said who packages.
const NOBODY: &str = "Unknown Packager";

fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    let repository = package.repository.as_deref().unwrap_or("core");
    if !OWN.contains(&repository.strip_suffix("-testing").unwrap_or(repository)) {
        return Scope::ThirdParty { by: repository.to_owned() };
    }
    match package.vendor.as_deref().map(str::trim) {
        Some(NOBODY) => Scope::ThirdParty { by: NOBODY.to_owned() },
        Some(_) | None => scope::own_namespace(question),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn packages_of_others_are_told_by_repository_and_packager() {
        let own = Scope::Namespaces(vec![identity::NAME.to_owned()]);
        let third = |by: &str| Scope::ThirdParty { by: by.to_owned() };
        for (repository, vendor, expected) in [
            (None, Some("A B <a@archlinux.org>"), own.clone()),
            (None, None, own.clone()),
            (Some("extra-testing"), None, own.clone()),
            (Some("core"), Some("A B <somewhere@else.example>"), own),
            (Some("cachyos-v3"), Some("CachyOS <admin@cachyos.org>"), third("cachyos-v3")),
            (Some(pacman::LOCAL_FILE), Some("A B"), third(pacman::LOCAL_FILE)),
            (None, Some("Unknown Packager"), third("Unknown Packager")),
        ] {
            let (repository, vendor) = (repository.map(str::to_owned), vendor.map(str::to_owned));
            let package = Package { repository, vendor, ..Package::default() };
            let question = ScopeQuestion {
                namespace: identity::NAME,
                distribution: "arch",
                package: &package,
                repositories: &[],
                facts: &|_, _| Vec::new(),
            };
            assert_eq!(scope(&question), expected, "{package:?}");
        }
    }
}
