//! The order of the versions of programs as their authors number them: one that holds for each of them, as far as it knows their forms.
//!
//! Numbers with dots, of which those that are missing are 0 (`15.4` of PostgreSQL is `15.4.0`), and then:
//! - a version before the release: `3.13.0rc1`, `8.4.0-alpha2`, `22.0.0-pre`, `3.4.0dev`;
//! - letters after it, as OpenSSL has them: `1.1.1w`, `1.0.2za`;
//! - what makes it no other version: `2.6.10p210` of Ruby, `17.0.9+9` of Java, `3.12.0+` of Python, the commit in
//!   `2.8.3-86e043a` of HAProxy, the certified module in `1.0.2k-fips`.
//!
//! `1.8.0_392` is how Java 8 calls 8.0.392. Anything else is no version: not of these programs, or changed by somebody.
//!
//! Sources: semver.org 2.0; PEP 440; JEP 223 and JEP 322; `version.h` and `configure` of the programs.

use std::cmp::Ordering;

use super::digits;
use crate::version::{InvalidVersion, VersionOrder};

/// The order.
pub(crate) const VERSIONS: VersionOrder = VersionOrder { scheme: "program", check, compare };

/// Fewest digits of a commit.
const COMMIT_DIGITS: usize = 7;

/// Words for what comes before a release, from the earliest.
const BEFORE: [&[&str]; 4] =
    [&["dev", "devel", "pre"], &["alpha", "a"], &["beta", "b", "preview"], &["rc", "c"]];

/// What stands behind the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage<'a> {
    /// Before the release: the place of the word in [`BEFORE`], and its number.
    Before(usize, &'a str),
    /// The release, and letters after it.
    Release(&'a str),
}

struct Version<'a> {
    numbers: Vec<&'a str>,
    stage: Stage<'a>,
}

/// Whether a version is one before a release.
pub(crate) fn is_before_release(version: &str) -> bool {
    read(version).is_ok_and(|version| matches!(version.stage, Stage::Before(..)))
}

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let (a, b) = (read(a)?, read(b)?);
    let count = a.numbers.len().max(b.numbers.len());
    let at = |version: &Version<'_>, place: usize| -> String {
        version.numbers.get(place).copied().unwrap_or_default().to_owned()
    };
    let numbers = (0..count).map(|place| digits::compare(&at(&a, place), &at(&b, place)));
    let order = numbers.fold(Ordering::Equal, Ordering::then);
    Ok(order.then_with(|| match (a.stage, b.stage) {
        (Stage::Before(word, number), Stage::Before(other, more)) => {
            word.cmp(&other).then_with(|| digits::compare(number, more))
        }
        (Stage::Before(..), Stage::Release(_)) => Ordering::Less,
        (Stage::Release(_), Stage::Before(..)) => Ordering::Greater,
        // `z` is followed by `za`.
        (Stage::Release(letters), Stage::Release(more)) => {
            letters.len().cmp(&more.len()).then_with(|| letters.cmp(more))
        }
    }))
}

fn read(version: &str) -> Result<Version<'_>, InvalidVersion> {
    let read = java(version).or_else(|| {
        // So OpenSSL calls itself that was built with its certified module.
        let mut rest = version.strip_suffix("-fips").unwrap_or(version);
        let mut numbers = vec![number(&mut rest)?];
        while let Some(mut behind) = rest.strip_prefix('.').filter(|rest| starts_with_digit(rest)) {
            numbers.push(number(&mut behind)?);
            rest = behind;
        }
        Some(Version { numbers, stage: stage(rest)? })
    });
    read.ok_or_else(|| InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

fn number<'a>(rest: &mut &'a str) -> Option<&'a str> {
    Some(digits::take(rest)).filter(|digits| !digits.is_empty())
}

/// Java up to 8: `1.8.0_392`, perhaps with its build (`-b08`).
fn java(version: &str) -> Option<Version<'_>> {
    let (feature, update) = version.strip_prefix("1.")?.split_once(".0_")?;
    let (update, build) = update.split_once("-b").unwrap_or((update, "0"));
    let are_numbers = [feature, update, build].into_iter().all(digits::is_number);
    are_numbers.then(|| Version { numbers: vec![feature, "0", update], stage: Stage::Release("") })
}

/// `None`: what stands there belongs to no version.
fn stage(rest: &str) -> Option<Stage<'_>> {
    if is_nothing(rest) || rest.strip_prefix('p').is_some_and(digits::is_number) {
        return Some(Stage::Release(""));
    }
    if let Some(stage) = before(rest) {
        return Some(stage);
    }
    let are_letters = rest.len() <= 2 && rest.bytes().all(|byte| byte.is_ascii_lowercase());
    are_letters.then_some(Stage::Release(rest))
}

/// What makes a version no other: the end, a build, a commit.
fn is_nothing(rest: &str) -> bool {
    let build = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let is_commit =
        |text: &str| text.len() >= COMMIT_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    rest.is_empty()
        || rest.strip_prefix('+').is_some_and(build)
        || rest.strip_prefix('-').is_some_and(is_commit)
}

fn before(rest: &str) -> Option<Stage<'_>> {
    let rest = rest.strip_prefix(['-', '.', '_', '~']).unwrap_or(rest);
    let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, behind) = rest.split_at_checked(length)?;
    let place = BEFORE.iter().position(|words| words.iter().any(|one| one.eq_ignore_ascii_case(word)))?;
    let mut behind = behind.strip_prefix(['.', '-']).filter(|text| starts_with_digit(text)).unwrap_or(behind);
    let number = digits::take(&mut behind);
    // A letter alone is one after a release.
    let is_whole = is_nothing(behind) && (word.len() > 1 || !number.is_empty());
    is_whole.then_some(Stage::Before(place, number))
}
