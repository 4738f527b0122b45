//! The order of Python's versions: `[epoch!]release[pre][post][dev][+local]`, as pip orders them.
//!
//! The epoch decides, then the release without the zeros at its end, then: a development release is before pre-releases,
//! those are before the release, and that is before post-releases; a development release of any of these is before it. A
//! local label is after none; within it numbers are after words. Numbers have any length. Text that follows no rule is
//! refused: pip has installed none such since version 24.1.
//!
//! Source of the rules: PEP 440 (“Version specifiers” of the Python Packaging User Guide), with all that it asks to
//! normalise, and the library `packaging`, which a test asks.

use std::cmp::Ordering;

use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The order of Python's versions.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "pep440", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version, &version.to_ascii_lowercase()).map(|_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    let [small_a, small_b] = [a, b].map(str::to_ascii_lowercase);
    Ok(read(a, &small_a)?.compare(&read(b, &small_b)?))
}

/// A version without its local label; `None` where it has none.
pub(super) fn public(version: &str) -> Option<&str> {
    version.split_once('+').map(|(public, _)| public)
}

fn read<'a>(written: &str, small: &'a str) -> Result<Version<'a>, InvalidVersion> {
    let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: written.to_owned() };
    Version::read(small).ok_or_else(invalid)
}

/// A version, taken apart.
struct Version<'a> {
    epoch: &'a str,
    /// Without zeros at the end.
    release: Vec<&'a str>,
    /// The letter, and the number; an absent number is 0.
    pre: Option<(u8, &'a str)>,
    post: Option<&'a str>,
    dev: Option<&'a str>,
    local: Option<Vec<&'a str>>,
}

/// How the phases of a pre-release are written, the longer in front.
const PHASES: [(&str, u8); 8] = [
    ("alpha", b'a'),
    ("a", b'a'),
    ("beta", b'b'),
    ("b", b'b'),
    ("preview", b'r'),
    ("pre", b'r'),
    ("c", b'r'),
    ("rc", b'r'),
];

const SEPARATORS: [char; 3] = ['-', '_', '.'];

impl<'a> Version<'a> {
    /// Reads small letters.
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (text, local) = match text.split_once('+') {
            Some((text, label)) => (text, Some(local(label)?)),
            None => (text, None),
        };
        let mut rest = text.strip_prefix('v').unwrap_or(text);
        let epoch = match rest.split_once('!') {
            Some((epoch, after)) if digits::is_number(epoch) => {
                rest = after;
                epoch
            }
            Some(_) => return None,
            None => "",
        };
        let release = release(&mut rest)?;
        let pre = labelled(&mut rest, &PHASES);
        let post = implicit_post(&mut rest)
            .or_else(|| labelled(&mut rest, &[("post", 0), ("rev", 0), ("r", 0)]).map(|(_, number)| number));
        let dev = labelled(&mut rest, &[("dev", 0)]).map(|(_, number)| number);
        rest.is_empty().then_some(Self { epoch, release, pre, post, dev, local })
    }

    fn compare(&self, other: &Self) -> Ordering {
        digits::compare(self.epoch, other.epoch)
            .then_with(|| compare_releases(&self.release, &other.release))
            .then_with(|| self.pre_key().compare(&other.pre_key()))
            .then_with(|| optional(self.post, other.post, Ordering::Less))
            .then_with(|| optional(self.dev, other.dev, Ordering::Greater))
            .then_with(|| compare_locals(self.local.as_deref(), other.local.as_deref()))
    }

    fn pre_key(&self) -> PreKey<'a> {
        match (self.pre, self.post, self.dev) {
            (Some((phase, number)), _, _) => PreKey::Pre(phase, number),
            (None, None, Some(_)) => PreKey::Development,
            (None, _, _) => PreKey::Final,
        }
    }
}

/// Where a version stands around its release.
enum PreKey<'a> {
    Development,
    Pre(u8, &'a str),
    Final,
}

impl PreKey<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::Development => 0,
            Self::Pre(..) => 1,
            Self::Final => 2,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Pre(phase, number), Self::Pre(other_phase, other_number)) => {
                phase.cmp(other_phase).then_with(|| digits::compare(number, other_number))
            }
            (Self::Development | Self::Pre(..) | Self::Final, _) => self.rank().cmp(&other.rank()),
        }
    }
}

fn release<'a>(rest: &mut &'a str) -> Option<Vec<&'a str>> {
    let mut release = vec![Some(digits::take(rest)).filter(|digits| !digits.is_empty())?];
    while let Some(mut after) = rest.strip_prefix('.')
        && after.starts_with(|character: char| character.is_ascii_digit())
    {
        release.push(digits::take(&mut after));
        *rest = after;
    }
    while release.len() > 1 && release.last().is_some_and(|last| last.bytes().all(|byte| byte == b'0')) {
        release.pop();
    }
    Some(release)
}

/// `[-_.]?WORD[-_.]?[0-9]*`
fn labelled<'a>(rest: &mut &'a str, words: &[(&str, u8)]) -> Option<(u8, &'a str)> {
    let start = rest.strip_prefix(SEPARATORS).unwrap_or(rest);
    let (mut after, value) =
        words.iter().find_map(|(word, value)| Some((start.strip_prefix(word)?, *value)))?;
    after = after.strip_prefix(SEPARATORS).unwrap_or(after);
    let number = digits::take(&mut after);
    *rest = after;
    Some((value, number))
}

/// `-N` is the post-release N.
fn implicit_post<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let mut after = rest.strip_prefix('-')?;
    let number = Some(digits::take(&mut after)).filter(|number| !number.is_empty())?;
    *rest = after;
    Some(number)
}

fn local(label: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = label.split(SEPARATORS).collect();
    let is_part = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    parts.iter().all(is_part).then_some(parts)
}

fn compare_releases(a: &[&str], b: &[&str]) -> Ordering {
    let unequal = a.iter().zip(b).map(|(a, b)| digits::compare(a, b)).find(|order| order.is_ne());
    unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// `absent` is the order of what has no number against what has one.
fn optional(a: Option<&str>, b: Option<&str>, absent: Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => digits::compare(a, b),
        (None, Some(_)) => absent,
        (Some(_), None) => absent.reverse(),
        (None, None) => Ordering::Equal,
    }
}

fn compare_locals(a: Option<&[&str]>, b: Option<&[&str]>) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return a.is_some().cmp(&b.is_some()) };
    let compare = |(a, b): (&&str, &&str)| match (digits::is_number(a), digits::is_number(b)) {
        (true, true) => digits::compare(a, b),
        (false, false) => a.cmp(b),
        (a, b) => a.cmp(&b),
    };
    let unequal = a.iter().zip(b).map(compare).find(|order| order.is_ne());
    unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests;
