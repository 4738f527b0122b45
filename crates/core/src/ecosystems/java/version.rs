//! The order of Maven's versions, as Maven 3.9 has it (`ComparableVersion`).
//!
//! A version is a list of numbers and words, of which the last may be a list again: dots go on with a list, hyphens and changes
//! between digits and letters begin one within it. Zeros and words for the release at the end of a list say nothing. Item by
//! item, words are before lists, and lists are before numbers; known words have an order of their own, others come after them.
//! Maven compares any text. What it does not take as the version of a project is refused here, and so is what is not ASCII.
//!
//! Source of the rules: Maven's documentation, “POM Reference”, “Version Order Specification”, and Maven itself, which a test asks;
//! what a project's version may be: its model validator.

use std::cmp::Ordering;

use crate::{
    formats::digits,
    version::{InvalidVersion, VersionOrder},
};

/// The order of Maven's versions.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "maven", check, compare };

/// What no version of a project has in it: what file systems do not take, and what ranges and expressions are made of.
const REFUSED: &[u8] = b"\\/:\"<>|?*[](),${}";

/// The known words in their order. The empty one is the release.
const WORDS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", RELEASE, "sp"];

const RELEASE: &str = "";

fn check(version: &str) -> Result<(), InvalidVersion> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !REFUSED.contains(&byte);
    if !version.is_empty() && version.bytes().all(is_plain) {
        return Ok(());
    }
    Err(InvalidVersion { scheme: VERSIONS.scheme, version: version.to_owned() })
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    check(a)?;
    check(b)?;
    let [a, b] = [a, b].map(str::to_ascii_lowercase);
    Ok(compare_lists(&lists(&a), &lists(&b)))
}

/// One item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item<'a> {
    /// Digits without zeros in front, except where there are only zeros.
    Number(&'a str),
    /// A word, of which other spellings are made one.
    Word(&'a str),
}

impl<'a> Item<'a> {
    fn of(is_number: bool, text: &'a str) -> Self {
        if !is_number {
            return Self::word(text, false);
        }
        let stripped = text.trim_start_matches('0');
        Self::Number(if stripped.is_empty() { text } else { stripped })
    }

    fn word(text: &'a str, before_number: bool) -> Self {
        Self::Word(match text {
            "a" if before_number => "alpha",
            "b" if before_number => "beta",
            "m" if before_number => "milestone",
            "ga" | "final" | "release" => RELEASE,
            "cr" => "rc",
            other => other,
        })
    }

    /// The comparison with an item that is not there.
    fn against_nothing(self) -> Ordering {
        match self {
            Self::Number(number) => digits::compare(number, ""),
            Self::Word(word) => compare_words(word, RELEASE),
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                // Maven keeps numbers of up to 9, up to 18 and more digits in types of their own, of which the larger wins,
                // also where it is a row of zeros.
                size(a).cmp(&size(b)).then_with(|| digits::compare(a, b))
            }
            (Self::Word(a), Self::Word(b)) => compare_words(a, b),
            (Self::Number(_), Self::Word(_)) => Ordering::Greater,
            (Self::Word(_), Self::Number(_)) => Ordering::Less,
        }
    }
}

fn size(number: &str) -> u8 {
    match number.len() {
        0..=9 => 0,
        10..=18 => 1,
        _ => 2,
    }
}

fn compare_words(a: &str, b: &str) -> Ordering {
    let place = |word: &str| WORDS.iter().position(|known| *known == word).unwrap_or(WORDS.len());
    place(a).cmp(&place(b)).then_with(|| if place(a) == WORDS.len() { a.cmp(b) } else { Ordering::Equal })
}

/// The items of a version: those of the list, of the list at its end, and so on.
fn lists(version: &str) -> Vec<Vec<Item<'_>>> {
    let mut reading = Reading { version, lists: Vec::new(), list: Vec::new(), start: 0, is_number: false };
    for (at, byte) in version.bytes().enumerate() {
        match byte {
            b'.' | b'-' => {
                let item = if at == reading.start { Item::Number("0") } else { reading.item(at) };
                reading.list.push(item);
                reading.start = at + 1;
                if byte == b'-' {
                    reading.begin_list();
                }
            }
            b'0'..=b'9' => {
                if !reading.is_number && at > reading.start {
                    reading.begin_list_of_word();
                    reading.list.push(Item::word(reading.text(at), true));
                    reading.start = at;
                    reading.begin_list();
                }
                reading.is_number = true;
            }
            _ => {
                if reading.is_number && at > reading.start {
                    reading.list.push(reading.item(at));
                    reading.start = at;
                    reading.begin_list();
                }
                reading.is_number = false;
            }
        }
    }
    if version.len() > reading.start {
        if !reading.is_number {
            reading.begin_list_of_word();
        }
        reading.list.push(reading.item(version.len()));
    }
    reading.begin_list();
    normalised(reading.lists)
}

struct Reading<'a> {
    version: &'a str,
    lists: Vec<Vec<Item<'a>>>,
    /// The one that is read.
    list: Vec<Item<'a>>,
    /// Where the item begins that is read.
    start: usize,
    /// Whether the last character, but for dots and hyphens, was a digit.
    is_number: bool,
}

impl<'a> Reading<'a> {
    fn text(&self, end: usize) -> &'a str {
        self.version.get(self.start..end).unwrap_or_default()
    }

    fn item(&self, end: usize) -> Item<'a> {
        Item::of(self.is_number, self.text(end))
    }

    fn begin_list(&mut self) {
        self.lists.push(std::mem::take(&mut self.list));
    }

    /// A word always begins a list.
    fn begin_list_of_word(&mut self) {
        if !self.list.is_empty() {
            self.begin_list();
        }
    }
}

/// Takes away what says nothing at the ends of lists. A list that is left empty is none.
fn normalised(mut lists: Vec<Vec<Item<'_>>>) -> Vec<Vec<Item<'_>>> {
    for list in &mut lists {
        while list.last().is_some_and(|item| item.against_nothing().is_eq()) {
            list.pop();
        }
    }
    while lists.last().is_some_and(Vec::is_empty) {
        lists.pop();
    }
    lists
}

fn compare_lists(a: &[Vec<Item<'_>>], b: &[Vec<Item<'_>>]) -> Ordering {
    let mut depth = 0;
    loop {
        let [list_a, list_b] = [a, b].map(|lists| lists.get(depth).map(Vec::as_slice).unwrap_or_default());
        let shared = list_a.iter().zip(list_b).map(|(a, b)| a.compare(*b));
        if let Some(unequal) = shared.into_iter().find(|order| order.is_ne()) {
            return unequal;
        }
        let (more_a, more_b) = (list_a.get(list_b.len()..), list_b.get(list_a.len()..));
        let [rest_a, rest_b] = [a, b].map(|lists| lists.get(depth + 1..).unwrap_or_default());
        let order = match (more_a.and_then(<[_]>::first), more_b.and_then(<[_]>::first)) {
            (None, None) if rest_a.is_empty() && rest_b.is_empty() => return Ordering::Equal,
            (None, None) if !rest_a.is_empty() && !rest_b.is_empty() => {
                depth += 1;
                continue;
            }
            (None, None) if rest_b.is_empty() => all_against_nothing(&[], rest_a),
            (None, None) => all_against_nothing(&[], rest_b).reverse(),
            (Some(item), _) => longer(*item, more_a.unwrap_or_default(), rest_a, rest_b),
            (None, Some(item)) => longer(*item, more_b.unwrap_or_default(), rest_b, rest_a).reverse(),
        };
        return order;
    }
}

/// Compares the list that has `item` and `more` where the other has its last list, or nothing.
fn longer(item: Item<'_>, more: &[Item<'_>], rest: &[Vec<Item<'_>>], other: &[Vec<Item<'_>>]) -> Ordering {
    match (item, other.is_empty()) {
        (Item::Number(_), false) => Ordering::Greater,
        (Item::Word(_), false) => Ordering::Less,
        (_, true) => all_against_nothing(more, rest),
    }
}

/// Compares all of these with nothing: the first that differs from it decides.
fn all_against_nothing(items: &[Item<'_>], rest: &[Vec<Item<'_>>]) -> Ordering {
    let all = items.iter().chain(rest.iter().flatten());
    all.map(|item| item.against_nothing()).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests;
