//! The order of pacman's versions: `[epoch:]pkgver-pkgrel`, as vercmp compares them.
//!
//! The epochs decide, then the versions, then the releases. A missing epoch is 0. Each is read as a row of segments, digits
//! or letters, with separators in front of each. The first difference decides: more separators in front of a segment are
//! newer than fewer, whatever follows; digits are newer than letters; what goes on with letters is older than what ends, and
//! what goes on with anything else is newer. Numbers have any length.
//!
//! pacman takes a version without a release for equal to every release of it, which would be no order. Packages always have
//! one, so that a version without is refused.
//!
//! Source of the rules: vercmp(8), PKGBUILD(5), and the program vercmp itself, which a test asks.

use std::cmp::Ordering;

use crate::version::{InvalidVersion, VersionOrder};

/// The order of pacman's versions.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "alpm", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    Parts::read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (Parts::read(a)?, Parts::read(b)?);
    Ok(compare_rows(a.epoch, b.epoch)
        .then_with(|| compare_rows(a.version, b.version))
        .then_with(|| compare_rows(a.release, b.release)))
}

/// A version, taken apart.
struct Parts<'a> {
    epoch: &'a [u8],
    version: &'a [u8],
    release: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, InvalidVersion> {
        let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() };
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (epoch, rest),
            None => ("0", text),
        };
        let (version, release) = rest.rsplit_once('-').ok_or_else(invalid)?;
        let is_number = !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !is_plain(version) || !is_plain(release) {
            return Err(invalid());
        }
        Ok(Self { epoch: epoch.as_bytes(), version: version.as_bytes(), release: release.as_bytes() })
    }
}

/// Whether it says something, without what PKGBUILD(5) keeps out of versions: colons, slashes, hyphens, blanks.
fn is_plain(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b":/-".contains(&byte))
}

fn compare_rows(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (a, b);
    while !left.is_empty() && !right.is_empty() {
        let separators =
            [&mut left, &mut right].map(|rest| take(rest, |byte| !byte.is_ascii_alphanumeric()).len());
        if left.is_empty() || right.is_empty() {
            break;
        }
        let [one, other] = separators;
        let (digits, others_digits) =
            (take(&mut left, u8::is_ascii_digit), take(&mut right, u8::is_ascii_digit));
        let order = one.cmp(&other).then_with(|| match (digits.is_empty(), others_digits.is_empty()) {
            (false, false) => compare_numbers(digits, others_digits),
            (true, true) => {
                let letters = [&mut left, &mut right].map(|rest| take(rest, u8::is_ascii_alphabetic));
                let [one, other] = letters;
                one.cmp(other)
            }
            (one, other) => other.cmp(&one),
        });
        if order != Ordering::Equal {
            return order;
        }
    }
    compare_ends(left, right)
}

fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let [a, b] = [a, b].map(|digits| {
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        digits.get(zeros..).unwrap_or_default()
    });
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// What is left where all before is equal and one of the two has ended.
fn compare_ends(left: &[u8], right: &[u8]) -> Ordering {
    match (left.first(), right.first()) {
        (None, None) => Ordering::Equal,
        (Some(byte), _) if byte.is_ascii_alphabetic() => Ordering::Less,
        (None, Some(byte)) if !byte.is_ascii_alphabetic() => Ordering::Less,
        (Some(_), _) | (None, Some(_)) => Ordering::Greater,
    }
}

fn take<'a>(rest: &mut &'a [u8], class: fn(&u8) -> bool) -> &'a [u8] {
    let length = rest.iter().take_while(|byte| class(byte)).count();
    let (taken, after) = rest.split_at_checked(length).unwrap_or_default();
    *rest = after;
    taken
}
