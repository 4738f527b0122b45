//! The order of npm's versions: semantic versions, as node-semver reads them.
//!
//! It bounds their length and their numbers, and lets a `v` and blanks stand around them. Numbers in pre-releases that JavaScript
//! has only nearly are compared exactly here.
//!
//! Source of the rules: node-semver, which a test asks.

use std::cmp::Ordering;

use crate::{
    formats::{digits, semver::Semver},
    version::{InvalidVersion, VersionOrder},
};

/// The order of npm's versions.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "npm", check, compare };

/// Most characters of a version.
const MOST_CHARACTERS: usize = 256;

/// Largest number: of those that are exact in JavaScript.
const LARGEST_NUMBER: &str = "9007199254740991";

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    Ok(read(a)?.precedence(&read(b)?))
}

fn read(text: &str) -> Result<Semver<'_>, InvalidVersion> {
    let trimmed = text.trim();
    let version = Semver::read(trimmed.strip_prefix('v').unwrap_or(trimmed));
    let is_bounded = |version: &Semver<'_>| {
        text.chars().count() <= MOST_CHARACTERS
            && version.numbers.iter().all(|number| digits::compare(number, LARGEST_NUMBER).is_le())
    };
    let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() };
    version.filter(is_bounded).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_an_order(
            a in "[0-2]\\.[0-2]\\.[0-2](-[a-b0-2](\\.[a-b0-2]){0,2})?",
            b in "[0-2]\\.[0-2]\\.[0-2](-[a-b0-2](\\.[a-b0-2]){0,2})?",
            c in "[0-2]\\.[0-2]\\.[0-2](-[a-b0-2](\\.[a-b0-2]){0,2})?",
        ) {
            let order = |a: &str, b: &str| compare(a, b).unwrap();
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{} {} {}", a, b, c);
            }
        }
    }
}
