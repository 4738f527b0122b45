//! Feeds of many documents that upstream lists with the instants at which they changed.
//!
//! All of them come as one archive; later only what changed is fetched, one by one. What stands here is how the lists
//! are read and how documents, their addresses and their statements belong together.

use std::io::BufRead;

use chrono::{DateTime, Utc};

use super::{FeedError, FeedSource};
use crate::{Advisory, Affected};

/// How a feed's documents change one by one.
///
/// What holds for such a feed: a document is known by a **key**, and two documents never say the same advisory. The
/// namespaces that the feed covers are those of which it says something, and its date is that of the newest change, so
/// that it makes no difference how often it was fetched on the way to a state.
#[derive(Debug, Clone, Copy)]
pub struct Increments {
    /// Addresses of the lists. The first changes whenever a document does: as long as it is the same, nothing else is
    /// asked for. A mirror may lack them all.
    pub lists: fn(&FeedSource) -> Vec<String>,
    /// Reads one list: each row, in any order.
    pub read: ReadList,
    /// The instant that the archive at this address is certainly not older than, where the address tells. `None`: the
    /// newest [`super::FeedHead::upstream_date`] in the archive counts, which must then be of the clock of the lists.
    pub archive_instant: fn(address: &str) -> Option<DateTime<Utc>>,
    /// The upstream address of a document.
    pub address: fn(source: &FeedSource, key: &str) -> String,
    /// The name of a document in the archive: the name under which it is parsed, also where it is fetched by itself.
    pub member: fn(key: &str) -> String,
    /// The key of the document that says this. `None`: no document of the lists does.
    pub document_of: fn(&Affected, &Advisory) -> Option<String>,
}

/// See [`Increments::read`]. Given the address of the list.
pub type ReadList =
    fn(list: &str, reader: &mut dyn BufRead, sink: &mut dyn FnMut(Change)) -> Result<(), FeedError>;

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The document's key.
    pub key: String,
    /// When it changed, or went.
    pub at: DateTime<Utc>,
    /// Whether upstream took it away.
    pub is_deleted: bool,
}

/// Longest row of a list, in bytes. Rows are a name and an instant.
const ROW_BYTES: usize = 4096;

/// Reads rows of two fields with a comma between them, each with or without quotation marks (RFC 4180, without commas or
/// marks in a field): a document and the instant at which it changed, or the other way round with `instant_first`. Hands
/// on the text of the document and the instant.
///
/// # Errors
/// [`FeedError`]; a row that is no such row spoils the list.
pub fn read_rows(
    reader: &mut dyn BufRead,
    instant_first: bool,
    sink: &mut dyn FnMut(&str, DateTime<Utc>),
) -> Result<(), FeedError> {
    let unreadable = |error: std::io::Error| FeedError::Unreadable(error.to_string());
    let mut row = Vec::new();
    loop {
        row.clear();
        let mut bounded = std::io::Read::take(&mut *reader, ROW_BYTES as u64);
        bounded.read_until(b'\n', &mut row).map_err(unreadable)?;
        if row.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&row);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let no_row = || FeedError::Malformed(format!("no row of a list of changes: {text}"));
        let is_whole = row.len() < ROW_BYTES || row.ends_with(b"\n");
        let (first, second) = text.split_once(',').filter(|_| is_whole).ok_or_else(no_row)?;
        let plain = |field: &str| field.trim().trim_matches('"').to_owned();
        let (first, second) = (plain(first), plain(second));
        let (document, instant) = if instant_first { (second, first) } else { (first, second) };
        let instant = DateTime::parse_from_rfc3339(&instant).map_err(|_no_instant| no_row())?;
        if document.is_empty() {
            return Err(no_row());
        }
        sink(&document, instant.to_utc());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, instant_first: bool) -> Result<Vec<(String, String)>, FeedError> {
        let mut rows = Vec::new();
        read_rows(&mut text.as_bytes(), instant_first, &mut |document, at| {
            rows.push((document.to_owned(), at.to_rfc3339()));
        })?;
        Ok(rows)
    }

    #[test]
    fn both_kinds_of_lists_are_read() {
        // The forms of Red Hat's changes.csv and of OSV's modified_id.csv.
        let redhat = "\"2023/cve-2023-4154.json\",\"2024-03-02T12:00:01+02:00\"\r\n\
                      \"2022/cve-2022-1.json\",\"2024-03-01T00:00:00+00:00\"\r\n";
        let expected = [
            ("2023/cve-2023-4154.json".to_owned(), "2024-03-02T10:00:01+00:00".to_owned()),
            ("2022/cve-2022-1.json".to_owned(), "2024-03-01T00:00:00+00:00".to_owned()),
        ];
        assert_eq!(rows(redhat, false).unwrap(), expected);
        let osv = "2024-08-15T00:05:00.123456Z,ALSA-2022:1234";
        let expected = [("ALSA-2022:1234".to_owned(), "2024-08-15T00:05:00.123456+00:00".to_owned())];
        assert_eq!(rows(osv, true).unwrap(), expected);
        assert_eq!(rows("", true).unwrap(), []);
    }

    #[test]
    fn what_is_no_row_spoils_the_list() {
        let long = format!("{},2024-08-15T00:05:00Z", "x".repeat(ROW_BYTES));
        for text in ["<html>", "a,b", "a,2024-08-15", ",2024-08-15T00:05:00Z", "a,2024-08-1", &long] {
            assert!(matches!(rows(text, false), Err(FeedError::Malformed(_))), "{text}");
        }
    }
}
