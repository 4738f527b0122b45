//! Guards: when new data is not believed. The reasons are for the person who has to decide.

use std::io::{self, BufRead, BufReader, Read};

use limpid_core::feed::Guard;

use super::document::Document;
use crate::{segment::Meta, state::Loaded};

/// How much of a document is looked at to tell what it is instead.
const GLANCE_BYTES: u64 = 1024;

/// What is wrong with a document at first sight.
pub(super) fn first_sight(document: &Document) -> io::Result<Option<String>> {
    let mut beginning = Vec::new();
    document.reader(u64::MAX)?.take(GLANCE_BYTES).read_to_end(&mut beginning)?;
    let text = String::from_utf8_lossy(&beginning).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    Ok(if text.is_empty() && is_blank(document)? {
        Some("the document is empty".to_owned())
    } else if text.starts_with("<!doctype html") || text.starts_with('<') && text.contains("<html") {
        Some("the document is an HTML page, not advisory data".to_owned())
    } else {
        None
    })
}

fn is_blank(document: &Document) -> io::Result<bool> {
    let mut reader = BufReader::new(document.reader(u64::MAX)?);
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(true);
        }
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(false);
        }
        let length = bytes.len();
        reader.consume(length);
    }
}

/// What is suspicious about the amount of data that was read.
pub(super) fn amount(guard: &Guard, meta: &Meta, in_force: Option<&Loaded>) -> Option<String> {
    if meta.records < guard.floor {
        return Some(format!(
            "{}, fewer than the {} that any real document of this feed has",
            records(meta.records),
            guard.floor
        ));
    }
    let before = in_force?.records;
    let lost = before.saturating_sub(meta.records);
    // In wide numbers: no product of two of them is cut off.
    let shrunk = u128::from(lost) * 100 > u128::from(before) * u128::from(guard.most_shrink_percent);
    shrunk.then(|| {
        format!(
            "{} instead of {before}: {lost} fewer, more than the {} % that a feed may lose at once",
            records(meta.records),
            guard.most_shrink_percent
        )
    })
}

fn records(count: u64) -> String {
    format!("{count} record{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(records: u64, before: Option<u64>) -> Option<String> {
        let guard = Guard { floor: 10, most_shrink_percent: 10, stale_after_hours: 72, most_bytes: 1 << 20 };
        let loaded = |records| {
            let segment = limpid_core::Digest::of(b"");
            Loaded::new(segment, 0, Meta { records, ..Meta::default() })
        };
        amount(&guard, &Meta { records, ..Meta::default() }, before.map(loaded).as_ref())
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        assert_eq!(judged(10, None), None);
        assert_eq!(judged(90, Some(100)), None);
        assert_eq!(judged(u64::MAX, Some(u64::MAX)), None);
        assert_eq!(
            judged(9, None).unwrap(),
            "9 records, fewer than the 10 that any real document of this feed has"
        );
        assert_eq!(
            judged(89, Some(100)).unwrap(),
            "89 records instead of 100: 11 fewer, more than the 10 % that a feed may lose at once"
        );
    }
}
