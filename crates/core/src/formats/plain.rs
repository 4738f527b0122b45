//! A plain order of versions, for languages whose versions are compared with nothing: no advisory data speaks about them.
//!
//! It is the order of no tool, and says so by its name. Numbers are compared as numbers and come before words; words are compared as they are
//! written; what stands between them says nothing; a longer version is after its beginning.

use std::cmp::Ordering;

use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The plain order.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "plain", check, compare };

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Number(&'a str),
    Word(&'a str),
}

fn check(version: &str) -> Result<(), InvalidVersion> {
    let is_plain = |character: char| !character.is_whitespace() && !character.is_control();
    if version.chars().all(is_plain) && version.chars().any(char::is_alphanumeric) {
        return Ok(());
    }
    Err(InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    check(a)?;
    check(b)?;
    let [a, b] = [a, b].map(parts);
    let unequal = a.iter().zip(&b).map(|(a, b)| compare_parts(*a, *b)).find(|order| order.is_ne());
    Ok(unequal.unwrap_or_else(|| a.len().cmp(&b.len())))
}

fn compare_parts(a: Part<'_>, b: Part<'_>) -> Ordering {
    match (a, b) {
        (Part::Number(a), Part::Number(b)) => digits::compare(a, b),
        (Part::Word(a), Part::Word(b)) => a.cmp(b),
        (Part::Number(_), Part::Word(_)) => Ordering::Less,
        (Part::Word(_), Part::Number(_)) => Ordering::Greater,
    }
}

fn parts(version: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for mut rest in version.split(|character: char| !character.is_alphanumeric()) {
        while !rest.is_empty() {
            let number = digits::take(&mut rest);
            if !number.is_empty() {
                parts.push(Part::Number(number));
            }
            let end = rest.find(|character: char| character.is_ascii_digit()).unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end).unwrap_or_default();
            if !word.is_empty() {
                parts.push(Part::Word(word));
            }
            rest = after;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_an_order(a in "[0-2a-b.-]{0,4}[0-2]", b in "[0-2a-b.-]{0,4}[0-2]", c in "[0-2a-b.-]{0,4}[0-2]") {
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
