//! Pieces of text: strangers' text made harmless, and the words that all pages share.

pub(super) use limpid_core::words::{age, counted, instant, number, size};
use limpid_core::{
    enrichment::{Share, percent},
    report::Finding,
};
use unicode_width::UnicodeWidthStr as _;

/// A stranger's text with everything escaped that is not plainly visible: control characters and with them terminal
/// commands, line breaks and tabs, marks that change the direction of writing, invisible and combining characters.
/// The backslash is doubled, so the text can be had back.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\'' | '"' => escaped.push(character),
            _ => escaped.extend(character.escape_debug()),
        }
    }
    escaped
}

/// How many columns a text takes up.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// A share in percent, such as `97.6 %`.
pub(super) fn share(share: Share) -> String {
    percent(share)
}

/// `KEV` where a vulnerability is known to be exploited, `EPSS 97.6 %` where it is known how likely it is to be; both, or
/// nothing.
pub(super) fn risk(finding: &Finding) -> String {
    let kev = finding.kev.as_ref().map(|_| "KEV".to_owned());
    let epss = finding.epss.as_ref().map(|epss| format!("EPSS {}", share(epss.score)));
    kev.into_iter().chain(epss).collect::<Vec<_>>().join(", ")
}

/// The first few of a list of strangers' texts, and how many more there are.
pub(super) fn first_few<T: AsRef<str>>(items: &[T], few: usize, noun: &str) -> String {
    let items: Vec<String> = items.iter().map(|item| escaped(item.as_ref())).collect();
    limpid_core::words::first_few(&items, few, noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_command_a_terminal_is_shown_and_not_obeyed() {
        assert_eq!(escaped("\u{1b}[31mred\u{1b}]0;title\u{7}"), r"\u{1b}[31mred\u{1b}]0;title\u{7}");
        assert_eq!(escaped("a\u{9b}2Jb"), r"a\u{9b}2Jb");
        assert_eq!(escaped("one\ntwo\tthree\r"), r"one\ntwo\tthree\r");
        assert_eq!(
            escaped("evil\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}"),
            r"evil\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}"
        );
        assert_eq!(escaped("back\\slash"), r"back\\slash");
    }

    #[test]
    fn ordinary_text_stays() {
        assert_eq!(
            escaped("“1.1.1n-r0” ≤ it's \"fine\" · Größe 漢字"),
            "“1.1.1n-r0” ≤ it's \"fine\" · Größe 漢字"
        );
    }
}
