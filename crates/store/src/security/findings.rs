//! Which findings of an image are known already: a short name of each, so that it can be told which ones are new.

use std::collections::BTreeSet;

use limpid_core::Digest;

/// Hexadecimal digits of a name: enough that no two of an image's findings meet.
const DIGITS: usize = 16;

/// The findings that were known of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known(BTreeSet<String>);

/// A text that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the known findings of an image cannot be read")]
pub struct NotAFinding;

impl Known {
    /// Adds a finding: an advisory, and the package that it is about.
    pub fn add(&mut self, advisory: &str, package: &str) {
        self.0.insert(name(advisory, package));
    }

    /// Whether a finding is known.
    pub fn has(&self, advisory: &str, package: &str) -> bool {
        self.0.contains(&name(advisory, package))
    }

    /// As it is kept: names, separated by spaces.
    pub fn text(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// What was kept.
    ///
    /// # Errors
    /// [`NotAFinding`].
    pub fn parse(text: &str) -> Result<Self, NotAFinding> {
        let is_name =
            |name: &&str| name.len() == DIGITS && name.bytes().all(|digit| digit.is_ascii_hexdigit());
        let names: Vec<&str> = text.split(' ').filter(|name| !name.is_empty()).collect();
        if !names.iter().all(is_name) {
            return Err(NotAFinding);
        }
        Ok(Self(names.into_iter().map(str::to_owned).collect()))
    }
}

fn name(advisory: &str, package: &str) -> String {
    let digest = Digest::of(format!("{advisory}\n{package}").as_bytes());
    digest.hex().chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_known_again() {
        let mut known = Known::default();
        assert_eq!(Known::parse(""), Ok(known.clone()));
        known.add("CVE-2099-0001", "busybox");
        known.add("CVE-2099-0002", "busybox");
        let again = Known::parse(&known.text()).unwrap();
        assert_eq!(again, known);
        assert!(again.has("CVE-2099-0002", "busybox") && !again.has("CVE-2099-0001", "musl"));
        assert_eq!(Known::parse("CVE-2099-0001"), Err(NotAFinding));
    }
}
