//! The order of dpkg's versions, `[EPOCH:]UPSTREAM[-REVISION]`.
//!
//! What `dpkg --validate-version` refuses is no version, also where dpkg itself goes on with a warning (a version that does
//! not begin with a digit, odd characters): such text compares as something, but as nothing that its author meant.
//!
//! Source of the rules: deb-version(7), and dpkg 1.21 where the page is silent: an epoch is read as C's `strtol` reads it
//! (a sign is allowed) and fits an `int`, blanks around a version do not count.

use std::cmp::Ordering;

use crate::version::{InvalidVersion, VersionOrder};

/// The order of dpkg's versions.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "dpkg", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    parse(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (left, right) = (parse(a)?, parse(b)?);
    Ok(left
        .epoch
        .cmp(&right.epoch)
        .then_with(|| compare_parts(left.upstream, right.upstream))
        .then_with(|| compare_parts(left.revision, right.revision)))
}

/// The three parts. A revision that is not there is empty, which equals `0`.
struct Version<'a> {
    epoch: i32,
    upstream: &'a [u8],
    revision: &'a [u8],
}

fn parse(version: &str) -> Result<Version<'_>, InvalidVersion> {
    read(version).ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn read(version: &str) -> Option<Version<'_>> {
    let version = version.trim_matches(is_blank);
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) => (read_epoch(epoch)?, rest),
        None => (0, version),
    };
    let (upstream, revision) = match rest.rsplit_once('-') {
        Some((_, "")) => return None,
        Some((upstream, revision)) => (upstream, revision),
        None => (rest, ""),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'~');
    let is_sound = upstream.starts_with(|first: char| first.is_ascii_digit())
        && upstream.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b':'))
        && revision.bytes().all(plain);
    is_sound.then_some(Version { epoch, upstream: upstream.as_bytes(), revision: revision.as_bytes() })
}

/// As `strtol`: a sign, digits, nothing else.
fn read_epoch(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    (number >= 0).then_some(number)
}

/// C's `isspace`.
fn is_blank(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// Compares what is no digit by [`weight`], then what is digits as a number, in turns.
fn compare_parts(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let order = compare_text(
            split(&mut a, |byte| !byte.is_ascii_digit()),
            split(&mut b, |byte| !byte.is_ascii_digit()),
        );
        let order = order.then_with(|| {
            compare_numbers(split(&mut a, u8::is_ascii_digit), split(&mut b, u8::is_ascii_digit))
        });
        if order != Ordering::Equal || (a.is_empty() && b.is_empty()) {
            return order;
        }
    }
}

/// Takes the bytes of a class off the front.
fn split<'a>(rest: &mut &'a [u8], class: fn(&u8) -> bool) -> &'a [u8] {
    let length = rest.iter().take_while(|byte| class(byte)).count();
    let (front, back) = rest.split_at_checked(length).unwrap_or_default();
    *rest = back;
    front
}

fn compare_text(a: &[u8], b: &[u8]) -> Ordering {
    let weights = |text: &[u8], length: usize| -> Vec<u16> {
        (0..length).map(|position| text.get(position).map_or(END, weight)).collect()
    };
    let length = a.len().max(b.len());
    weights(a, length).cmp(&weights(b, length))
}

/// The weight of the end of a text: after `~`, before everything else.
const END: u16 = 1;

/// Letters come before everything else but `~`.
fn weight(byte: &u8) -> u16 {
    match byte {
        b'~' => 0,
        letter if letter.is_ascii_alphabetic() => u16::from(*letter),
        other => u16::from(*other) + 256,
    }
}

/// Digits as a number of any size; none are 0.
fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| digits.iter().take_while(|&&digit| digit == b'0').count();
    let (a, b) = (a.get(significant(a)..).unwrap_or_default(), b.get(significant(b)..).unwrap_or_default());
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests;
