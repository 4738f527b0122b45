//! The order of R's packages: numbers between dots and hyphens, which are the same.
//!
//! Missing numbers are 0: so R's operators compare versions, while its `compareVersion` has the longer one last.
//!
//! Source of the rules: R's documentation, `numeric_version`; R itself, which a test asks.

use std::cmp::Ordering;

use super::limits::LARGEST_NUMBER;
use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The order of R's packages.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "r", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (read(a)?, read(b)?);
    let mut orders = (0..a.len().max(b.len())).map(|place| digits::compare(at(&a, place), at(&b, place)));
    Ok(orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
}

/// The empty text, which is 0, where there is no number.
fn at<'a>(numbers: &[&'a str], place: usize) -> &'a str {
    numbers.get(place).copied().unwrap_or_default()
}

fn read(version: &str) -> Result<Vec<&str>, InvalidVersion> {
    let numbers: Vec<&str> = version.split(['.', '-']).collect();
    let is_number = |part: &&str| digits::is_number(part) && digits::compare(part, LARGEST_NUMBER).is_le();
    if numbers.iter().all(is_number) {
        return Ok(numbers);
    }
    Err(InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_an_order(a in "[0-2]([.-][0-2]){0,3}", b in "[0-2]([.-][0-2]){0,3}", c in "[0-2]([.-][0-2]){0,3}") {
            let order = |a: &str, b: &str| compare(a, b).unwrap();
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{} {} {}", a, b, c);
            }
        }

        #[test]
        fn any_text_is_survived(a in ".*", b in ".*") {
            prop_assert_eq!(compare(&a, &b).is_ok(), check(&a).is_ok() && check(&b).is_ok());
        }
    }
}
