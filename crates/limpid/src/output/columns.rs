//! Rows in aligned columns that fit the width of a terminal.
//!
//! Where they do not fit, the least important columns are cut first and then left out. A [`Fit::Whole`] column is
//! never cut: a row whose text is too long for it continues on a line of its own.

use std::io;

use anstyle::Style;

use super::{page::Page, style, text::columns};

/// Columns between two columns.
const GAP: usize = 2;
/// A whole column takes up no more than this, or a quarter of the page, as long as others want room.
const MOST_WHOLE: usize = 24;

/// What may be done to a column where there is too little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Nothing.
    Whole,
    /// Cut down to so many columns.
    Cut(usize),
    /// Cut down to so many columns, and left out where even that is too much. The lower the rank, the sooner.
    Spare {
        /// Fewest columns that still make sense.
        least: usize,
        /// Which one goes first.
        rank: u8,
    },
}

/// Where text is cut, and to which side it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// Text: the end is cut.
    Left,
    /// Paths and other text whose end tells more than its beginning: the beginning is cut.
    Tail,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// What stands above it.
    pub(super) title: &'static str,
    /// What may be done to it.
    pub(super) fit: Fit,
    /// How its text is set.
    pub(super) align: Align,
}

/// Text in a column, escaped already where it is a stranger's.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, style::PLAIN)
    }
}

/// Rows under columns.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new(columns: impl Into<Vec<Column>>, rows: Vec<Vec<Cell>>) -> Self {
        Self { columns: columns.into(), rows }
    }

    /// Writes the titles, then the rows.
    pub(super) fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        let widths = self.fitted(page.width, true);
        let titles: Vec<Cell> = self.columns.iter().map(|one| Cell::new(one.title, style::QUIET)).collect();
        self.write_row(page, &titles, &widths)?;
        self.rows.iter().try_for_each(|row| self.write_row(page, row, &widths))
    }

    /// The rows alone, one text each, set in `width` columns.
    pub(super) fn untitled(&self, page: &Page<'_>, width: usize) -> Vec<String> {
        let widths = self.fitted(width, false);
        self.rows.iter().flat_map(|row| self.row_lines(page, row, &widths)).collect()
    }

    fn write_row(&self, page: &mut Page<'_>, row: &[Cell], widths: &[Option<usize>]) -> io::Result<()> {
        self.row_lines(page, row, widths).iter().try_for_each(|line| page.line(line))
    }

    /// The lines of a row: one, or more where a whole text is longer than its column.
    fn row_lines(&self, page: &Page<'_>, row: &[Cell], widths: &[Option<usize>]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut at = 0;
        let mut begin = 0;
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(widths) {
            let Some(width) = *width else { continue };
            if cell.text.is_empty() {
                begin += width + GAP;
                continue;
            }
            if at > 0 && at + GAP > begin {
                // The text before was too long for its column.
                lines.push(std::mem::take(&mut line));
                at = 0;
            }
            line.push_str(&" ".repeat(begin - at));
            let text = if column.fit == Fit::Whole {
                cell.text.clone()
            } else {
                cut(&cell.text, width, column.align)
            };
            let taken = columns(&text);
            let before = if column.align == Align::Right { width.saturating_sub(taken) } else { 0 };
            line.push_str(&" ".repeat(before));
            line.push_str(&page.styled(cell.style, &text));
            at = begin + before + taken;
            begin += width + GAP;
        }
        lines.push(line);
        lines
    }

    /// The width of each column; `None` where it is left out.
    fn fitted(&self, room: usize, titled: bool) -> Vec<Option<usize>> {
        let mut widths: Vec<Option<usize>> =
            (0..self.columns.len()).map(|place| self.natural(place, titled)).collect();
        if excess(&widths, room) > 0 {
            let most = MOST_WHOLE.max(room / 4);
            for (place, (width, column)) in widths.iter_mut().zip(&self.columns).enumerate() {
                if column.fit == Fit::Whole && width.is_some_and(|width| width > most) {
                    *width = Some(self.longest(place, most));
                }
            }
        }
        let mut spare: Vec<(u8, usize, usize)> =
            self.columns.iter().enumerate().filter_map(sacrifice).collect();
        spare.sort_unstable();
        for (rank, place, least) in spare {
            let over = excess(&widths, room);
            let Some(width) = widths.get_mut(place) else { continue };
            let Some(natural) = *width else { continue };
            if over == 0 {
                break;
            }
            let cut = natural.saturating_sub(over).max(least.min(natural));
            let enough = natural - cut >= over;
            *width = if enough || rank == LAST { Some(cut) } else { None };
        }
        widths
    }

    /// The width of a column whose longer texts stand on lines of their own: that of the others.
    fn longest(&self, place: usize, most: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(place)).map(|cell| columns(&cell.text));
        let title = self.columns.get(place).map_or(0, |column| columns(column.title));
        cells.filter(|&width| width <= most).max().unwrap_or(most).max(title)
    }

    /// The width that the longest text of a column asks for; `None` where the column has no text at all.
    fn natural(&self, place: usize, titled: bool) -> Option<usize> {
        let longest =
            self.rows.iter().filter_map(|row| row.get(place)).map(|cell| columns(&cell.text)).max()?;
        let title = self.columns.get(place).map_or(0, |column| columns(column.title));
        (longest > 0).then(|| if titled { longest.max(title) } else { longest })
    }
}

/// Rank of the columns that are cut after all others, and never left out.
const LAST: u8 = u8::MAX;

fn sacrifice((place, column): (usize, &Column)) -> Option<(u8, usize, usize)> {
    match column.fit {
        Fit::Whole => None,
        Fit::Cut(least) => Some((LAST, place, least)),
        Fit::Spare { least, rank } => Some((rank, place, least)),
    }
}

/// How many columns too wide it is.
fn excess(widths: &[Option<usize>], room: usize) -> usize {
    let shown = widths.iter().flatten();
    let gaps = GAP * shown.clone().count().saturating_sub(1);
    (shown.sum::<usize>() + gaps).saturating_sub(room)
}

/// A text in at most so many columns, with `…` where something is missing.
fn cut(text: &str, width: usize, align: Align) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let mut kept: Vec<char> = Vec::new();
    let mut taken = 0;
    let mut keep = |character: char| {
        taken += columns(character.encode_utf8(&mut [0; 4]));
        if taken <= room {
            kept.push(character);
        }
        taken <= room
    };
    if align == Align::Tail {
        text.chars().rev().take_while(|&character| keep(character)).for_each(drop);
        // A path is cut between its parts, where that leaves the better half.
        let slash = kept.iter().rposition(|&character| character == '/');
        kept.truncate(slash.filter(|&slash| slash >= room / 2).map_or(kept.len(), |slash| slash + 1));
        kept.push('…');
        kept.into_iter().rev().collect()
    } else {
        text.chars().take_while(|&character| keep(character)).for_each(drop);
        kept.push('…');
        kept.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column { title: "NAME", fit: Fit::Whole, align: Align::Left },
        Column { title: "SIZE", fit: Fit::Cut(3), align: Align::Right },
        Column { title: "WHERE", fit: Fit::Spare { least: 6, rank: 0 }, align: Align::Tail },
    ];

    fn lines(width: usize, rows: &[[&str; 3]]) -> String {
        let rows = rows.iter().map(|row| row.iter().map(|text| Cell::plain(*text)).collect()).collect();
        let mut out = Vec::new();
        Table::new(COLUMNS, rows).write(&mut Page::new(&mut out, width, false)).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn what_fits_stays_whole() {
        assert_eq!(
            lines(40, &[["zlib", "7", "lib/apk/db/installed"], ["busybox", "1234567", "x"]]),
            "NAME        SIZE  WHERE\nzlib           7  lib/apk/db/installed\nbusybox  1234567  x\n"
        );
    }

    #[test]
    fn the_least_important_is_cut_then_left_out_then_others_are_cut() {
        let rows = [["zlib", "7", "lib/apk/db/installed"], ["busybox", "1234567", "x"]];
        assert_eq!(
            lines(26, &rows),
            "NAME        SIZE  WHERE\nzlib           7  …stalled\nbusybox  1234567  x\n"
        );
        assert_eq!(lines(20, &rows), "NAME        SIZE\nzlib           7\nbusybox  1234567\n");
        assert_eq!(lines(14, &rows), "NAME      SIZE\nzlib         7\nbusybox  1234…\n");
    }

    #[test]
    fn a_name_is_never_cut() {
        let name = "a-package-with-a-name-of-thirty";
        assert_eq!(
            lines(40, &[[name, "7", "x"], ["zlib", "12", "usr/lib/node_modules/x"]]),
            format!("NAME  SIZE  WHERE\n{name}\n         7  x\nzlib    12  usr/lib/node_modules/x\n")
        );
    }

    #[test]
    fn paths_are_cut_between_their_parts() {
        assert_eq!(cut("alpine/v3.16/main", 16, Align::Tail), "…/v3.16/main");
        assert_eq!(cut("usr/lib/a-long-name", 10, Align::Tail), "…long-name");
        assert_eq!(cut("漢字漢字", 5, Align::Left), "漢字…");
    }

    #[test]
    fn a_column_without_text_is_left_out() {
        assert_eq!(lines(80, &[["zlib", "", "x"]]), "NAME  WHERE\nzlib  x\n");
    }
}
