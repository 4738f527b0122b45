//! Searches the bytes of a program, once, for the signs of all that are known; and once more, for versions that stand alone,
//! where such a sign was found.

use std::{collections::BTreeSet, io, ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use super::{
    super::{
        bytes::{Bytes, Trouble},
        limits,
    },
    KNOWN, Known, Proof, Proven,
};

/// No sign is within another, so that the first is the one that ends first; for this kind several bytes are compared at once.
static SIGNS: LazyLock<Result<AhoCorasick, BuildError>> = LazyLock::new(|| {
    let signs = KNOWN.iter().map(|known| known.proof.sign());
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(signs)
});

/// Whoever built a program whose own word of it cannot be read.
const NOBODY_KNOWS: &str = "a builder whose name cannot be read";

/// A part of a program, with what stands around it, and where in that it is itself.
struct Part {
    bytes: Vec<u8>,
    own: Range<usize>,
}

/// What the bytes of a program prove.
pub(in super::super) fn search(bytes: &mut Bytes<'_>) -> Result<Vec<Proven>, Trouble> {
    let signs = SIGNS.as_ref().map_err(|error| Trouble::Ours(io::Error::other(error.clone())))?;
    let mut found = BTreeSet::new();
    let mut marked: BTreeSet<usize> = BTreeSet::new();
    parts(bytes, |part| {
        for sign in signs.find_iter(&part.bytes).filter(|sign| part.own.contains(&sign.start())) {
            let row = sign.pattern().as_usize();
            let Some(known) = KNOWN.get(row) else { continue };
            let behind = part.bytes.get(sign.end()..).unwrap_or_default();
            let mut builder = None;
            let version = match known.proof {
                Proof::After(_) => after(behind),
                Proof::AfterWithBuilder(_) => {
                    let version = after(behind);
                    builder =
                        version.and_then(|version| behind.get(version.len()..)).and_then(in_parentheses);
                    version
                }
                Proof::Before(_) => before(part.bytes.get(..sign.start()).unwrap_or_default()),
                Proof::Alone(_) | Proof::Built(_) => {
                    marked.insert(row);
                    None
                }
            };
            let proven = version.and_then(|version| known.proven(version));
            found.extend(proven.map(|proven| Proven { builder, ..proven }));
        }
    })?;
    if !marked.is_empty() {
        let alone = Alone::find(bytes)?;
        let marked = marked.into_iter().filter_map(|row| KNOWN.get(row));
        found.extend(marked.flat_map(|known| alone.of(known)));
        if found.is_empty() && alone.is_full() {
            return Err(Trouble::Fault("it has more texts that could be its version than are looked at"));
        }
    }
    Ok(found.into_iter().take(limits::MOST_PROVEN).collect())
}

impl Known {
    /// A version of it, where the text is one.
    fn proven(&self, text: &[u8]) -> Option<Proven> {
        let text = str::from_utf8(text).ok()?.trim_end_matches(['.', '-', '+', '~', '_']);
        let is_version = text.starts_with(|first: char| first.is_ascii_digit())
            && text.matches('.').count() >= self.dots
            && !text.contains("..");
        is_version.then(|| Proven { name: self.name.to_owned(), version: text.to_owned(), builder: None })
    }
}

fn is_of_version(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".+~-_".contains(&byte)
}

/// The version in front of other bytes, where it is no longer than versions are.
fn after(bytes: &[u8]) -> Option<&[u8]> {
    let length = bytes.iter().take_while(|&&byte| is_of_version(byte)).count();
    bytes.get(..length).filter(|_| length <= limits::MOST_VERSION_LENGTH)
}

/// Who built it, as the text in parentheses right behind tells, such as `nginx-plus-r31`. One that cannot be read is somebody's all
/// the same: such a program must not be judged as the makers' own.
fn in_parentheses(bytes: &[u8]) -> Option<String> {
    let within = bytes.strip_prefix(b" (")?;
    let end = within.iter().take(limits::MOST_VERSION_LENGTH).position(|&byte| byte == b')');
    let text = end.and_then(|end| str::from_utf8(within.get(..end)?).ok());
    let text = text.filter(|text| !text.is_empty() && !text.contains(char::is_control));
    Some(text.unwrap_or(NOBODY_KNOWS).to_owned())
}

/// The version at the end of other bytes.
fn before(bytes: &[u8]) -> Option<&[u8]> {
    let length = bytes.iter().rev().take_while(|&&byte| is_of_version(byte)).count();
    bytes.get(bytes.len().saturating_sub(length)..).filter(|_| length <= limits::MOST_VERSION_LENGTH)
}

/// Hands the parts of a program over, so that each byte is once in a part itself.
fn parts(bytes: &mut Bytes<'_>, mut take: impl FnMut(&Part)) -> Result<(), Trouble> {
    if bytes.length() > limits::MOST_SEARCHED {
        return Err(Trouble::Fault("it is larger than what is searched for a version"));
    }
    let mut part = Part { bytes: Vec::new(), own: 0..0 };
    let mut place = 0;
    while place < bytes.length() {
        let start = place.saturating_sub(limits::AROUND_SIGN);
        let end = (place + limits::SEARCHED_AT_ONCE).min(bytes.length());
        bytes.fill(start, end - start + limits::AROUND_SIGN, &mut part.bytes)?;
        let [from, to] = [place - start, end - start].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        part.own = from..to;
        take(&part);
        place = end;
    }
    Ok(())
}

/// Texts that stand alone.
#[derive(Default)]
struct Alone {
    /// Those that could be versions.
    versions: BTreeSet<Vec<u8>>,
    /// Those that end as what is written of a build.
    builds: BTreeSet<Vec<u8>>,
}

impl Alone {
    fn find(bytes: &mut Bytes<'_>) -> Result<Self, Trouble> {
        let mut alone = Self::default();
        parts(bytes, |part| alone.add(part))?;
        Ok(alone)
    }

    fn add(&mut self, part: &Part) {
        let mut start = 0;
        for text in part.bytes.split(|&byte| !is_of_version(byte)) {
            let at = start;
            start += text.len() + 1;
            let is_own = part.own.contains(&at) && text.len() <= limits::MOST_VERSION_LENGTH;
            if !is_own || self.is_full() {
                continue;
            }
            let is_zero = |at: Option<usize>| at.and_then(|at| part.bytes.get(at)) == Some(&0);
            let stands_alone = is_zero(at.checked_sub(1)) && is_zero(Some(at + text.len()));
            let is_version = text.contains(&b'.') && text.first().is_some_and(u8::is_ascii_digit);
            if stands_alone && is_version {
                self.versions.insert(text.to_vec());
            } else if is_build(text) {
                self.builds.insert(text.to_vec());
            }
        }
    }

    fn is_full(&self) -> bool {
        self.versions.len() + self.builds.len() >= limits::MOST_ALONE
    }

    fn of(&self, known: &Known) -> Vec<Proven> {
        let is_built = |version: &[u8]| {
            self.builds.iter().any(|build| build.windows(version.len()).any(|part| part == version))
        };
        let asks_for_build = matches!(known.proof, Proof::Built(_));
        let versions = self.versions.iter().filter(|version| !asks_for_build || is_built(version));
        versions.filter_map(|version| known.proven(version)).collect()
    }
}

/// Whether a text ends in the second of a build, a digit, and the eight of a commit or zeros for none.
fn is_build(text: &[u8]) -> bool {
    let tail = text.len().checked_sub(limits::BUILD_BYTES).and_then(|at| text.get(at..));
    let (second, commit) = tail.and_then(|tail| tail.split_at_checked(10)).unwrap_or_default();
    !second.is_empty() && second.iter().all(u8::is_ascii_digit) && commit.iter().all(u8::is_ascii_hexdigit)
}
