//! Names of Python's packages, as the index takes them for one.

/// The normalised name: small letters, and one hyphen for each row of hyphens, underscores and dots.
///
/// Source: the Python Packaging User Guide, “Names and normalization” (PEP 503).
pub(super) fn normalised(name: &str) -> String {
    let mut normalised = String::with_capacity(name.len());
    for character in name.trim().chars() {
        if !matches!(character, '-' | '_' | '.') {
            normalised.push(character.to_ascii_lowercase());
        } else if !normalised.ends_with('-') {
            normalised.push('-');
        }
    }
    normalised
}

/// Whether a name is one that a package may have, so that damage is not taken for a name.
pub(super) fn is_name(name: &str) -> bool {
    let alphanumeric = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let mut bytes = name.bytes();
    alphanumeric(name.bytes().next())
        && alphanumeric(name.bytes().next_back())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for name in [
            "friendly-bard",
            "Friendly-Bard",
            "FRIENDLY-BARD",
            "friendly.bard",
            "friendly--bard",
            "FrIeNdLy-._.-bArD",
        ] {
            assert_eq!(normalised(name), "friendly-bard", "{name}");
        }
        assert!(is_name("zope.interface") && is_name("A"));
        assert!(!is_name("") && !is_name("-a") && !is_name("a b") && !is_name("a\u{0}"));
    }
}
