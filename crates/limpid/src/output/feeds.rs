//! The state of the advisory data: one row for each feed.

use std::io::{self, Write};

use anstyle::Style;
use chrono::{DateTime, Utc};

use super::{
    columns::{Align, Cell, Column, Fit, Table},
    lines::{line, or_absent},
    page::{Page, Piece},
    style,
    text::{age, counted, escaped, first_few, instant, number},
};
use crate::terminal::Terminal;

/// How many releases a row names.
const RELEASES_NAMED: usize = 2;

/// One feed.
#[derive(Debug, Clone)]
pub(crate) struct FeedRow {
    /// Its name.
    pub(crate) feed: String,
    /// Its state.
    pub(crate) state: FeedWord,
    /// Records in force.
    pub(crate) records: u64,
    /// The releases that it speaks about.
    pub(crate) covers: Vec<String>,
    /// The date that upstream gives the data.
    pub(crate) upstream_date: Option<String>,
    /// When upstream was last seen to have just this data.
    pub(crate) checked_at: Option<DateTime<Utc>>,
    /// What is to be known or done; empty where nothing is.
    pub(crate) note: String,
}

/// The state of a feed in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeedWord {
    /// In force, and looked at lately.
    Fresh,
    /// In force, and not looked at for too long.
    Stale,
    /// Newer data waits for a person.
    Quarantined,
    /// The data in force cannot be read.
    Unreadable,
    /// Upstream has no such document.
    Absent,
    /// Upstream has it, and nobody has loaded it.
    NotLoaded,
}

impl FeedWord {
    const ALL: [Self; 6] =
        [Self::Fresh, Self::Stale, Self::Quarantined, Self::Unreadable, Self::Absent, Self::NotLoaded];

    /// The word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Quarantined => "quarantined",
            Self::Unreadable => "unreadable",
            Self::Absent => "absent",
            Self::NotLoaded => "not-loaded",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Fresh => style::GOOD,
            Self::Stale | Self::Quarantined | Self::Unreadable | Self::Absent | Self::NotLoaded => {
                style::NOT_JUDGED
            }
        }
    }
}

const COLUMNS: [Column; 6] = [
    Column { title: "FEED", fit: Fit::Whole, align: Align::Left },
    Column { title: "STATE", fit: Fit::Cut(11), align: Align::Left },
    Column { title: "RECORDS", fit: Fit::Spare { least: 7, rank: 4 }, align: Align::Right },
    Column { title: "CHECKED", fit: Fit::Spare { least: 11, rank: 3 }, align: Align::Left },
    Column { title: "UPSTREAM", fit: Fit::Spare { least: 10, rank: 1 }, align: Align::Left },
    Column { title: "COVERS", fit: Fit::Spare { least: 10, rank: 2 }, align: Align::Left },
];

/// Writes the feeds as a page, or as plain lines where there is no terminal. Ages are told as of `now`.
pub(crate) fn feeds_table(
    rows: &[FeedRow],
    now: DateTime<Utc>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(width) = terminal.width else { return rows.iter().try_for_each(|row| plain_line(row, out)) };
    let page = &mut Page::new(out, width, terminal.colour);
    if rows.is_empty() {
        return page.prose(style::PLAIN, 0, "No advisory data yet: limpid db update loads it.");
    }
    Table::new(COLUMNS, rows.iter().map(|row| cells(row, now)).collect()).write(page)?;
    notes(page, rows)?;
    page.blank()?;
    let records: u64 = rows.iter().map(|row| row.records).sum();
    let mut pieces =
        vec![(style::STRONG, counted(rows.len() as u64, "feed")), (style::PLAIN, counted(records, "record"))];
    pieces.extend(in_states(rows));
    page.pieces(&pieces)
}

fn cells(row: &FeedRow, now: DateTime<Utc>) -> Vec<Cell> {
    vec![
        Cell::new(escaped(&row.feed), style::STRONG),
        Cell::new(row.state.as_str(), row.state.style()),
        Cell::plain(number(row.records)),
        Cell::plain(row.checked_at.map_or_else(|| "never".to_owned(), |checked| age(checked, now))),
        Cell::plain(row.upstream_date.as_ref().map_or_else(String::new, |date| escaped(date))),
        Cell::new(first_few(&row.covers, RELEASES_NAMED, "release"), style::QUIET),
    ]
}

fn notes(page: &mut Page<'_>, rows: &[FeedRow]) -> io::Result<()> {
    let noted: Vec<&FeedRow> = rows.iter().filter(|row| !row.note.is_empty()).collect();
    if !noted.is_empty() {
        page.blank()?;
    }
    noted.into_iter().try_for_each(|row| {
        page.prose_led_by(row.state.style(), &format!("{}:", escaped(&row.feed)), &escaped(&row.note))
    })
}

fn in_states(rows: &[FeedRow]) -> impl Iterator<Item = Piece> {
    FeedWord::ALL
        .into_iter()
        .map(|state| (state, rows.iter().filter(|row| row.state == state).count() as u64))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| (state.style(), format!("{} {}", number(count), state.as_str())))
}

fn plain_line(row: &FeedRow, out: &mut dyn Write) -> io::Result<()> {
    let checked = row.checked_at.map_or_else(String::new, instant);
    let (records, date) = (row.records.to_string(), or_absent(row.upstream_date.as_ref()));
    let covers = row.covers.join(",");
    line(out, "feed", [&*row.feed, row.state.as_str(), &records, &date, &checked, &covers, &row.note])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::report::tests::written;

    fn now() -> DateTime<Utc> {
        "2022-08-03T12:00:00Z".parse().expect("an instant")
    }

    fn rows() -> Vec<FeedRow> {
        let row = |feed: &str, state, records, note: &str| FeedRow {
            feed: feed.to_owned(),
            state,
            records,
            covers: vec!["Alpine:v3.16".to_owned()],
            upstream_date: None,
            checked_at: Some("2022-08-03T09:30:00Z".parse().expect("an instant")),
            note: note.to_owned(),
        };
        vec![
            row("alpine/v3.16/community", FeedWord::Fresh, 1_719, ""),
            row(
                "alpine/v3.16/main",
                FeedWord::Quarantined,
                1_173,
                "shrank by 40 %; limpid db accept alpine/v3.16/main lets it in",
            ),
            FeedRow { checked_at: None, covers: Vec::new(), ..row("wolfi/os", FeedWord::Absent, 0, "") },
        ]
    }

    #[test]
    fn for_a_person() {
        let text = written(|terminal, out| feeds_table(&rows(), now(), terminal, out), Some(80), false);
        assert_eq!(
            text,
            "\
FEED                    STATE        RECORDS  CHECKED      COVERS
alpine/v3.16/community  fresh          1,719  2 hours ago  Alpine:v3.16
alpine/v3.16/main       quarantined    1,173  2 hours ago  Alpine:v3.16
wolfi/os                absent             0  never

alpine/v3.16/main: shrank by 40 %; limpid db accept alpine/v3.16/main lets it in

3 feeds · 2,892 records · 1 fresh · 1 quarantined · 1 absent
"
        );
    }

    #[test]
    fn for_a_program() {
        let text = written(|terminal, out| feeds_table(&rows(), now(), terminal, out), None, false);
        assert_eq!(text.lines().count(), 3);
        assert_eq!(
            text.lines().next(),
            Some("feed\talpine/v3.16/community\tfresh\t1719\t-\t2022-08-03T09:30:00Z\tAlpine:v3.16\t-")
        );
    }

    #[test]
    fn nothing_yet() {
        let text = written(|terminal, out| feeds_table(&[], now(), terminal, out), Some(80), false);
        assert_eq!(text, "No advisory data yet: limpid db update loads it.\n");
    }
}
