//! The order of NuGet's packages: up to four numbers, then perhaps a pre-release as of Semantic Versioning.
//!
//! Missing numbers are 0, and zeros in front say nothing. Pre-releases are compared without regard to capitals, and only those of
//! their identifiers that fit into 32 bits, perhaps with a minus sign, are numbers. What stands after a plus sign says nothing.
//!
//! Source of the rules: NuGet's documentation, “Package versioning”; NuGet.Versioning (`NuGetVersion.TryParse`,
//! `VersionComparer.Default`) and its tests.

use std::cmp::Ordering;

use super::limits::LARGEST_NUMBER;
use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The order of NuGet's packages.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "nuget", check, compare };

/// A version, taken apart.
#[derive(Debug)]
struct Version<'a> {
    numbers: [&'a str; 4],
    /// The identifiers of the pre-release; none where it is a release.
    pre: Vec<Identifier>,
}

/// Ordered as NuGet does: numbers before words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(i32),
    /// In small letters.
    Word(String),
}

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (read(a)?, read(b)?);
    let numbers = a.numbers.iter().zip(b.numbers).map(|(a, b)| digits::compare(a, b));
    let unequal = numbers.into_iter().find(|order| order.is_ne());
    let by_pre = || match (a.pre.is_empty(), b.pre.is_empty()) {
        (false, false) => a.pre.cmp(&b.pre),
        (a, b) => a.cmp(&b),
    };
    Ok(unequal.unwrap_or_else(by_pre))
}

fn read(version: &str) -> Result<Version<'_>, InvalidVersion> {
    parts(version).ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn parts(version: &str) -> Option<Version<'_>> {
    let text = version.trim();
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let (numbers, pre) = match text.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (text, None),
    };
    let mut four = ["0"; 4];
    for (place, number) in numbers.split('.').enumerate() {
        // A fifth has no place.
        *four.get_mut(place)? = self::number(number)?;
    }
    let identifiers = |text: &str, zeros: bool| text.split('.').all(|part| is_identifier(part, zeros));
    if !pre.is_none_or(|pre| identifiers(pre, false)) || !build.is_none_or(|build| identifiers(build, true)) {
        return None;
    }
    let pre = pre.into_iter().flat_map(|pre| pre.split('.')).map(identifier).collect();
    Some(Version { numbers: four, pre })
}

/// .NET lets blanks stand around a number.
fn number(text: &str) -> Option<&str> {
    let text = text.trim_matches(|character| matches!(character, ' ' | '\t'..='\r'));
    (digits::is_number(text) && digits::compare(text, LARGEST_NUMBER).is_le()).then_some(text)
}

fn is_identifier(text: &str, zeros: bool) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let has_zeros = text.len() > 1 && text.starts_with('0') && digits::is_number(text);
    !text.is_empty() && is_plain && (zeros || !has_zeros)
}

fn identifier(text: &str) -> Identifier {
    match text.parse() {
        Ok(number) => Identifier::Number(number),
        Err(_) => Identifier::Word(text.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::formats::semver::Semver;

    const VERSION: &str = "[0-2](\\.[0-2]){0,3}(-[a-bA-B0-2-]{1,3}(\\.[a-bA-B1-2]{1,2}){0,2})?(\\+[0-2])?";

    proptest! {
        #[test]
        fn it_is_an_order(a in VERSION, b in VERSION, c in VERSION) {
            prop_assume!([&a, &b, &c].into_iter().all(|version| check(version).is_ok()));
            let order = |a: &str, b: &str| compare(a, b).unwrap();
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{} {} {}", a, b, c);
            }
        }

        /// In small letters, and where no identifier is a negative number, semantic versions are in their own order.
        #[test]
        fn semantic_versions_are_in_their_order(
            a in "[0-2]\\.[0-2]\\.[0-2](-[a-b0-2]{1,2}(\\.[a-b0-2-]{1,3}){0,2})?(\\+[a-b0-2]{1,2})?",
            b in "[0-2]\\.[0-2]\\.[0-2](-[a-b0-2]{1,2}(\\.[a-b0-2-]{1,3}){0,2})?",
        ) {
            let is_semantic = |version: &str| Semver::read(version).is_some();
            prop_assert_eq!(check(&a).is_ok(), is_semantic(&a));
            prop_assume!(is_semantic(&a) && is_semantic(&b) && !a.contains(".-") && !b.contains(".-"));
            let expected = Semver::read(&a).unwrap().precedence(&Semver::read(&b).unwrap());
            prop_assert_eq!(compare(&a, &b).unwrap(), expected);
            prop_assert_eq!(compare(&a.to_ascii_uppercase(), &b).unwrap(), expected);
        }

        #[test]
        fn any_text_is_survived(a in ".*", b in ".*") {
            prop_assert_eq!(compare(&a, &b).is_ok(), check(&a).is_ok() && check(&b).is_ok());
        }
    }
}
