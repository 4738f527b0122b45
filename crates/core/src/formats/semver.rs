//! Semantic versions: `major.minor.patch[-pre-release][+build]`, and their precedence.
//!
//! The numbers decide, in their order; a pre-release is before its release; of pre-releases the identifiers decide, one after
//! the other: numbers before words, and fewer before more. Builds decide nothing. Numbers have any length; ecosystems that
//! bound them check that themselves.
//!
//! Source of the rules: Semantic Versioning 2.0.0, sections 2, 9, 10 and 11.

use std::cmp::Ordering;

use super::digits;
use crate::version::{InvalidVersion, VersionOrder};

/// The order of the specification itself, for people who ask by this name. Ecosystems have their own, which bound numbers.
pub(crate) const VERSIONS: VersionOrder = VersionOrder {
    scheme: "semver",
    check: |version| read(version).map(|_| ()),
    compare: |a, b| Ok(read(a)?.precedence(&read(b)?)),
};

fn read(text: &str) -> Result<Semver<'_>, InvalidVersion> {
    Semver::read(text).ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() })
}

/// A version, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Semver<'a> {
    /// Major, minor and patch, as digits.
    pub(crate) numbers: [&'a str; 3],
    /// The identifiers of the pre-release; none where it is a release.
    pub(crate) pre: Vec<&'a str>,
    /// Whether there is a build after a plus sign.
    pub(crate) build: Option<&'a str>,
}

impl<'a> Semver<'a> {
    /// Reads a version that follows the specification to the letter.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (numbers, pre) = match text.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre)),
            None => (text, None),
        };
        let mut parts = numbers.split('.');
        let mut number = || parts.next().filter(|part| is_plain_number(part));
        let numbers = [number()?, number()?, number()?];
        if parts.next().is_some() {
            return None;
        }
        let pre: Vec<&str> = pre.map(|pre| pre.split('.').collect()).unwrap_or_default();
        let is_pre = |part: &&str| is_identifier(part) && (!digits::is_number(part) || is_plain_number(part));
        let is_build = |build: &str| build.split('.').all(is_identifier);
        (pre.iter().all(is_pre) && build.is_none_or(is_build)).then_some(Self { numbers, pre, build })
    }

    /// The precedence of two versions.
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        let numbers = self.numbers.iter().zip(other.numbers).map(|(a, b)| digits::compare(a, b));
        let unequal = numbers.into_iter().find(|order| order.is_ne());
        unequal.unwrap_or_else(|| compare_pre(&self.pre, &other.pre))
    }
}

/// The precedence of two pre-releases of one release; the empty one is the release.
pub(crate) fn compare_pre(a: &[&str], b: &[&str]) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    let unequal = a.iter().zip(b).map(|(a, b)| compare_identifiers(a, b)).find(|order| order.is_ne());
    unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn compare_identifiers(a: &str, b: &str) -> Ordering {
    match (digits::is_number(a), digits::is_number(b)) {
        (true, true) => digits::compare(a, b),
        (false, false) => a.cmp(b),
        (a, b) => b.cmp(&a),
    }
}

/// Digits without a zero in front.
fn is_plain_number(text: &str) -> bool {
    digits::is_number(text) && (text == "0" || !text.starts_with('0'))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_in_their_order() {
        let ordered = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "2.0.0",
            "2.1.0",
            "2.1.1",
        ];
        for (place, a) in ordered.iter().enumerate() {
            for (other, b) in ordered.iter().enumerate() {
                let (a, b) = (Semver::read(a).unwrap(), Semver::read(b).unwrap());
                assert_eq!(a.precedence(&b), place.cmp(&other));
            }
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3-a..b",
            "1.2.3+",
            "1.2.3-ä",
            "v1.2.3",
        ] {
            assert_eq!(Semver::read(text), None, "{text}");
        }
        for text in ["1.2.3-0a", "1.2.3--", "1.2.3+01", "1.2.3-x-y.z+b.-"] {
            assert!(Semver::read(text).is_some(), "{text}");
        }
    }
}
