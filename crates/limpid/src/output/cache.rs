//! The evidence that is kept of layers, and how much room it takes.

use std::{
    io::{self, Write},
    time::SystemTime,
};

use chrono::{DateTime, Utc};
use limpid_image::evidence::store::EvidenceSummary;

use super::{
    lines::line,
    page::Page,
    style,
    text::{counted, instant, size},
};
use crate::terminal::Terminal;

/// Writes what is kept, of at most `limit` bytes, as a page, or as plain lines where there is no terminal.
pub(crate) fn cache_table(
    summary: &EvidenceSummary,
    limit: u64,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(width) = terminal.width else { return plain_lines(summary, limit, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    let kept = format!("{} of at most {}", size(summary.bytes), size(limit));
    page.labelled_pieces(
        "Evidence",
        &[(style::STRONG, counted(summary.packs, "layer")), (style::PLAIN, kept)],
    )?;
    if summary.outdated_packs > 0 {
        let outdated = [
            (style::PLAIN, counted(summary.outdated_packs, "layer")),
            (style::PLAIN, size(summary.outdated_bytes)),
            (style::PLAIN, "read by another version".to_owned()),
        ];
        page.labelled_pieces("Outdated", &outdated)?;
    }
    let (Some(oldest), Some(newest)) = (summary.oldest_use, summary.newest_use) else { return Ok(()) };
    let used = [format!("last {}", day(newest)), format!("longest ago {}", day(oldest))];
    page.labelled_pieces("Used", &used.map(|used| (style::PLAIN, used)))
}

fn day(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).date_naive().to_string()
}

fn plain_lines(summary: &EvidenceSummary, limit: u64, out: &mut dyn Write) -> io::Result<()> {
    let number = |number: u64| number.to_string();
    line(out, "evidence", [&*number(summary.packs), &number(summary.bytes), &number(limit)])?;
    line(out, "outdated", [&*number(summary.outdated_packs), &number(summary.outdated_bytes)])?;
    let time = |time: Option<SystemTime>| time.map_or_else(String::new, |time| instant(time.into()));
    line(out, "used", [&*time(summary.newest_use), &time(summary.oldest_use)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::report::tests::written;

    fn written_at(summary: &EvidenceSummary, width: Option<usize>) -> String {
        written(|terminal, out| cache_table(summary, 10_000_000_000, terminal, out), width, false)
    }

    #[test]
    fn for_a_person_and_for_a_program() {
        let time = |text: &str| Some(text.parse::<DateTime<Utc>>().expect("an instant").into());
        let summary = EvidenceSummary {
            packs: 12,
            bytes: 3_456_789,
            outdated_packs: 1,
            outdated_bytes: 23_456,
            oldest_use: time("2022-08-01T12:00:00Z"),
            newest_use: time("2022-08-03T12:00:00Z"),
        };
        assert_eq!(
            written_at(&summary, Some(80)),
            "\
Evidence       12 layers · 3.4 MB of at most 10.0 GB
Outdated       1 layer · 23.4 kB · read by another version
Used           last 2022-08-03 · longest ago 2022-08-01
"
        );
        assert_eq!(
            written_at(&summary, None),
            "evidence\t12\t3456789\t10000000000\noutdated\t1\t23456\nused\t2022-08-03T12:00:00Z\t2022-08-01T12:00:00Z\n"
        );
    }

    #[test]
    fn nothing_is_kept() {
        let nothing = EvidenceSummary::default();
        assert_eq!(written_at(&nothing, Some(80)), "Evidence       0 layers · 0 B of at most 10.0 GB\n");
        assert_eq!(written_at(&nothing, None), "evidence\t0\t0\t10000000000\noutdated\t0\t0\nused\t-\t-\n");
    }
}
