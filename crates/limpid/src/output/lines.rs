//! Plain lines for programs: fields separated by tabs, the first of which names the kind of line.
//!
//! A field is never empty and never contains a tab or a line break: what is absent is `-`, and a stranger's text is
//! escaped.

use std::io::{self, Write};

use super::text::escaped;

/// Writes one line.
pub(super) fn line<'a>(
    out: &mut dyn Write,
    kind: &str,
    fields: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    out.write_all(kind.as_bytes())?;
    for field in fields {
        let field = if field.is_empty() { "-".to_owned() } else { escaped(field) };
        write!(out, "\t{field}")?;
    }
    out.write_all(b"\n")
}

/// The text of something that may be absent.
pub(super) fn or_absent<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(String::new, T::to_string)
}
