//! The terminal, or what stands in for one: how wide it is, and whether it shows colour.
//!
//! Follows the conventions `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM=dumb`.

use std::io::{self, IsTerminal, Write};

use anstyle::Style;
use terminal_size::terminal_size_of;

use crate::output::{escaped, style};

/// Width where a terminal does not tell its own, in columns.
const USUAL_WIDTH: usize = 80;

/// Width of a page that goes to a file or a pipe.
const USUAL_PAGE: usize = 100;

/// Where a person reads; or, without a width, where a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// Columns. `None`: output is piped or goes to a file, and is written in plain lines.
    pub(crate) width: Option<usize>,
    /// Whether colour is wanted and shown.
    pub(crate) colour: bool,
}

impl Terminal {
    /// No terminal: plain lines for programs.
    pub(crate) const PIPED: Self = Self { width: None, colour: false };

    /// Standard output. Forced colour (`CLICOLOR_FORCE`) says that a person reads at the other end of a pipe, as in
    /// `limpid scan … | less -R`.
    pub(crate) fn of_stdout() -> Self {
        let stdout = io::stdout();
        let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let columns = terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        Self::from_facts(stdout.is_terminal(), columns.or_else(columns_of_environment), colour)
    }

    /// Standard output as a page whatever it is: for what only a person reads.
    pub(crate) fn page_of_stdout() -> Self {
        let terminal = Self::of_stdout();
        Self { width: terminal.width.or(Some(USUAL_PAGE)), ..terminal }
    }

    /// A text in a style, where there is colour.
    pub(crate) fn styled(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn from_facts(is_terminal: bool, columns: Option<usize>, colour: bool) -> Self {
        if !is_terminal && !colour {
            return Self::PIPED;
        }
        let columns = columns.filter(|&columns| columns > 0).unwrap_or(USUAL_WIDTH);
        Self { width: Some(columns), colour }
    }
}

fn columns_of_environment() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// Tells a person that a command failed and why, on standard error.
pub(crate) fn print_error(error: &anyhow::Error) {
    let mut out = anstream::stderr().lock();
    let word = style::ERROR;
    // Where standard error is closed there is nobody to tell; the exit status still says it.
    drop(writeln!(out, "{word}error:{word:#} {}", escaped(&with_causes(error))));
}

/// An error with its causes, without those whose words the error before has taken in already.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.ends_with(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

/// Tells a person something that the result says in another way too, on standard error.
pub(crate) fn print_warning(text: &str) {
    let mut out = anstream::stderr().lock();
    let word = style::NOTABLE;
    // As above: nobody to tell is no failure.
    drop(writeln!(out, "{word}warning:{word:#} {}", escaped(text)));
}

/// Tells a person something that is as it should be, on standard error.
pub(crate) fn print_note(text: &str) {
    let mut out = anstream::stderr().lock();
    let word = style::QUIET;
    // As above: nobody to tell is no failure.
    drop(writeln!(out, "{word}note:{word:#} {}", escaped(text)));
}

/// Tells a person that Limpid itself is at fault. A detector's fault is caught, and a blind spot in the report.
pub(crate) fn print_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let what = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    print_warning(&format!("a fault of Limpid itself, at {place}: {what}; please report it"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let error =
            anyhow::anyhow!("no space left").context("db cannot be written: no space left").context("app:1");
        assert_eq!(with_causes(&error), "app:1: db cannot be written: no space left");
        assert_eq!(with_causes(&anyhow::anyhow!("a").context("b")), "b: a");
    }

    #[test]
    fn a_pipe_is_for_programs_unless_colour_is_forced() {
        assert_eq!(Terminal::from_facts(false, None, false), Terminal::PIPED);
        assert_eq!(Terminal::from_facts(false, None, true), Terminal { width: Some(80), colour: true });
        assert_eq!(Terminal::from_facts(false, Some(100), true), Terminal { width: Some(100), colour: true });
    }

    #[test]
    fn a_terminal_has_a_width_even_where_it_tells_none() {
        assert_eq!(Terminal::from_facts(true, Some(120), true), Terminal { width: Some(120), colour: true });
        assert_eq!(Terminal::from_facts(true, Some(0), false), Terminal { width: Some(80), colour: false });
    }
}
