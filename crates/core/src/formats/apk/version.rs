//! The order of apk versions, as apk-tools 3 has it.
//!
//! A version is `digits{.digits}…{letter}{_suffix{digits}}…{~hash}{-rDIGITS}`. It is read as a row of tokens, and two
//! rows are compared token by token; the first difference decides. What does not follow the pattern to its end is no
//! version: apk-tools 2 and 3 order such text differently, so there is no truth to report.
//!
//! Numbers have any length here; apk-tools reckons in 64 bits, which no real version exceeds.
//!
//! Source of the rules: `apk version -t` and `-c` of apk-tools 3.0.

use std::cmp::Ordering;

use crate::version::{InvalidVersion, VersionOrder};

/// The order of apk versions.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "apk", check, compare };

/// The suffixes, in their order. Those before [`PLAIN`] come before the version without suffix, the others after it.
const SUFFIXES: [&[u8]; 9] = [b"alpha", b"beta", b"pre", b"rc", b"cvs", b"svn", b"git", b"hg", b"p"];

/// Index in [`SUFFIXES`] of the first suffix that comes after the version without suffix.
const PLAIN: usize = 4;

fn check(version: &str) -> Result<(), InvalidVersion> {
    Tokens::new(version).finish()
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (mut left, mut right) = (Tokens::new(a), Tokens::new(b));
    let order = loop {
        let (one, other) = (left.next()?, right.next()?);
        let order = one.compare(other);
        if order != Ordering::Equal || one == Token::End {
            break order;
        }
    };
    left.finish()?;
    right.finish()?;
    Ok(order)
}

/// A part of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// The digits that every version begins with.
    First(&'a [u8]),
    /// Digits after a dot.
    Digits(&'a [u8]),
    Letter(u8),
    /// Index in [`SUFFIXES`].
    Suffix(usize),
    SuffixNumber(&'a [u8]),
    Hash(&'a [u8]),
    Revision(&'a [u8]),
    End,
}

impl Token<'_> {
    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::First(a), Self::First(b))
            | (Self::SuffixNumber(a), Self::SuffixNumber(b))
            | (Self::Revision(a), Self::Revision(b)) => compare_numbers(a, b),
            (Self::Digits(a), Self::Digits(b)) => compare_components(a, b),
            (Self::Letter(a), Self::Letter(b)) => a.cmp(&b),
            (Self::Suffix(a), Self::Suffix(b)) => a.cmp(&b),
            (Self::Hash(a), Self::Hash(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// The order of what may follow equal beginnings: a version that goes on is newer than one that ends, unless it
    /// goes on with a suffix for what comes before.
    fn rank(self) -> u8 {
        match self {
            Self::Suffix(suffix) if suffix < PLAIN => 0,
            Self::End => 1,
            Self::Revision(_) => 2,
            Self::Hash(_) => 3,
            Self::SuffixNumber(_) => 4,
            Self::Suffix(_) => 5,
            Self::Letter(_) => 6,
            Self::Digits(_) => 7,
            Self::First(_) => 8,
        }
    }
}

/// Digits as a number of any size.
fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (significant(a), significant(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

/// Digits after a dot: with a leading zero on either side they are a fraction (1.01 < 1.1), else a number.
fn compare_components(a: &[u8], b: &[u8]) -> Ordering {
    if a.starts_with(b"0") || b.starts_with(b"0") { a.cmp(b) } else { compare_numbers(a, b) }
}

/// Where in the pattern a version has been read to: the kind of its last token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Start,
    Digits,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

/// Reads a version token by token, from the front.
struct Tokens<'a> {
    version: &'a str,
    rest: &'a [u8],
    place: Place,
}

impl<'a> Tokens<'a> {
    fn new(version: &'a str) -> Self {
        Self { version, rest: version.as_bytes(), place: Place::Start }
    }

    /// The next token; [`Token::End`] again and again after the last.
    fn next(&mut self) -> Result<Token<'a>, InvalidVersion> {
        let token = match (self.place, self.rest) {
            (Place::Start, _) => self.digits(self.rest, Place::Digits).map(Token::First),
            (_, []) => Some(Token::End),
            (Place::Digits, [b'.', rest @ ..]) => self.digits(rest, Place::Digits).map(Token::Digits),
            (Place::Digits, [letter @ b'a'..=b'z', rest @ ..]) => {
                self.advance(rest, Place::Letter);
                Some(Token::Letter(*letter))
            }
            (Place::Suffix, [b'0'..=b'9', ..]) => {
                self.digits(self.rest, Place::SuffixNumber).map(Token::SuffixNumber)
            }
            (place, [b'_', rest @ ..]) if place <= Place::SuffixNumber => self.suffix(rest),
            (place, [b'~', rest @ ..]) if place < Place::Hash => self.hash(rest),
            (place, [b'-', b'r', rest @ ..]) if place < Place::Revision => {
                self.digits(rest, Place::Revision).map(Token::Revision)
            }
            _ => None,
        };
        token.ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: self.version.to_owned() })
    }

    /// Reads to the end, so that a version counts as one only as a whole.
    fn finish(mut self) -> Result<(), InvalidVersion> {
        while self.next()? != Token::End {}
        Ok(())
    }

    fn advance(&mut self, rest: &'a [u8], place: Place) {
        self.rest = rest;
        self.place = place;
    }

    /// At least one character of the class.
    fn take(&mut self, from: &'a [u8], place: Place, class: fn(&u8) -> bool) -> Option<&'a [u8]> {
        let length = from.iter().take_while(|byte| class(byte)).count();
        let (taken, rest) = from.split_at_checked(length)?;
        self.advance(rest, place);
        (!taken.is_empty()).then_some(taken)
    }

    fn digits(&mut self, from: &'a [u8], place: Place) -> Option<&'a [u8]> {
        self.take(from, place, u8::is_ascii_digit)
    }

    fn hash(&mut self, from: &'a [u8]) -> Option<Token<'a>> {
        self.take(from, Place::Hash, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).map(Token::Hash)
    }

    fn suffix(&mut self, from: &'a [u8]) -> Option<Token<'a>> {
        let word = self.take(from, Place::Suffix, u8::is_ascii_lowercase)?;
        SUFFIXES.iter().position(|suffix| *suffix == word).map(Token::Suffix)
    }
}

#[cfg(test)]
mod tests;
