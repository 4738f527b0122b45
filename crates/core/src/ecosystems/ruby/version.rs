//! The order of Ruby's gems: numbers and words, as RubyGems orders them.
//!
//! Words are before numbers, so that a version with a word is before its release; what is missing at the end is 0, and zeros at
//! the end of the numbers in front, and of all, say nothing. A hyphen begins a pre-release. Numbers have any length; words are
//! compared as they are written.
//!
//! Source of the rules: RubyGems, `Gem::Version`, which a test asks.

use std::cmp::Ordering;

use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The order of gems.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "gem", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    if is_version(version) {
        return Ok(());
    }
    Err(InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    check(a)?;
    check(b)?;
    let [a, b] = [a, b].map(|version| version.trim().replace('-', ".pre."));
    let [a, b] = [segments(&a), segments(&b)];
    let length = a.len().max(b.len());
    let orders = (0..length).map(|place| at(&a, place).compare(at(&b, place)));
    Ok(orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
}

fn at<'a>(segments: &[Segment<'a>], place: usize) -> Segment<'a> {
    segments.get(place).copied().unwrap_or(Segment::Number("0"))
}

/// Digits, then parts of digits and letters after dots, then, after a hyphen, parts that may have hyphens. Blanks around it do
/// not matter.
fn is_version(version: &str) -> bool {
    let text = version.trim_matches(is_blank);
    let (numbers, pre) = match text.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (text, None),
    };
    let mut parts = numbers.split('.');
    let is_word = |part: &str, more: &[u8]| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    parts.next().is_some_and(digits::is_number)
        && parts.all(|part| is_word(part, b""))
        && pre.is_none_or(|pre| pre.split('.').all(|part| is_word(part, b"-")))
}

/// What Ruby's regular expressions take for white space.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment<'a> {
    Number(&'a str),
    Word(&'a str),
}

impl Segment<'_> {
    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => digits::compare(a, b),
            (Self::Word(a), Self::Word(b)) => a.cmp(b),
            (Self::Number(_), Self::Word(_)) => Ordering::Greater,
            (Self::Word(_), Self::Number(_)) => Ordering::Less,
        }
    }

    fn is_zero(self) -> bool {
        self.compare(Self::Number("0")).is_eq()
    }
}

/// The segments without the zeros that say nothing.
fn segments(version: &str) -> Vec<Segment<'_>> {
    let mut segments: Vec<Segment<'_>> = Vec::new();
    let mut rest = version;
    let mut has_word = false;
    while let Some(first) = rest.bytes().next() {
        let is_number = first.is_ascii_digit();
        let is_alike = |byte: &u8| byte.is_ascii_alphanumeric() && byte.is_ascii_digit() == is_number;
        let end = rest.bytes().take_while(is_alike).count().max(1);
        let (part, after) = rest.split_at_checked(end).unwrap_or_default();
        rest = after;
        match (is_number, first.is_ascii_alphabetic()) {
            (true, _) => segments.push(Segment::Number(part)),
            (false, true) => {
                if !has_word {
                    strip(&mut segments);
                }
                has_word = true;
                segments.push(Segment::Word(part));
            }
            (false, false) => {}
        }
    }
    strip(&mut segments);
    segments
}

fn strip(segments: &mut Vec<Segment<'_>>) {
    while segments.last().is_some_and(|segment| segment.is_zero()) {
        segments.pop();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_an_order(a in "[0-2](\\.[0-2a-b]{1,2}){0,3}", b in "[0-2](\\.[0-2a-b]{1,2}){0,3}", c in "[0-2](\\.[0-2a-b]{1,2}){0,3}") {
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
