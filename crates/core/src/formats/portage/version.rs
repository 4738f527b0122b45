//! The order of the versions of ebuilds: `1.2.3b_rc4_p5-r6`.
//!
//! Numbers decide first: the first of them as a whole number; each further one too, unless one of the two begins with a zero,
//! then both are read as what follows a decimal point. More numbers are newer. Then the letter, then the suffixes, `_alpha`,
//! `_beta`, `_pre` and `_rc` before none and `_p` after it, each with its number, and last the revision. A suffix without
//! number has 0, and so has a version without revision. Numbers have any length.
//!
//! Source of the rules: the Package Manager Specification (EAPI 8), “Version Specifications” and “Version Comparison”.

use std::cmp::Ordering;

use crate::version::{InvalidVersion, VersionOrder};

/// The order of the versions of ebuilds.
pub const VERSIONS: VersionOrder = VersionOrder { scheme: "ebuild", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    Parts::read(version).map(|_| ())
}

pub(super) fn is_valid(version: &str) -> bool {
    check(version).is_ok()
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (Parts::read(a)?, Parts::read(b)?);
    Ok(a.compare_upstream(&b).then_with(|| compare_whole(a.revision, b.revision)))
}

/// A version as an advisory's author wrote it, and its revision apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) struct Written {
    /// Without revision.
    pub(in crate::formats) upstream: String,
    /// 0 where it has none.
    pub(in crate::formats) revision: u64,
}

/// Takes a version apart; the error is of one that is none, or whose revision is higher than any.
pub(in crate::formats) fn written(version: &str) -> Result<Written, InvalidVersion> {
    let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() };
    let revision = Parts::read(version)?.revision;
    let number = if revision.is_empty() { 0 } else { revision.parse().map_err(|_too_long| invalid())? };
    let upstream = version.rsplit_once("-r").map_or(version, |(upstream, _)| upstream);
    Ok(Written { upstream: upstream.to_owned(), revision: number })
}

/// What a suffix says, in order. A version that ends counts between [`Kind::Candidate`] and [`Kind::Patch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Alpha,
    Beta,
    Preview,
    Candidate,
    Patch,
}

/// A version, taken apart.
struct Parts<'a> {
    numbers: Vec<&'a str>,
    letter: Option<char>,
    suffixes: Vec<(Kind, &'a str)>,
    revision: &'a str,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, InvalidVersion> {
        Self::taken_apart(text)
            .ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() })
    }

    fn taken_apart(text: &'a str) -> Option<Self> {
        let (upstream, revision) = match text.rsplit_once("-r") {
            Some((upstream, revision)) => (upstream, is_number(revision).then_some(revision)?),
            None => (text, ""),
        };
        let mut pieces = upstream.split('_');
        let main = pieces.next()?;
        let numbers = main.strip_suffix(|one: char| one.is_ascii_lowercase()).unwrap_or(main);
        let letter = main.strip_prefix(numbers)?.chars().next();
        let numbers: Vec<&str> = numbers.split('.').collect();
        let suffixes = pieces.map(suffix).collect::<Option<_>>()?;
        numbers.iter().all(|one| is_number(one)).then_some(Self { numbers, letter, suffixes, revision })
    }

    fn compare_upstream(&self, other: &Self) -> Ordering {
        compare_numbers(&self.numbers, &other.numbers)
            .then(self.letter.cmp(&other.letter))
            .then_with(|| compare_suffixes(&self.suffixes, &other.suffixes))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn suffix(text: &str) -> Option<(Kind, &str)> {
    let word = text.trim_end_matches(|one: char| one.is_ascii_digit());
    let kind = match word {
        "alpha" => Kind::Alpha,
        "beta" => Kind::Beta,
        "pre" => Kind::Preview,
        "rc" => Kind::Candidate,
        "p" => Kind::Patch,
        _ => return None,
    };
    Some((kind, text.strip_prefix(word)?))
}

fn compare_numbers(a: &[&str], b: &[&str]) -> Ordering {
    let mut pairs = a.iter().zip(b);
    let first = pairs.next().map_or(Ordering::Equal, |(a, b)| compare_whole(a, b));
    pairs.fold(first, |order, (a, b)| order.then_with(|| compare_further(a, b))).then(a.len().cmp(&b.len()))
}

fn compare_whole(a: &str, b: &str) -> Ordering {
    let [a, b] = [a, b].map(|digits| digits.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn compare_further(a: &str, b: &str) -> Ordering {
    if a.starts_with('0') || b.starts_with('0') {
        let [a, b] = [a, b].map(|digits| digits.trim_end_matches('0'));
        return a.cmp(b);
    }
    compare_whole(a, b)
}

fn compare_suffixes(a: &[(Kind, &str)], b: &[(Kind, &str)]) -> Ordering {
    for ((kind, number), (other, other_number)) in a.iter().zip(b) {
        let order = kind.cmp(other).then_with(|| compare_whole(number, other_number));
        if order != Ordering::Equal {
            return order;
        }
    }
    let further =
        |more: &[(Kind, &str)], length: usize| more.get(length).map(|(kind, _)| *kind == Kind::Patch);
    match (further(a, b.len()), further(b, a.len())) {
        (None, None) => Ordering::Equal,
        (Some(true), _) | (None, Some(false)) => Ordering::Greater,
        (Some(false), _) | (None, Some(true)) => Ordering::Less,
    }
}
