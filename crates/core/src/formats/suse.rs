//! What SUSE and openSUSE have in common: who builds their packages. Each has packages of the other.

use super::builders::Builders;

/// SUSE and openSUSE. Their build services name projects in the field of the vendor, and of those only the distributions'
/// own count: in the public one everybody has some, with packages of the distributions' names and versions of their own.
pub const BUILDERS: Builders = Builders {
    vendors: &[
        "SUSE",
        "openSUSE",
        "obs://build.suse.de/SUSE:",
        "obs://build.opensuse.org/SUSE:",
        "obs://build.opensuse.org/openSUSE:Backports",
        "obs://build.opensuse.org/openSUSE:Factory",
        "obs://build.opensuse.org/openSUSE:Leap",
    ],
    keys: None,
    marks: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn builders_are_told_apart() {
        for (vendor, is_own) in [
            ("SUSE LLC <https://www.suse.com/>", true),
            ("SUSE LINUX Products GmbH, Nuernberg, Germany", true),
            ("openSUSE", true),
            ("obs://build.suse.de/SUSE:Maintenance", true),
            ("obs://build.opensuse.org/openSUSE:Leap:15.5", true),
            ("obs://build.opensuse.org/openSUSE:Backports:SLE-15-SP5", true),
            ("obs://build.opensuse.org/home:somebody", false),
            ("obs://build.opensuse.org/isv:somebody", false),
            ("obs://build.opensuse.org/server:database:postgresql", false),
            ("obs://build.opensuse.org/devel:languages:python", false),
            ("NVIDIA Corporation", false),
        ] {
            let package = Package { vendor: Some(vendor.to_owned()), ..Package::default() };
            assert_eq!(BUILDERS.stranger(&package).is_none(), is_own, "{vendor}");
        }
    }
}
