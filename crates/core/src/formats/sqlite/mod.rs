//! Reads tables of an SQLite database from its bytes, without SQL.
//!
//! Total and bounded: every page is read at most once a table, so no cycle of pages holds it up and no claimed size
//! becomes memory. What is left out is noted as damage. Pages account for all of their bytes, as SQLite's own check of
//! integrity asks for: a row that a changed count hides is noticed by the bytes that nobody owns.
//!
//! Source of the format: “Database File Format” and “WAL-mode File Format” of the SQLite documentation.

mod btree;
mod log;
mod record;
mod schema;

use std::collections::HashMap;

pub(crate) use self::{
    record::{Row, Value},
    schema::Table,
};
use super::damage::Damage;

/// What every database begins with.
pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

/// A database, with what its write-ahead log adds.
pub(crate) struct Database<'a> {
    content: &'a [u8],
    page_size: usize,
    /// Bytes of a page that are used; the others are reserved for extensions.
    usable: usize,
    /// How many pages there are.
    pages: u32,
    /// Pages of the log, which stand for those of the file.
    newer: HashMap<u32, &'a [u8]>,
    tables: Vec<Table>,
}

impl<'a> Database<'a> {
    /// Opens a database, and applies the committed transactions of its log. `None` where it cannot be read at all.
    pub(crate) fn open(content: &'a [u8], log: &'a [u8], damage: &mut Damage) -> Option<Self> {
        let log = log::Log::read(log, damage);
        let first = log.pages.get(&1).copied().unwrap_or(content);
        let Some(header) = first.get(..100).filter(|header| header.starts_with(MAGIC)) else {
            damage.note("it is no SQLite database", "");
            return None;
        };
        let Some((page_size, usable)) = sizes(header) else {
            damage.note("its pages have a size that SQLite does not know", "");
            return None;
        };
        if log.page_size.is_some_and(|size| size != page_size) {
            damage.note("its log has pages of another size", "");
            return None;
        }
        if !matches!(u32_at(header, 56), Some(0 | 1)) {
            damage.note("its text is not UTF-8", "");
            return None;
        }
        let in_file = u32::try_from(content.len() / page_size).unwrap_or(u32::MAX);
        // Old programs leave the size in the header as it was; they also leave the number beside it.
        let stated = u32_at(header, 28).filter(|_| header.get(24..28) == header.get(92..96));
        let pages = log.page_count.or(stated).unwrap_or(in_file);
        let mut database = Self { content, page_size, usable, pages, newer: log.pages, tables: Vec::new() };
        if database.is_cut_off(in_file) {
            damage.note("it is cut off", format!("{in_file} of {pages} pages are there"));
        } else if !content.len().is_multiple_of(page_size) {
            damage.note("it is cut off within a page", "");
        }
        database.tables = schema::read(&database, damage);
        Some(database)
    }

    /// The table of this name.
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Hands out each row of a table, in the order of the row numbers.
    pub(crate) fn rows(&self, table: &Table, damage: &mut Damage, sink: &mut dyn FnMut(Row<'_>)) {
        btree::walk(self, table.root, damage, sink);
    }

    fn page(&self, number: u32) -> Option<&'a [u8]> {
        if number == 0 || number > self.pages {
            return None;
        }
        if let Some(newer) = self.newer.get(&number) {
            return Some(newer);
        }
        let start =
            usize::try_from(number - 1).map_or(usize::MAX, |index| index.saturating_mul(self.page_size));
        self.content.get(start..start.checked_add(self.page_size)?)
    }

    /// Whether pages are missing that are neither in the file nor in the log.
    fn is_cut_off(&self, in_file: u32) -> bool {
        let most = u32::try_from(self.most_pages()).unwrap_or(u32::MAX);
        self.pages > most || (in_file + 1..=self.pages).any(|number| !self.newer.contains_key(&number))
    }

    /// How many pages can be there at all, whatever the header claims.
    fn most_pages(&self) -> usize {
        self.content.len() / self.page_size + self.newer.len()
    }
}

/// The size of a page, and how much of it is used.
fn sizes(header: &[u8]) -> Option<(usize, usize)> {
    let size = match u16_at(header, 16)? {
        1 => 1 << 16,
        size => usize::from(size),
    };
    let reserved = usize::from(*header.get(20)?);
    let usable = size.checked_sub(reserved)?;
    (size.is_power_of_two() && (512..=1 << 16).contains(&size) && usable >= 480).then_some((size, usable))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    bytes.try_into().map(u16::from_be_bytes).ok()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    bytes.try_into().map(u32::from_be_bytes).ok()
}

#[cfg(test)]
mod tests;
