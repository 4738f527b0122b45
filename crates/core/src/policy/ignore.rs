//! Decisions to ignore findings, each with a reason, perhaps with an owner and a last day.

use chrono::NaiveDate;

use super::Justification;
use crate::{
    ImageFacts,
    report::{Finding, Suppression},
};

/// A decision to ignore findings. All that it names must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    /// Identifier of the vulnerability, or one of its aliases.
    pub id: Option<String>,
    /// Name of the package or of its source package; `*` stands for any characters.
    pub package: Option<String>,
    /// Where the package was found; `*` stands for any characters.
    pub path: Option<String>,
    /// How the image is named; `*` stands for any characters.
    pub image: Option<String>,
    /// Why.
    pub reason: String,
    /// Why nothing is affected, where that is what is decided; else a risk is accepted.
    pub justification: Option<Justification>,
    /// Who decided.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: Option<NaiveDate>,
}

/// Why an [`Ignore`] is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIgnore {
    /// It would ignore everything.
    #[error("it names neither id, package nor path, and would ignore everything")]
    Everything,
    /// Nobody can check it later.
    #[error("it has no reason: say why, so that others can check it later")]
    NoReason,
}

impl Ignore {
    /// Refuses a decision that nobody could stand for.
    ///
    /// # Errors
    /// [`InvalidIgnore`].
    pub fn check(&self) -> Result<(), InvalidIgnore> {
        let names_something = self.id.is_some() || self.package.is_some() || self.path.is_some();
        match (names_something, self.reason.trim().is_empty()) {
            (false, _) => Err(InvalidIgnore::Everything),
            (true, true) => Err(InvalidIgnore::NoReason),
            (true, false) => Ok(()),
        }
    }

    /// Whether it is about an image.
    pub(super) fn is_about(&self, image: &ImageFacts) -> bool {
        self.image.as_deref().is_none_or(|pattern| is_like(pattern, &image.reference))
    }

    /// Whether it is about a finding, whatever the day is.
    pub(super) fn matches(&self, image: &ImageFacts, finding: &Finding) -> bool {
        let is_id = |id: &str| finding.is_covered_by(|other| other.eq_ignore_ascii_case(id));
        let package = &finding.package;
        let is_named = |pattern: &str| {
            is_like(pattern, &package.name)
                || package.source.as_deref().is_some_and(|source| is_like(pattern, source))
        };
        let is_there = |pattern: &str| package.path.as_deref().is_some_and(|path| is_like(pattern, path));
        self.is_about(image)
            && self.id.as_deref().is_none_or(is_id)
            && self.package.as_deref().is_none_or(is_named)
            && self.path.as_deref().is_none_or(is_there)
    }

    /// Whether its last day is over.
    pub(super) fn is_expired(&self, as_of: NaiveDate) -> bool {
        self.expires.is_some_and(|last| as_of > last)
    }

    /// Whether it is about a finding, on that day.
    pub(crate) fn holds(&self, image: &ImageFacts, as_of: NaiveDate, finding: &Finding) -> bool {
        !self.is_expired(as_of) && self.matches(image, finding)
    }

    /// What it names, in words.
    pub fn name(&self) -> String {
        self.named("ignore")
    }

    /// What it names, in words, after what is decided of it.
    pub(super) fn named(&self, decided: &str) -> String {
        let named =
            [("", &self.id), ("package ", &self.package), ("path ", &self.path), ("image ", &self.image)];
        let words: Vec<String> =
            named.iter().filter_map(|(word, value)| Some(format!("{word}{}", value.as_ref()?))).collect();
        format!("{decided}: {}", words.join(", "))
    }

    pub(super) fn suppression(&self) -> Suppression {
        Suppression { by: self.name(), reason: self.told() }
    }

    /// Whether it can be said to others for good: that nothing is affected, and not until a day only, for which VEX has no word.
    pub fn is_statement(&self) -> bool {
        self.justification.is_some() && self.expires.is_none()
    }

    /// Why, by whom and until when.
    pub(crate) fn told(&self) -> String {
        let owner = if self.owner.is_empty() { String::new() } else { format!(" ({})", self.owner) };
        let until = self.expires.map_or(String::new(), |last| format!(", until {last}"));
        format!("{}{owner}{until}", self.reason)
    }
}

/// Whether a text is like a pattern, in which `*` stands for any characters, none too.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut rest = rest;
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The earliest place leaves most for what follows.
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("openssl", "openssl", true),
            ("openssl", "openssl3", false),
            ("openssl*", "openssl", true),
            ("*ssl*", "libssl3", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("usr/*/x", "usr/lib/y/x", true),
            ("*", "", true),
            ("", "a", false),
            ("aa*aa", "aaa", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_decision_names_something_and_says_why() {
        let of = |id: Option<&str>, reason: &str| {
            Ignore { id: id.map(str::to_owned), reason: reason.to_owned(), ..Ignore::default() }.check()
        };
        assert_eq!(of(Some("CVE-1"), "not reachable"), Ok(()));
        assert_eq!(of(None, "not reachable"), Err(InvalidIgnore::Everything));
        assert_eq!(of(Some("CVE-1"), " "), Err(InvalidIgnore::NoReason));
    }
}
