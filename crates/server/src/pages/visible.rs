//! What is not plainly visible, shown: the last step of every page, so that no template can forget it.
//!
//! Templates escape what HTML gives a meaning to. What is left are characters that mislead people: control characters, marks
//! that change the direction of writing, invisible and combining ones. They are written as `\u{202e}`, as on the command line;
//! only the backslash is not doubled, because here people copy what they see.

/// A page, with everything in it visible.
pub(super) fn visible(page: String) -> String {
    if page.chars().all(is_plain) {
        return page;
    }
    let mut shown = String::with_capacity(page.len() + 64);
    for character in page.chars() {
        if is_plain(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_debug());
        }
    }
    shown
}

fn is_plain(character: char) -> bool {
    match character {
        '\n' | '\'' | '"' | '\\' => true,
        ' '..='~' => true,
        _ => character.escape_debug().count() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_shown_and_ordinary_text_stays() {
        let text = |text: &str| visible(text.to_owned());
        assert_eq!(text("evil\u{202e}gpj.exe\u{200b}"), r"evil\u{202e}gpj.exe\u{200b}");
        assert_eq!(text("a\u{0}b\u{1b}[31m\tc\r"), r"a\0b\u{1b}[31m\tc\r");
        assert_eq!(text("<p>“Größe” 漢字\n\\u \"x\" 'y'</p>"), "<p>“Größe” 漢字\n\\u \"x\" 'y'</p>");
    }
}
