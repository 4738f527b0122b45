//! Names: of repositories and tags, as the distribution specification has them, and what stands in a path.

use crate::accounts;

/// Longest name of a tag (distribution specification, “Pulling manifests”).
const TAG_BYTES: usize = 128;

/// The whole name of a repository: one of one part, as `alpine`, is of the namespace `library`. `None` where it is no name.
pub(crate) fn whole(name: &str) -> Option<String> {
    accounts::whole_name(name)
}

/// The namespace of a repository, which is given by its whole name.
pub(crate) fn namespace(repository: &str) -> &str {
    repository.split('/').next().unwrap_or_default()
}

/// Whether something can be a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
pub(crate) fn is_tag(text: &str) -> bool {
    let is_word = |character: u8| character.is_ascii_alphanumeric() || character == b'_';
    text.len() <= TAG_BYTES
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|character| is_word(character) || matches!(character, b'.' | b'-'))
}

/// A part of a path without its escapes: some clients write the `:` of a digest as `%3A`. What is no escape stays as it is.
pub(super) fn unescaped(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten().and_then(byte);
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn byte(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_one_part_is_of_the_library() {
        assert_eq!(whole("alpine").as_deref(), Some("library/alpine"));
        assert_eq!(whole("a/b/c").as_deref(), Some("a/b/c"));
        assert_eq!(whole("A/b"), None);
    }

    #[test]
    fn tags_are_those_of_the_specification() {
        for good in ["1", "v1.2-rc_3", "_x", "LATEST", &"a".repeat(128)] {
            assert!(is_tag(good), "{good}");
        }
        for bad in ["", ".a", "-a", "a:b", "a/b", "a b", "ä", &"a".repeat(129)] {
            assert!(!is_tag(bad), "{bad}");
        }
    }

    #[test]
    fn escapes_are_understood_and_nothing_else_is_changed() {
        assert_eq!(unescaped("sha256%3Aab"), "sha256:ab");
        assert_eq!(unescaped("sha256%3aab"), "sha256:ab");
        for same in ["latest", "100%", "%", "%4", "%zz", "%+1"] {
            assert_eq!(unescaped(same), same);
        }
    }
}
