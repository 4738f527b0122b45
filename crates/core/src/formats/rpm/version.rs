//! The order of rpm versions: `[epoch:]version[-release]`, as rpm compares them.
//!
//! The epochs decide, then the versions, then the releases. A missing epoch is 0. A version with a release is newer than
//! the same one without, so that the order stays one; whoever wants “any release” has to say so.
//!
//! A version is read as a row of segments, digits or letters; every other character only separates. Two rows are compared
//! segment by segment, and the first difference decides: `~` comes before the end, the end before `^`, `^` before letters,
//! letters before digits. Numbers have any length.
//!
//! rpm's comparison takes any text. Refused is what rpm takes for no version where it reads one: nothing at all, an
//! unknown character, a second `-`, an epoch that is no number.
//!
//! Source of the rules: rpm-version(7), and the function `vercmp` that rpm offers to Lua.

use std::cmp::Ordering;

use crate::version::{InvalidVersion, VersionOrder};

/// The order of rpm versions.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "rpm", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    Parts::read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (Parts::read(a)?, Parts::read(b)?);
    Ok(compare_segments(a.epoch, b.epoch).then_with(|| compare_segments(a.version, b.version)).then_with(
        || match (a.release, b.release) {
            (Some(a), Some(b)) => compare_segments(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
    ))
}

/// A version, taken apart.
struct Parts<'a> {
    epoch: &'a [u8],
    version: &'a [u8],
    release: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, InvalidVersion> {
        let (epoch, rest) = match text.split_once(':') {
            // rpm writes nothing before the colon where it means 0.
            Some(("", rest)) => ("0", rest),
            Some((epoch, rest)) => (epoch, rest),
            None => ("0", text),
        };
        let (version, release) = match rest.split_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        let sound = epoch.bytes().all(|byte| byte.is_ascii_digit())
            && is_plain(version)
            && release.is_none_or(is_plain);
        if !sound {
            return Err(InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() });
        }
        let release = release.map(str::as_bytes);
        Ok(Self { epoch: epoch.as_bytes(), version: version.as_bytes(), release })
    }
}

/// Whether a version or a release has characters, and only those that rpm lets a package have.
fn is_plain(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._+~^%{}".contains(&byte);
    !text.is_empty() && text.bytes().all(known)
}

/// What stands at one place of a version, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a [u8]),
    /// Digits without leading zeros, by their number first.
    Digits(usize, &'a [u8]),
}

fn compare_segments(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (one, other) = (next(&mut left), next(&mut right));
        if one != other || one == Segment::End {
            return one.cmp(&other);
        }
    }
}

/// Takes the next segment off; [`Segment::End`] again and again after the last.
fn next<'a>(rest: &mut &'a [u8]) -> Segment<'a> {
    loop {
        match *rest {
            [] => return Segment::End,
            [b'~', after @ ..] => {
                *rest = after;
                return Segment::Tilde;
            }
            [b'^', after @ ..] => {
                *rest = after;
                return Segment::Caret;
            }
            [b'0'..=b'9', ..] => {
                let digits = take(rest, u8::is_ascii_digit);
                let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
                let digits = digits.get(zeros..).unwrap_or_default();
                return Segment::Digits(digits.len(), digits);
            }
            [first, ..] if first.is_ascii_alphabetic() => {
                return Segment::Letters(take(rest, u8::is_ascii_alphabetic));
            }
            [_, after @ ..] => *rest = after,
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], class: fn(&u8) -> bool) -> &'a [u8] {
    let length = rest.iter().take_while(|byte| class(byte)).count();
    let (taken, after) = rest.split_at_checked(length).unwrap_or_default();
    *rest = after;
    taken
}

#[cfg(test)]
mod tests;
