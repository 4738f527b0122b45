//! The order of PHP's packages, as Composer reads versions and PHP compares them.
//!
//! A version is up to four numbers, or a date, then a stability with numbers of its own, then perhaps `dev`. A development
//! version of a row of releases (`1.x-dev`) is after all of them. Branches (`dev-main`) have no order, and are refused.
//!
//! Source of the rules: Composer's library `semver` (`VersionParser::normalize`, `Constraint::versionCompare`), which a test asks;
//! PHP's manual, “`version_compare`”.

use std::cmp::Ordering;

use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The order of Composer's packages.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "composer", check, compare };

/// What stands for `x` in a row of releases.
const ANY: i64 = 9_999_999;

/// Where a number stands among words; see [`rank`].
const NUMBER: i8 = 4;

/// One part of a version, as PHP compares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// PHP's numbers end at 64 bits; larger ones are the largest.
    Number(i64),
    /// The rank of a word.
    Word(i8),
}

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (read(a)?, read(b)?);
    let unequal = a.iter().zip(&b).map(|(a, b)| compare_parts(*a, *b)).find(|order| order.is_ne());
    let longer = || match (a.get(b.len()), b.get(a.len())) {
        (Some(part), _) => against_end(*part),
        (None, Some(part)) => against_end(*part).reverse(),
        (None, None) => Ordering::Equal,
    };
    Ok(unequal.unwrap_or_else(longer))
}

fn compare_parts(a: Part, b: Part) -> Ordering {
    match (a, b) {
        (Part::Number(a), Part::Number(b)) => a.cmp(&b),
        (Part::Word(a), Part::Word(b)) => a.cmp(&b),
        (Part::Number(_), Part::Word(word)) => NUMBER.cmp(&word),
        (Part::Word(word), Part::Number(_)) => word.cmp(&NUMBER),
    }
}

fn against_end(part: Part) -> Ordering {
    match part {
        Part::Number(_) => Ordering::Greater,
        Part::Word(word) => word.cmp(&NUMBER),
    }
}

fn read(version: &str) -> Result<Vec<Part>, InvalidVersion> {
    parts(version).ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn parts(version: &str) -> Option<Vec<Part>> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b',';
    let text = version.trim().to_ascii_lowercase();
    if !text.bytes().all(is_plain) || text.starts_with("dev-") {
        return None;
    }
    let stabilities = ["@stable", "@rc", "@beta", "@alpha", "@dev"];
    let text = stabilities.iter().find_map(|stability| text.strip_suffix(stability)).unwrap_or(&text);
    // Only small letters mean a stable version; others are a word that nobody knows.
    let is_stable = version.contains("stable");
    let text = text
        .split_once('+')
        .filter(|(before, build)| !before.is_empty() && !build.is_empty())
        .map_or(text, |(before, _)| before);
    let plain = text.strip_prefix('v').unwrap_or(text);
    let modified = |(mut parts, modifier): (Vec<Part>, &str)| {
        parts.extend(modifiers(modifier, is_stable)?);
        Some(parts)
    };
    let classical = classical(plain).and_then(modified);
    classical.or_else(|| dated(plain).and_then(modified)).or_else(|| row(text))
}

/// One to four numbers, of which missing ones are 0, and what follows.
fn classical(text: &str) -> Option<(Vec<Part>, &str)> {
    let mut rest = text;
    let first = digits::take(&mut rest);
    if !(1..=5).contains(&first.len()) {
        return None;
    }
    let mut parts = vec![number(first)];
    while parts.len() < 4 {
        let mut after = rest.strip_prefix('.').unwrap_or_default();
        let digits = digits::take(&mut after);
        if digits.is_empty() {
            break;
        }
        parts.push(number(digits));
        rest = after;
    }
    parts.resize(4, Part::Number(0));
    Some((parts, rest))
}

/// A year, one to six pairs of digits, and perhaps up to three digits more; and what follows.
fn dated(text: &str) -> Option<(Vec<Part>, &str)> {
    let is_date = |byte: &u8| byte.is_ascii_digit() || b".:-".contains(byte);
    let run = text.bytes().take_while(is_date).count();
    let end = text.get(..run)?.rfind(|last: char| last.is_ascii_digit())? + 1;
    let (date, rest) = text.split_at_checked(end)?;
    let (_, mut more) = date.split_at_checked(4).filter(|(year, _)| digits::is_number(year))?;
    let mut is_whole = false;
    for _ in 0..6 {
        let pair = more.strip_prefix(['.', ':', '-']).unwrap_or(more);
        let Some((_, after)) = pair.split_at_checked(2).filter(|(pair, _)| digits::is_number(pair)) else {
            break;
        };
        let last = after.strip_prefix(['.', ':', '-']).unwrap_or(after);
        is_whole |= after.is_empty() || (last.len() <= 3 && digits::is_number(last));
        more = after;
    }
    is_whole.then(|| (date.split(['.', ':', '-']).map(number).collect(), rest))
}

/// `[-]STABILITY[NUMBERS][-dev]`, of which each may be missing.
fn modifiers(text: &str, is_stable: bool) -> Option<Vec<Part>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let after_separator = text.strip_prefix(['.', '_', '-']);
    after_separator.and_then(|text| modifier(text, is_stable)).or_else(|| modifier(text, is_stable))
}

fn modifier(text: &str, is_stable: bool) -> Option<Vec<Part>> {
    const STABILITIES: [&str; 9] = ["stable", "beta", "b", "rc", "alpha", "a", "patch", "pl", "p"];
    let with = STABILITIES.iter().find_map(|stability| {
        let mut rest = text.strip_prefix(stability)?;
        let mut parts = vec![Part::Word(rank(stability))];
        loop {
            let mut after = rest.strip_prefix(['.', '-']).unwrap_or(rest);
            let digits = digits::take(&mut after);
            if digits.is_empty() {
                break;
            }
            parts.push(number(digits));
            rest = after;
        }
        parts.extend(development(rest)?);
        Some(if *stability == "stable" && is_stable { Vec::new() } else { parts })
    });
    with.or_else(|| development(text))
}

/// Nothing, or `dev`.
fn development(text: &str) -> Option<Vec<Part>> {
    match text.strip_prefix(['.', '-']).unwrap_or(text) {
        "dev" => Some(vec![Part::Word(rank("dev"))]),
        _ if text.is_empty() => Some(Vec::new()),
        _ => None,
    }
}

/// A row of releases: `1.x-dev`, `1.2.*-dev`.
fn row(text: &str) -> Option<Vec<Part>> {
    let row = text.strip_suffix("dev")?;
    let row = row.strip_suffix(['.', '-']).unwrap_or(row);
    let row = row.strip_prefix('v').unwrap_or(row);
    let mut numbers = row.split('.');
    let mut parts = vec![number(numbers.next().filter(|first| digits::is_number(first))?)];
    for part in numbers {
        parts.push(match part {
            "x" | "*" => Part::Number(ANY),
            digits => number(Some(digits).filter(|digits| digits::is_number(digits))?),
        });
    }
    let is_short = parts.len() <= 4;
    parts.resize(4, Part::Number(ANY));
    parts.push(Part::Word(rank("dev")));
    is_short.then_some(parts)
}

fn number(digits: &str) -> Part {
    Part::Number(digits.parse().unwrap_or(i64::MAX))
}

/// The order of words, in which numbers have the place [`NUMBER`]. Unknown ones come first.
fn rank(word: &str) -> i8 {
    match word {
        "dev" => 0,
        "alpha" | "a" => 1,
        "beta" | "b" => 2,
        "rc" => 3,
        "patch" | "pl" | "p" => 5,
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_an_order(
            a in "[0-2](\\.[0-2]){0,3}(-(alpha|RC|p)[0-2]?)?(-dev)?",
            b in "[0-2](\\.[0-2]){0,3}(-(alpha|RC|p)[0-2]?)?(-dev)?",
            c in "[0-2](\\.[0-2]){0,3}(-(alpha|RC|p)[0-2]?)?(-dev)?",
        ) {
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
