//! A page for a person: styled text, prose that wraps, the labels of a header.

use std::io::{self, Write};

use anstyle::Style;

use super::text::columns;

/// Prose is not set wider than this; longer lines are hard to follow.
const WIDEST_PROSE: usize = 100;
/// Columns of the labels in front of a header's values.
pub(super) const LABEL: usize = 15;

const SEPARATOR: &str = " · ";
const SEPARATOR_WIDTH: usize = 3;

/// A short text with its style.
pub(super) type Piece = (Style, String);

/// Where a page is written to. Text is escaped by whoever has it from a stranger, before it comes here.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    /// Columns.
    pub(super) width: usize,
    colour: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, width: usize, colour: bool) -> Self {
        Self { out, width, colour }
    }

    /// Text with a style, where colour is wanted.
    pub(super) fn styled(&self, style: Style, text: &str) -> String {
        if self.colour && style != Style::new() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Prose, wrapped between words, with `indent` columns in front of each line.
    pub(super) fn prose(&mut self, style: Style, indent: usize, text: &str) -> io::Result<()> {
        for line in wrapped(text, self.prose_width(indent), 0) {
            let line = self.styled(style, &line);
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// Prose that begins with a styled word.
    pub(super) fn prose_led_by(&mut self, style: Style, word: &str, text: &str) -> io::Result<()> {
        let mut lead = self.styled(style, word);
        for line in wrapped(text, self.prose_width(0), columns(word)) {
            writeln!(self.out, "{lead}{line}")?;
            lead.clear();
        }
        Ok(())
    }

    /// Prose beside cells, each with its width: the first line begins with them, and the others are indented as far.
    pub(super) fn beside(
        &mut self,
        cells: &[(Style, &str, usize)],
        style: Style,
        text: &str,
    ) -> io::Result<()> {
        let indent: usize = cells.iter().map(|(_, _, width)| width).sum();
        let cell = |(style, text, width): &(Style, &str, usize)| {
            let rest = width.saturating_sub(columns(text));
            format!("{}{:rest$}", self.styled(*style, text), "")
        };
        let mut lead: String = cells.iter().map(cell).collect();
        for line in wrapped(text, self.prose_width(indent), 0) {
            let line = self.styled(style, &line);
            self.line(&format!("{lead}{line}"))?;
            lead = " ".repeat(indent);
        }
        Ok(())
    }

    /// A line of a header: a quiet label, then the value, which may be styled already.
    pub(super) fn labelled(&mut self, label: &str, value: &str) -> io::Result<()> {
        let padded = format!("{label:LABEL$}");
        let label = self.styled(super::style::QUIET, &padded);
        self.line(&format!("{label}{value}"))
    }

    /// A line of a header whose value has several pieces.
    pub(super) fn labelled_pieces(&mut self, label: &str, pieces: &[Piece]) -> io::Result<()> {
        let lines = self.joined(pieces, self.width.saturating_sub(LABEL));
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        labels.zip(lines).try_for_each(|(label, line)| self.labelled(label, &line))
    }

    /// Pieces beside each other; over several lines where one is too short.
    pub(super) fn pieces(&mut self, pieces: &[Piece]) -> io::Result<()> {
        let lines = self.joined(pieces, self.width);
        lines.iter().try_for_each(|line| self.line(line))
    }

    fn joined(&self, pieces: &[Piece], width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut taken = 0;
        for (style, text) in pieces {
            let needed = columns(text);
            if taken > 0 && taken + SEPARATOR_WIDTH + needed > width {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            }
            if taken > 0 {
                line.push_str(SEPARATOR);
                taken += SEPARATOR_WIDTH;
            }
            line.push_str(&self.styled(*style, text));
            taken += needed;
        }
        lines.push(line);
        lines
    }

    fn prose_width(&self, indent: usize) -> usize {
        self.width.min(WIDEST_PROSE).saturating_sub(indent)
    }
}

/// Breaks text between words into lines of at most `width` columns; a longer word stands alone. `taken` columns of the
/// first line are taken already.
fn wrapped(text: &str, width: usize, mut taken: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let needed = columns(word);
        if taken > 0 && taken + 1 + needed > width {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        if taken > 0 {
            line.push(' ');
            taken += 1;
        }
        line.push_str(word);
        taken += needed;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn prose_breaks_between_words() {
        assert_eq!(wrapped("one two three", 9, 0), ["one two", "three"]);
        assert_eq!(wrapped("one two", 9, 5), [" one", "two"]);
        assert_eq!(wrapped("a unbreakable", 5, 0), ["a", "unbreakable"]);
        assert_eq!(wrapped("", 5, 0), [""]);
    }
}
