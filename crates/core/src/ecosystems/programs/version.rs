//! A plain order of versions, for programs that say nothing of theirs: numbers as numbers, and what is between them as text.
//!
//! It is a fallback, and no tool's: what comes after a word (`rc1`) or a release is not known of all alike. No advisory is judged by
//! it.

use std::cmp::Ordering;

use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The plain order.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "plain", check, compare };

/// A version begins with a digit, and has no blanks and no control characters.
fn check(version: &str) -> Result<(), InvalidVersion> {
    let is_plain = version.starts_with(|first: char| first.is_ascii_digit())
        && !version.contains(|one: char| one.is_whitespace() || one.is_control());
    if is_plain {
        Ok(())
    } else {
        Err(InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
    }
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    check(a)?;
    check(b)?;
    let [mut a, mut b] = [a, b];
    while !(a.is_empty() && b.is_empty()) {
        let numbers = digits::compare(digits::take(&mut a), digits::take(&mut b));
        let order = numbers.then_with(|| text(&mut a).cmp(text(&mut b)));
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

/// Takes the text up to the next digit away.
fn text<'a>(version: &mut &'a str) -> &'a str {
    let end = version.find(|one: char| one.is_ascii_digit()).unwrap_or(version.len());
    let (text, rest) = version.split_at_checked(end).unwrap_or_default();
    *version = rest;
    text
}
