//! With which command a package is upgraded, as far as the image has the tool for it.

/// A tool that upgrades packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpgradeTool {
    /// The installed package that brings the tool; empty where the tool is not in the image, as those of languages.
    pub package: &'static str,
    /// The command, in front of the names of packages.
    pub command: &'static str,
}

impl UpgradeTool {
    const fn of(package: &'static str, command: &'static str) -> Self {
        Self { package, command }
    }
}

/// apk-tools.
pub const APK: &[UpgradeTool] = &[UpgradeTool::of("apk-tools", "apk add --no-cache --upgrade")];

/// APT, which installs nothing before its lists are there.
pub const APT: &[UpgradeTool] = &[UpgradeTool::of("apt", "apt-get update && apt-get install --only-upgrade")];

/// What upgrades rpm packages, whoever ships it: the first that is there.
pub const RPM: &[UpgradeTool] = &[
    UpgradeTool::of("dnf5", "dnf upgrade"),
    UpgradeTool::of("dnf", "dnf upgrade"),
    UpgradeTool::of("microdnf", "microdnf upgrade"),
    UpgradeTool::of("tdnf", "tdnf update"),
    UpgradeTool::of("yum", "yum update"),
    UpgradeTool::of("zypper", "zypper update"),
];

/// pacman, which upgrades all or nothing: partial upgrades are not supported.
pub const PACMAN: &[UpgradeTool] = &[UpgradeTool::of("pacman", "pacman -Syu")];

/// Portage.
pub const PORTAGE: &[UpgradeTool] = &[
    UpgradeTool::of("sys-apps/portage", "emerge --oneshot --update"),
    UpgradeTool::of("portage", "emerge --oneshot --update"),
];

/// pip.
pub const PIP: &[UpgradeTool] = &[UpgradeTool::of("", "pip install --upgrade")];

/// npm, in the project that has the packages.
pub const NPM: &[UpgradeTool] = &[UpgradeTool::of("", "npm update")];

/// Bundler, in the project that has the gems.
pub const BUNDLER: &[UpgradeTool] = &[UpgradeTool::of("", "bundle update")];

/// Composer, in the project that has the packages.
pub const COMPOSER: &[UpgradeTool] = &[UpgradeTool::of("", "composer update")];

/// Where a build has to be changed by hand.
pub const NONE: &[UpgradeTool] = &[];

/// Whether a name may stand in a command that people copy: nothing in it means anything to a shell, and it is no option.
pub fn is_plain(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._+:@/-".contains(&byte);
    name.bytes().all(is_letter)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_shell_would_obey_is_not_plain() {
        for name in ["zlib1g", "libstdc++6", "@babel/core", "app-misc/foo", "perl:5.36"] {
            assert!(is_plain(name), "{name}");
        }
        for name in
            ["", "-y", "--root", "a b", "a;reboot", "$(id)", "a`b`", "a\nb", "ä", "a'b", "a>b", "~x", "!1"]
        {
            assert!(!is_plain(name), "{name}");
        }
    }
}
