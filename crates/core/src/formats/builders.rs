//! Who built a package: what sets a distribution's own packages apart from those of others.
//!
//! Advisories speak about the distribution's own. A package of somebody else that has the same name would be judged by
//! accident, and one that has another would pass for a sound one.

use crate::Package;

/// Who builds the packages of a distribution.
#[derive(Debug, Clone, Copy)]
pub struct Builders {
    /// What its packages have as vendor, or what that begins with.
    pub vendors: &'static [&'static str],
    /// The identifiers of its keys, for packages without a vendor.
    pub keys: &'static [&'static str],
}

impl Builders {
    /// Who built a package, where that is not the distribution. A package of which neither is known is its own: nothing
    /// tells otherwise.
    pub fn stranger(&self, package: &Package) -> Option<String> {
        match (&package.vendor, &package.key) {
            (Some(vendor), _) => {
                let own = self.vendors.iter().any(|own| vendor.trim().starts_with(own));
                (!own).then(|| vendor.trim().to_owned())
            }
            (None, Some(key)) => {
                let own = self.keys.iter().any(|own| own.eq_ignore_ascii_case(key));
                (!own).then(|| format!("signed with key {key}"))
            }
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILDERS: Builders = Builders { vendors: &["Stone"], keys: &["0123456789abcdef"] };

    fn stranger(vendor: Option<&str>, key: Option<&str>) -> Option<String> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        BUILDERS.stranger(&Package { vendor: own(vendor), key: own(key), ..Package::default() })
    }

    #[test]
    fn the_vendor_decides_and_without_one_the_key() {
        assert_eq!(stranger(Some("Stone Linux"), Some("ffffffffffffffff")), None);
        assert_eq!(stranger(Some("docker.com"), None).as_deref(), Some("docker.com"));
        assert_eq!(stranger(None, Some("0123456789ABCDEF")), None);
        assert_eq!(stranger(None, Some("ff")).as_deref(), Some("signed with key ff"));
        assert_eq!(stranger(None, None), None);
    }
}
