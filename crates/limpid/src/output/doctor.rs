//! What `limpid doctor` has looked at: a line a thing, and below it what to do where something is to be done.

use std::io::{self, Write};

use anstyle::Style;
use limpid_server::doctor::{Check, State};
use serde::Serialize;

use super::{
    lines::line,
    page::Page,
    style,
    text::{columns, counted, escaped},
};
use crate::terminal::Terminal;

/// Columns of the word in front.
const WORD: usize = 9;

/// What a thing is called takes so many columns at most; one that is longer stands on a line of its own.
const WIDEST_SUBJECT: usize = 20;

/// Everything that was looked at: `limpid/doctor/1`.
#[derive(Debug, Serialize)]
pub(crate) struct Examination {
    /// The name and version of this format.
    pub(crate) schema: &'static str,
    /// The worst of all.
    pub(crate) answer: State,
    /// In the order in which one thing leads to the next.
    pub(crate) checks: Vec<Check>,
}

impl Examination {
    const SCHEMA: &'static str = "limpid/doctor/1";

    /// An examination of these.
    pub(crate) fn of(checks: Vec<Check>) -> Self {
        let is = |state| checks.iter().any(|check| check.state == state);
        let answer = [State::Wrong, State::Unknown].into_iter().find(|state| is(*state));
        Self { schema: Self::SCHEMA, answer: answer.unwrap_or(State::Fine), checks }
    }

    fn number(&self, state: State) -> u64 {
        self.checks.iter().filter(|check| check.state == state).count() as u64
    }

    /// In a sentence.
    fn sentence(&self) -> String {
        let (wrong, unknown) = (self.number(State::Wrong), self.number(State::Unknown));
        let (notes, skipped) = (self.number(State::Note), self.number(State::Skipped));
        let mut parts = Vec::new();
        if wrong > 0 {
            parts.push(format!("{} wrong", things(wrong, "is", "are")));
        }
        if unknown > 0 {
            parts.push(format!("{} not to be judged", things(unknown, "is", "are")));
        }
        if parts.is_empty() {
            parts.push("nothing is wrong".to_owned());
        }
        if notes > 0 {
            parts.push(format!("{} a look", things(notes, "wants", "want")));
        }
        if skipped > 0 {
            parts.push(format!("{} skipped", things(skipped, "was", "were")));
        }
        format!("{}.", parts.join(", "))
    }
}

fn things(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", counted(count, "thing"), if count == 1 { one } else { many })
}

/// Writes the examination as a page, or as plain lines where there is no terminal.
pub(crate) fn doctor_table(
    examination: &Examination,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(width) = terminal.width else { return plain_lines(examination, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    let widths = examination.checks.iter().map(|check| columns(&escaped(&check.subject)));
    let subjects = widths.filter(|width| *width <= WIDEST_SUBJECT).max().unwrap_or(0) + 2;
    for check in &examination.checks {
        one(page, check, subjects)?;
    }
    page.blank()?;
    let word = format!("{}:", examination.answer.as_str());
    page.prose_led_by(of_state(examination.answer), &word, &examination.sentence())
}

fn one(page: &mut Page<'_>, check: &Check, subjects: usize) -> io::Result<()> {
    let subject = escaped(&check.subject);
    let word = (of_state(check.state), check.state.as_str(), WORD);
    let says = escaped(&check.says);
    if columns(&subject) + 2 > subjects {
        page.beside(&[word], style::STRONG, &subject)?;
        page.beside(&[(style::PLAIN, "", WORD + subjects)], style::PLAIN, &says)?;
    } else {
        page.beside(&[word, (style::STRONG, &subject, subjects)], style::PLAIN, &says)?;
    }
    if check.remedy.is_empty() {
        return Ok(());
    }
    let indent = (style::PLAIN, "", WORD + subjects);
    page.beside(&[indent, (style::NOTABLE, "→", 2)], style::PLAIN, &escaped(&check.remedy))
}

fn of_state(state: State) -> Style {
    match state {
        State::Fine => style::GOOD,
        State::Note => style::NOTABLE,
        State::Wrong => style::ERROR,
        State::Unknown => style::NOT_JUDGED,
        State::Skipped => style::QUIET,
    }
}

fn plain_lines(examination: &Examination, out: &mut dyn Write) -> io::Result<()> {
    for check in &examination.checks {
        line(out, "check", [check.state.as_str(), &check.subject, &check.says, &check.remedy])?;
    }
    line(out, "answer", [examination.answer.as_str(), &examination.sentence()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::report::tests::written;

    fn examination() -> Examination {
        Examination::of(vec![
            Check::fine("version", "limpid 0.1.0"),
            Check::wrong(
                "feeds",
                "3 feeds are stale: alpine/v3.16/community, alpine/v3.16/main, debian/security",
                "limpid db update alpine debian",
            ),
            Check::note("registry.upstreams.credentials", "odd \u{1b}[2J", ""),
            Check::skipped("upstream"),
        ])
    }

    #[test]
    fn for_a_person() {
        let text = written(|terminal, out| doctor_table(&examination(), terminal, out), Some(80), false);
        assert_eq!(
            text,
            "\
fine     version   limpid 0.1.0
wrong    feeds     3 feeds are stale: alpine/v3.16/community, alpine/v3.16/main,
                   debian/security
                   → limpid db update alpine debian
note     registry.upstreams.credentials
                   odd \\u{1b}[2J
skipped  upstream  not asked, because of --offline

wrong: 1 thing is wrong, 1 thing wants a look, 1 thing was skipped.
"
        );
    }

    #[test]
    fn for_a_program() {
        let text = written(|terminal, out| doctor_table(&examination(), terminal, out), None, false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], "check\tfine\tversion\tlimpid 0.1.0\t-");
        assert_eq!(lines[4], "answer\twrong\t1 thing is wrong, 1 thing wants a look, 1 thing was skipped.");
    }

    #[test]
    fn what_is_wrong_outweighs_what_is_not_known() {
        let unknown = || Check::unknown("a", "b", "c");
        assert_eq!(Examination::of(vec![Check::fine("a", "b"), unknown()]).answer, State::Unknown);
        assert_eq!(Examination::of(vec![unknown(), Check::wrong("a", "b", "c")]).answer, State::Wrong);
        let quiet = vec![Check::note("a", "b", "c"), Check::skipped("a")];
        assert_eq!(Examination::of(quiet).answer, State::Fine);
    }
}
