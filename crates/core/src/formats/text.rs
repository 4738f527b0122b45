//! Texts of advisories, as short as a report has them.

/// What comes before a CVE in the address of the page about it, by those who number them.
pub(crate) const CVE_PAGE: &str = "https://www.cve.org/CVERecord?id=";

/// Longest summary, in bytes: a few sentences. Whole descriptions are behind the links.
const SUMMARY_BYTES: usize = 400;

/// A text on one line, cut between words where it is long.
pub(crate) fn shortened(text: &str) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        if !short.is_empty() {
            if short.len() + word.len() > SUMMARY_BYTES {
                return short + " …";
            }
            short.push(' ');
        }
        short.extend(word.chars().take(SUMMARY_BYTES));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_words() {
        assert_eq!(shortened(" a\n\n b\tc "), "a b c");
        assert_eq!(shortened(""), "");
        let short = shortened(&"word ".repeat(200));
        assert!(short.ends_with("word …") && short.len() <= SUMMARY_BYTES + " …".len(), "{short}");
    }
}
