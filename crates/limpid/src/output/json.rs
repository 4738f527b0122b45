//! JSON, in two layouts. Characters that could command a terminal are written as `\uXXXX`, which means the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// How a document is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Over several lines, two spaces for each level: for one document.
    Pretty,
    /// On one line, for several documents one after the other (JSON lines).
    Line,
}

/// Writes one document and a line break.
pub(crate) fn json<T: Serialize>(document: &T, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    match layout {
        Layout::Pretty => document
            .serialize(&mut Serializer::with_formatter(&mut *out, Harmless(PrettyFormatter::new())))?,
        Layout::Line => {
            document.serialize(&mut Serializer::with_formatter(&mut *out, Harmless(CompactFormatter)))?
        }
    }
    out.write_all(b"\n")
}

/// Escapes, beyond what JSON demands, everything that is not plainly visible.
struct Harmless<F>(F);

/// Hands these methods on as they are.
macro_rules! hand_on {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $name: $kind)*) -> io::Result<()> {
            self.0.$method(out $(, $name)*)
        })*
    };
}

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = String::new();
        for character in fragment.chars() {
            if is_visible(character) {
                plain.push(character);
                continue;
            }
            out.write_all(plain.as_bytes())?;
            plain.clear();
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        out.write_all(plain.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    hand_on! {
        begin_array(); end_array(); begin_array_value(first: bool); end_array_value();
        begin_object(); end_object(); begin_object_key(first: bool); end_object_key();
        begin_object_value(); end_object_value();
    }
}

fn is_visible(character: char) -> bool {
    matches!(character, '\'' | '"' | '\\')
        || character.is_ascii_graphic()
        || character.escape_debug().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(document: &impl Serialize, layout: Layout) -> String {
        let mut out = Vec::new();
        json(document, layout, &mut out).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_two_layouts() {
        let document = serde_json::json!({"a": [1, 2], "b": {}});
        assert_eq!(
            written(&document, Layout::Pretty),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n"
        );
        assert_eq!(written(&document, Layout::Line), "{\"a\":[1,2],\"b\":{}}\n");
    }

    #[test]
    fn hidden_characters_are_escaped_and_come_back() {
        let text = "\u{1b}[2J \u{9b}1m \u{202e}\u{7f} \u{e0041} \"quoted\" back\\slash Größe\n";
        let json = written(&text, Layout::Line);
        assert_eq!(
            json,
            "\"\\u001b[2J \\u009b1m \\u202e\\u007f \\udb40\\udc41 \\\"quoted\\\" back\\\\slash Größe\\n\"\n"
        );
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
    }
}
