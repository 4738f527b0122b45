//! Names of repositories, namespaces, accounts and teams.

use limpid_store::accounts::Account;

/// The namespace of repositories whose name has one part.
pub(crate) const LIBRARY: &str = "library";

/// Longest name of a repository, as the distribution specification advises: host and name together have 255.
const REPOSITORY_BYTES: usize = 200;

/// Longest name of a user or namespace.
const COMPONENT_BYTES: usize = 64;

/// The whole name of a repository: `alpine` is `library/alpine`. `None` where it is no name.
pub(crate) fn whole(name: &str) -> Option<String> {
    if name.len() > REPOSITORY_BYTES || !name.split('/').all(is_part) {
        return None;
    }
    Some(if name.contains('/') { name.to_owned() } else { format!("{LIBRARY}/{name}") })
}

/// Whether something can be the name of a user or namespace: a part of a repository's name that is not too long.
pub(crate) fn is_component(name: &str) -> bool {
    name.len() <= COMPONENT_BYTES && is_part(name)
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`: a part of a repository's name, as the distribution specification has it.
fn is_part(part: &str) -> bool {
    let is_word = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    let mut between = String::new();
    let mut is_begun = false;
    for character in part.chars() {
        if is_word(character) {
            let is_separator =
                matches!(between.as_str(), "." | "_" | "__") || between.chars().all(|sign| sign == '-');
            // Nothing is between two letters, and nothing may stand before the first.
            if !is_separator || (!is_begun && !between.is_empty()) {
                return false;
            }
            between.clear();
            is_begun = true;
        } else {
            between.push(character);
        }
    }
    is_begun && between.is_empty()
}

/// The part of a robot's name behind its namespace.
pub(crate) fn of_robot(account: &Account) -> &str {
    account.name.split_once('+').map_or(account.name.as_str(), |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_distribution_specification() {
        for good in ["a", "a.b", "a_b", "a__b", "a-b", "a---b", "0", "a1.b2-c3"] {
            assert!(is_component(good), "{good}");
        }
        for bad in ["", "A", "a.", ".a", "a..b", "a___b", "a._b", "-a", "a-", "a b", "ä", "a/b", "a+b", "a:b"]
        {
            assert!(!is_component(bad), "{bad}");
        }
        assert!(is_component(&"a".repeat(64)) && !is_component(&"a".repeat(65)));
        assert_eq!(whole("alpine").as_deref(), Some("library/alpine"));
        assert_eq!(whole("a/b/c").as_deref(), Some("a/b/c"));
        assert_eq!(whole("a//b"), None);
        assert_eq!(whole("a/../b"), None);
    }
}
