//! Who built a package: what sets a distribution's own packages apart from those of others.
//!
//! Advisories speak about the distribution's own. A package of somebody else that has the same name would be judged by
//! accident, and one that has another would pass for a sound one.

use crate::{
    Package,
    scope::{Scope, ScopeQuestion, own_namespace},
};

/// Who builds the packages of a distribution.
#[derive(Debug, Clone, Copy)]
pub struct Builders {
    /// What its packages have as vendor, or the whole words that this begins with, in any capitalisation. Never only a part
    /// of it: a vendor has more products than a distribution, and build services name anybody's projects in the same field.
    pub vendors: &'static [&'static str],
    /// The identifiers of its keys, for packages without a vendor. `None` where they are not known: then they tell nothing.
    pub keys: Option<&'static [&'static str]>,
    /// One of what the versions of its packages have in them, such as `.ph`, where its vendor builds other packages too;
    /// none where the vendor tells enough.
    pub marks: &'static [&'static str],
}

impl Builders {
    /// Who built a package, where that is not the distribution. A package of which neither is known is its own: nothing
    /// tells otherwise.
    pub fn stranger(&self, package: &Package) -> Option<String> {
        let vendor = package.vendor.as_deref().map(str::trim).filter(|vendor| !vendor.is_empty());
        match (vendor, &package.key, self.keys) {
            (Some(vendor), _, _) => {
                if !self.vendors.iter().any(|own| begins(vendor, own)) {
                    return Some(vendor.to_owned());
                }
                let is_marked =
                    self.marks.is_empty() || self.marks.iter().any(|mark| package.version.contains(mark));
                (!is_marked).then(|| format!("{vendor}, outside of the distribution"))
            }
            (None, Some(key), Some(keys)) => {
                let own = keys.iter().any(|own| own.eq_ignore_ascii_case(key));
                (!own).then(|| format!("signed with key {key}"))
            }
            (None, Some(_), None) | (None, None, _) => None,
        }
    }

    /// The scope of a package where the namespace of its release says all about the distribution's own.
    pub fn scope(&self, question: &ScopeQuestion<'_>) -> Scope {
        match self.stranger(question.package) {
            Some(by) => Scope::ThirdParty { by },
            None => own_namespace(question),
        }
    }
}

/// Whether a text begins with these words: `Stone` is no word of `Stonehenge`.
pub(crate) fn begins(text: &str, words: &str) -> bool {
    let Some((beginning, rest)) = text.split_at_checked(words.len()) else { return false };
    let ends_a_word = !words.ends_with(char::is_alphanumeric) || !rest.starts_with(char::is_alphanumeric);
    ends_a_word && beginning.eq_ignore_ascii_case(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILDERS: Builders =
        Builders { vendors: &["Stone", "obs://stone/stone:"], keys: Some(&["0123456789abcdef"]), marks: &[] };

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
        assert_eq!(stranger(Some(" "), None), None);
        assert_eq!(stranger(None, None), None);
        let keyless = Builders { keys: None, ..BUILDERS };
        assert_eq!(keyless.stranger(&Package { key: Some("ff".to_owned()), ..Package::default() }), None);
    }

    #[test]
    fn what_a_vendor_builds_beside_its_distribution_has_no_mark() {
        let marked = Builders { marks: &[".st"], ..BUILDERS };
        let of = |vendor: Option<&str>, version: &str| {
            let (vendor, version) = (vendor.map(str::to_owned), version.to_owned());
            marked.stranger(&Package { vendor, version, ..Package::default() })
        };
        assert_eq!(of(Some("Stone"), "1.2-3.st4"), None);
        assert_eq!(of(Some("Stone"), "1.2-3").as_deref(), Some("Stone, outside of the distribution"));
        assert_eq!(of(None, "1.2-3"), None);
    }

    #[test]
    fn a_vendor_that_only_contains_the_name_is_another() {
        for own in ["STONE", "Stone Linux <https://stone.example>", "obs://stone/Stone:Rolling"] {
            assert_eq!(stranger(Some(own), None), None, "{own}");
        }
        for other in ["Stonehenge Software", "Not Stone", "obs://stone/home:somebody", "http://stone/", "é"]
        {
            assert_eq!(stranger(Some(other), None).as_deref(), Some(other));
        }
    }
}
